"""`bootstrap` on a real PostgreSQL, by a connection and over the Data API: once, in order, resumed where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.operations.sql.bootstrap import Bootstrap
from aurora_cli.stacks.record import StackRecord
from tests.postgres import HOST, PASSWORD, Server, running
from tests.unit.spec_cases import POSTGRES, resolved

PLAN: Any = None
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:reports"
SPEC = {
    "bootstrap.roles": {
        "app": {"iam": True},
        "reports": {"secret": SECRET, "member_of": ["pg_read_all_data"]},
        'strange "role"': {},
    },
    "bootstrap.databases": {
        "orders": {
            "owner": "app",
            "extensions": ["pgcrypto"],
            "grants": ["usage on schema public to reports"],
            "sql": ["schema.sql"],
        },
        "postgres": {"grants": ["connect on database orders to reports"]},
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        with connected(started) as connection:
            connection.execute("CREATE ROLE rds_iam")
        yield started


def connected(server: Server, database: str = "postgres", **given: Any) -> psycopg.Connection[Any]:
    values = {"host": HOST, "port": server.port, "user": "postgres", "password": PASSWORD, "dbname": database}
    return psycopg.connect(**{**values, "autocommit": True, "sslmode": "require", **given})


class Stack:
    """The record of a stack, in memory."""

    def __init__(self) -> None:
        self.record = StackRecord("orders", "eu-west-1", "aws", "")

    def update_record(self, **changes: Any) -> None:
        self.record = replace(self.record, **changes)


def concern(server: Server, stack: Stack, folder: Path, changes: dict[str, Any] | None = None) -> Bootstrap:
    """The concern of a change that has been applied."""
    spec = resolved({**POSTGRES, **SPEC, **(changes or {})}).spec
    master = json.dumps({"username": "postgres", "password": PASSWORD})
    texts = {"master": master, SECRET: '{"password": "for reports"}'}
    secrets = SimpleNamespace(get_secret_value=lambda **given: {"SecretString": texts[given["SecretId"]]})
    app = SimpleNamespace(
        aws=lambda region: SimpleNamespace(client=lambda service: secrets),
        environ={"AURORA_CA_FILE": server.ca_file},
        sandbox_certificates=None,
        sandbox=False,
    )
    topology = Topology(
        "orders", "", "available", "aurora-postgresql", "17.7", server.port, (), HOST,
        username="postgres", secret_arn="master",
    )  # fmt: skip
    options = SimpleNamespace(emit=lambda event: None, file=str(folder / "spec.yaml"), password=None)
    context = SimpleNamespace(app=app, stack=stack, options=options)
    change: Any = SimpleNamespace(context=context, spec=spec, live=lambda: topology)
    return Bootstrap(change)


def test_a_bootstrap_runs_once_and_resumes_where_it_stopped(server: Server, tmp_path: Path) -> None:
    stack = Stack()
    made = concern(server, stack, tmp_path)
    with pytest.raises(InvalidInput, match=r"schema\.sql of `bootstrap` cannot be read"):
        made.review(PLAN)
    (tmp_path / "schema.sql").write_text(
        "create table t (id int); insert into t values (1); insert into t values ('x')"
    )
    shown = made.review(PLAN)
    assert shown.steps == (
        "Create the role app, with IAM authentication.",
        "Create the role reports, with the password of its secret.",
        'Create the role strange "role".',
        "Grant pg_read_all_data to reports.",
        "Create the database orders, owned by app.",
        "Create the extension pgcrypto in orders.",
        "Grant usage on schema public to reports in orders.",
        "Run schema.sql in orders.",
        "Grant connect on database orders to reports in postgres.",
    )
    assert "the Data API is off" in shown.remarks[0]
    with pytest.raises(OperationFailed) as stopped:
        made.after()
    assert "its bootstrap stopped at: Run schema.sql in orders. Statement 3 of 3: " in stopped.value.message
    assert str(stopped.value.hint).endswith("Resume: aurora-cli apply orders")
    assert made.review(PLAN).steps == shown.steps[-2:]
    (tmp_path / "schema.sql").write_text("create table t (id int); insert into t values (1)")
    made.after()
    assert made.review(PLAN).steps == ()
    with connected(server, "orders") as connection:
        assert connection.execute("select count(*) from t").fetchall() == [(1,)]
        roles = connection.execute(
            "select rolname, rolcanlogin from pg_roles where rolname in ('app', 'strange \"role\"')"
        )
        assert sorted(roles.fetchall()) == [("app", True), ('strange "role"', False)]
        owner = (
            "select pg_get_userbyid(datdba), has_database_privilege('reports', 'orders', 'connect') from pg_database"
        )
        assert connection.execute(f"{owner} where datname = 'orders'").fetchall() == [("app", True)]
        assert connection.execute("select pg_has_role('app', 'rds_iam', 'member')").fetchall() == [(True,)]
        assert connection.execute("select 1 from pg_extension where extname = 'pgcrypto'").fetchall() == [(1,)]
    with connected(server, "orders", user="reports", password="for reports") as connection:
        assert connection.execute("select * from t").fetchall() == [(1,)]
    repeated = Stack()  # as from another machine: what it finds stays
    (tmp_path / "schema.sql").write_text("select 1")
    concern(server, repeated, tmp_path).after()
    assert repeated.record.bootstrapped == stack.record.bootstrapped


def test_what_is_added_runs_and_what_is_changed_runs_again(server: Server, tmp_path: Path) -> None:
    stack = Stack()
    first: dict[str, Any] = {"bootstrap.roles": {"one": {}}, "bootstrap.databases": {}}
    concern(server, stack, tmp_path, first).after()
    more: dict[str, Any] = {"bootstrap.roles": {"one": {"iam": True}, "two": {}}, "bootstrap.databases": {}}
    assert concern(server, stack, tmp_path, more).review(PLAN).steps == (
        "Create the role one, with IAM authentication.",
        "Create the role two.",
    )
    concern(server, stack, tmp_path, more).after()
    with connected(server) as connection:
        assert connection.execute("select rolcanlogin from pg_roles where rolname = 'one'").fetchall() == [(True,)]


def test_a_statement_that_would_be_cut_is_not_sent(server: Server, tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("delete from pg_class\0 where false")
    made = concern(
        server, Stack(), tmp_path, {"bootstrap.roles": {}, "bootstrap.databases.orders": {"sql": ["schema.sql"]}}
    )
    with pytest.raises(OperationFailed, match="The statement has a NUL"):
        made.after()


def test_a_cluster_that_cannot_be_reached_says_so_and_keeps_the_rest_for_later(server: Server, tmp_path: Path) -> None:
    stack = Stack()
    made = concern(replace(server, port=1), stack, tmp_path, {"bootstrap.databases": {}})
    with pytest.raises(OperationFailed) as caught:
        made.after()
    assert "The cluster orders is there, and its bootstrap stopped at: Create the role app" in caught.value.message
    assert "127.0.0.1:1 cannot be reached: Connection refused" in caught.value.message
    assert "The Data API (`data_api: true`) needs neither. Resume: aurora-cli apply orders" in str(caught.value.hint)
    assert stack.record.bootstrapped == ()


def test_a_sandbox_without_servers_and_a_clone_run_nothing(server: Server, tmp_path: Path) -> None:
    made = concern(server, Stack(), tmp_path)
    vars(made.app)["sandbox_certificates"] = tmp_path / "ca.pem"
    assert made.review(PLAN).steps == ()
    assert "runs no database server" in made.review(PLAN).remarks[0]
    made.after()
    clone = concern(server, Stack(), tmp_path, {"source.clone": "other"})
    assert clone.review(PLAN).steps == ()
    promoted = Stack()
    promoted.update_record(created_from="promoted")
    assert concern(server, promoted, tmp_path).review(PLAN).steps == ()
