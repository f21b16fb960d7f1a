"""Connection strings: what clients read back from them is what was meant."""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.inspect.connection import endpoints_of
from aurora_cli.operations.report.connect_facts import facts_of
from aurora_cli.operations.report.connection_strings import (
    Target,
    ca_command,
    command_line,
    target_of,
    written,
)
from tests.connected import SECRET
from tests.unit.spec_cases import POSTGRES, resolved

HOST = "orders.cluster-c9akciq32rgh.eu-west-1.rds.amazonaws.com"
PLAIN = Target(HOST, 5432, "orders", "postgres", "global-bundle.pem")
STRANGE = Target("2001:db8::1", 5433, "a b/ü?", "we:ird@u's\\er", "/my certs/ca.pem")


@pytest.mark.parametrize("target", [PLAIN, STRANGE])
@pytest.mark.parametrize(("engine", "scheme"), [("aurora-postgresql", "postgresql"), ("aurora-mysql", "mysql")])
def test_a_url_reads_back(engine: str, scheme: str, target: Target) -> None:
    parts = urlsplit(written(engine, target)["url"])
    assert (parts.scheme, parts.hostname, parts.port) == (scheme, target.host, target.port)
    assert unquote(parts.username or "") == target.user
    assert parts.password is None
    assert unquote(parts.path.removeprefix("/")) == target.database
    options = parse_qs(parts.query)
    wanted = {"sslmode": ["verify-full"], "sslrootcert": [target.ca_file]}
    assert options == (
        wanted if scheme == "postgresql" else {"ssl-mode": ["VERIFY_IDENTITY"], "ssl-ca": [target.ca_file]}
    )


@pytest.mark.parametrize("engine", ["aurora-postgresql", "aurora-mysql"])
def test_jdbc_has_the_user_as_a_parameter_and_ipv6_in_brackets(engine: str) -> None:
    text = written(engine, STRANGE)["jdbc"]
    assert "//[2001:db8::1]:5433/a%20b%2F%C3%BC%3F?user=we%3Aird%40u%27s%5Cer&" in text
    assert "sslmode=verify-full" in text or "sslMode=VERIFY_IDENTITY" in text


@pytest.mark.parametrize(
    ("user", "secret", "iam"),
    [
        (None, "master", False),
        ("app", None, True),
        ("reports", SECRET, False),
        ("group", None, False),
        ("other", None, False),
    ],
)
def test_a_user_signs_in_as_the_spec_has_made_it(user: str | None, secret: str | None, iam: bool) -> None:
    roles = {"app": {"iam": True}, "reports": {"secret": SECRET}, "group": {}}
    spec = resolved({**POSTGRES, "bootstrap.roles": roles}).spec
    topology = Topology(
        "orders", "", "available", "aurora-postgresql", "17.7", 5432, (), username="me", secret_arn="master"
    )
    app: Any = None
    facts = facts_of(app, spec, topology, HOST, user=user)
    assert (facts.secret, facts.iam) == (secret, iam)


def test_psql_quotes_what_libpq_needs_quoted() -> None:
    assert written("aurora-postgresql", PLAIN)["psql"] == (
        f"psql 'host={HOST} port=5432 dbname=orders user=postgres sslmode=verify-full sslrootcert=global-bundle.pem'"
    )
    program, text = shlex.split(written("aurora-postgresql", STRANGE)["psql"])
    assert program == "psql"
    assert "dbname='a b/ü?'" in text
    assert r"user='we:ird@u\'s\\er'" in text


def test_mysql_checks_the_name_of_the_server() -> None:
    words = shlex.split(written("aurora-mysql", STRANGE)["mysql"])
    assert {"--host=2001:db8::1", "--ssl-mode=VERIFY_IDENTITY", "--ssl-ca=/my certs/ca.pem"} <= set(words)
    assert words[-1] == "a b/ü?"
    assert "--password" in words


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        (
            "aurora-postgresql",
            "psql 'host=w port=5432 dbname=postgres user=me sslmode=verify-full sslrootcert=global-bundle.pem'",
        ),
        (
            "aurora-mysql",
            "mysql --host=w --port=5432 --user=me --password --ssl-mode=VERIFY_IDENTITY --ssl-ca=global-bundle.pem",
        ),
    ],
)
def test_the_line_of_a_report_is_that_of_connection(engine: str, text: str) -> None:
    topology = Topology("orders", "", "available", engine, "17.7", 5432, (), username="me")
    target = target_of(topology, "w")
    assert command_line(engine, target) == text
    assert text in written(engine, target).values()


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "truststore.pki.rds.amazonaws.com"),
        ("us-gov-west-1", "truststore.pki.us-gov-west-1.rds.amazonaws.com"),
        ("cn-north-1", "rds-truststore.s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_certificate_authorities_are_those_of_the_partition(region: str, host: str) -> None:
    file = STRANGE.ca_file
    assert shlex.split(ca_command(region, file)) == ["curl", "-fsSo", file, f"https://{host}/global/global-bundle.pem"]


@pytest.mark.parametrize("region", ["eusc-de-east-1", "us-iso-east-1"])
def test_no_download_is_invented_for_a_partition_whose_bundle_is_not_known(region: str) -> None:
    assert ca_command(region) is None


def test_pgpass_escapes_its_separator() -> None:
    assert written("aurora-postgresql", PLAIN)["pgpass"] == f"{HOST}:5432:orders:postgres:"
    assert written("aurora-postgresql", STRANGE)["pgpass"] == "2001\\:db8\\:\\:1:5433:a b/ü?:we\\:ird@u's\\\\er:"


@pytest.mark.parametrize(("engine", "host"), [("aurora-postgresql", "PGHOST"), ("aurora-mysql", "MYSQL_HOST")])
def test_an_env_file_is_one_that_a_shell_reads(engine: str, host: str) -> None:
    lines = written(engine, STRANGE)["env"].splitlines()
    values = dict(shlex.split(line)[0].split("=", 1) for line in lines)
    assert values[host] == "2001:db8::1"
    assert "DATABASE_URL" in values


def test_each_engine_has_its_own_forms() -> None:
    assert list(written("aurora-postgresql", PLAIN)) == ["url", "jdbc", "psql", "env", "pgpass"]
    assert list(written("aurora-mysql", PLAIN)) == ["url", "jdbc", "mysql", "env"]


def test_every_endpoint_has_its_names() -> None:
    spec = resolved({"instances.readers": 1, "instances.overrides.2.identifier": "orders-reports"}).spec
    members = (
        Member("orders-1", "writer", "db.r7g.large", "available", host="one"),
        Member("orders-reports", "reader", "db.r7g.large", "available", host="two", port=25432),
        Member("application-autoscaling-1", "reader", "db.r7g.large", "creating"),
    )
    topology = Topology(
        identifier="orders",
        arn="",
        status="available",
        engine=spec.engine,
        engine_version="17.7",
        port=5432,
        members=members,
        writer_host="w",
        reader_host="::1",
        custom={"orders-web": "c"},
    )
    found = endpoints_of(topology, spec, ("1", "2"))
    assert {name: endpoint and endpoint.authority for name, endpoint in found.items()} == {
        "writer": "w:5432",
        "reader": "[::1]:5432",
        "orders-web": "c:5432",
        "web": "c:5432",
        "1": "one:5432",
        "2": "two:25432",
        "orders-1": "one:5432",
        "orders-reports": "two:25432",
        "application-autoscaling-1": None,
    }
