"""`psql` and `mysql`: what the client gets, and that the password is neither an argument nor a file that stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.errors import AwsFailed, InvalidInput, OperationFailed
from aurora_cli.operations.inspect.connection import find
from aurora_cli.operations.report.connection_strings import MYSQL, Target, mysql_options
from aurora_cli.operations.sql import certificates
from aurora_cli.operations.sql.client import Client, client, installed, refuse_other_engine
from aurora_cli.operations.sql.sign_in import Request
from aurora_cli.sandbox.database.postgres import binaries
from aurora_cli.spec.facts.partitions import partition_of
from tests.connected import known_cluster
from tests.unit.conftest import Run

PASSWORD = "s3cr3t'\"\\ #;"
NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


class Cloud:
    """AWS as far as signing in needs it."""

    def client(self, service: str) -> Any:
        return self

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        return {"SecretString": '{"username": "admin", "password": "s3cr3t\'\\"\\\\ #;"}'}

    def generate_db_auth_token(self, host: str, port: int, user: str, Region: str) -> str:  # noqa: N803
        return f"{host}:{port}/?Action=connect&DBUser={user}"


@pytest.fixture
def app(tmp_path: Path) -> Any:
    """A context whose PATH has clients that write down what they get."""
    for name in ("psql", "mysql"):
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && echo "mysql Ver 8.0" && exit\nprintf "%s\\n" "$@" >{tmp_path}/arguments\n'
            f'env >{tmp_path}/environment\n[ -e "${{1#*=}}" ] && cp -p "${{1#*=}}" {tmp_path}/options\nexit 3\n'
        )
        program.chmod(0o755)
    ca = tmp_path / "ca.pem"
    ca.write_text("certificates")
    return SimpleNamespace(
        environ={"PATH": f"{tmp_path}:/usr/bin:/bin", "PGHOSTADDR": "203.0.113.1", "PGSERVICE": "other", "LANG": "C"},
        aws=lambda region: Cloud(),
        home=SimpleNamespace(path=tmp_path / "home"),
        clock=SimpleNamespace(now=lambda: NOW),
        sandbox_certificates=ca,
    )


def started(app: Any, program: str, *arguments: str, **request: Any) -> Client:
    request_ = Request("orders", **request)
    facts = find(app, request_, lambda event: None)
    refuse_other_engine(facts, program, "orders")
    return client(app, installed(app, program, "orders"), facts, request_, arguments, lambda event: None)


def test_psql_gets_the_password_in_its_environment_alone(
    app: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known_cluster(monkeypatch)
    made = started(app, "psql", "-c", "select 1", role="reader")
    assert made.run() == 3
    assert (tmp_path / "arguments").read_text() == "-c\nselect 1\n"
    environment = dict(line.split("=", 1) for line in (tmp_path / "environment").read_text().splitlines())
    assert {name: value for name, value in environment.items() if name.startswith("PG")} == {
        "PGHOST": "127.reader.test",
        "PGPORT": "5432",
        "PGDATABASE": "postgres",
        "PGUSER": "admin",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(tmp_path / "ca.pem"),
        "PGGSSENCMODE": "disable",
        "PGCONNECT_TIMEOUT": "10",
        "PGAPPNAME": "aurora-cli",
        "PGPASSWORD": PASSWORD,
    }
    assert "s3cr3t" not in repr(made)


def test_mysql_gets_it_in_a_file_of_the_owner_that_is_gone_afterwards(
    app: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known_cluster(monkeypatch, MYSQL)
    made = started(app, "mysql", "--execute", "select 1", database="shop")
    assert made.run() == 3
    first, *rest = (tmp_path / "arguments").read_text().splitlines()
    assert rest == ["--database=shop", "--execute", "select 1"]
    assert not Path(first.partition("=")[2]).exists()
    assert (tmp_path / "options").stat().st_mode & 0o777 == 0o600
    lines = (tmp_path / "options").read_text().splitlines()
    assert lines == [
        "[client]",
        'host="127.writer.test"',
        'port="5432"',
        'user="admin"',
        f'ssl-ca="{tmp_path / "ca.pem"}"',
        'ssl-mode="VERIFY_IDENTITY"',
        'password="s3cr3t\'\\"\\\\ #;"',
    ]
    assert "s3cr3t" not in (tmp_path / "environment").read_text() + repr(made)


def test_only_the_client_of_mysql_must_be_told_to_send_a_token() -> None:
    """MariaDB's ends with an error at the option's value."""
    target = Target("w", 3306, "", "app", "ca.pem")
    given = [mysql_options(target, "a token", token=True, mariadb=mariadb) for mariadb in (False, True)]
    assert [text.count("enable-cleartext-plugin") for text in given] == [1, 0]


def test_a_client_without_a_password_asks(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known_cluster(monkeypatch, MYSQL)
    assert started(app, "mysql", user="app").arguments == ("--password",)
    app.environ |= {"MYSQL_PWD": "other-one"}
    made = started(app, "mysql", user="app")
    assert made.arguments == ()
    assert made.option_file is not None
    assert 'password="other-one"' in made.option_file
    assert "MYSQL_PWD" not in made.environ


def test_a_user_of_iam_signs_in_with_a_token(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known_cluster(monkeypatch, changes={"credentials.iam_users": ["app"]})
    for request in ({"user": "app"}, {"iam": True}, {"user": "other", "iam": True}):
        environ = started(app, "psql", **request).environ
        user = request.get("user", "app")
        assert (environ["PGUSER"], environ["PGPASSWORD"]) == (
            user,
            f"127.writer.test:5432/?Action=connect&DBUser={user}",
        )


@pytest.mark.parametrize(
    ("changes", "program", "request_", "words"),
    [
        ({}, "mysql", {}, "aurora-cli psql orders"),
        ({}, "psql", {"iam": True}, "Specify it with --user NAME"),
        ({"credentials.iam_authentication": False}, "psql", {"iam": True, "user": "app"}, "iam_authentication: true"),
        ({}, "psql", {"ca_file": "/nowhere.pem"}, "curl -fsSo /nowhere.pem https://"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(
    app: Any,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    program: str,
    request_: dict[str, Any],
    words: str,
) -> None:
    known_cluster(monkeypatch, changes=changes)
    with pytest.raises(InvalidInput) as caught:
        started(app, program, **request_)
    assert words in str(caught.value.hint)


@pytest.mark.parametrize("program", ["psql", "mysql"])
def test_a_missing_client_is_named_with_the_way_to_it(run: Run, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(binaries, "find_spec", lambda name: None)
    done = run(program, "orders")
    assert done.status == 1
    assert f"There is no {program} on PATH." in done.err
    assert "apt-get install" in done.err


def test_without_psql_on_path_there_is_that_of_the_sandbox(app: Any) -> None:
    app.environ["PATH"], app.packaged_psql = "/nonexistent", binaries.packaged_psql
    path = Path(installed(app, "psql", "orders"))
    assert path.name == "psql" and path.parent.joinpath("postgres").exists()
    app.packaged_psql = lambda: None
    with pytest.raises(OperationFailed, match="There is no psql on PATH"):
        installed(app, "psql", "orders")


def test_a_cluster_that_serves_nothing_is_not_tried(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known_cluster(monkeypatch, topology={"status": "stopped"})
    with pytest.raises(OperationFailed, match="orders is stopped") as caught:
        started(app, "psql")
    assert caught.value.hint == "Start it: aurora-cli start orders"
    known_cluster(monkeypatch, host="orders.cluster-x.eu-west-1.rds.amazonaws.com")
    with pytest.raises(OperationFailed, match=r"no database behind orders\.cluster-x"):
        started(app, "psql")


def test_a_secret_that_is_no_password_is_not_quoted(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known_cluster(monkeypatch)
    monkeypatch.setattr(Cloud, "get_secret_value", lambda self, **_: {"SecretString": "hunter2-hunter2"})
    with pytest.raises(OperationFailed) as caught:
        started(app, "psql")
    assert "hunter2" not in f"{caught.value}{caught.value.hint}{caught.value.__cause__}"


def test_the_certificates_are_downloaded_once_and_a_copy_outlives_the_network(
    app: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app.sandbox_certificates = None
    asked: list[str] = []

    def send(self: Any, request: Any) -> Any:
        asked.append(request.url)
        if len(asked) > 1:
            return SimpleNamespace(status_code=403, content=b"<html>")
        return SimpleNamespace(status_code=200, content=b"certificates")

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", send)
    monkeypatch.setattr("ssl.create_default_context", _check_pem)
    notes: list[Any] = []
    path = certificates.certificate_file(app, "eu-west-1", "w", None, notes.append)
    assert asked == [f"https://{partition_of('eu-west-1').ca_bundle}/global/global-bundle.pem"]
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert certificates.certificate_file(app, "eu-west-1", "w", None, notes.append) == path
    assert len(asked) == 1
    os.utime(path, (0, 0))
    assert certificates.certificate_file(app, "eu-west-1", "w", None, notes.append) == path
    assert "could not be renewed" in notes[0].text
    Path(path).unlink()
    with pytest.raises(AwsFailed, match="does not have certificates") as caught:
        certificates.certificate_file(app, "eu-west-1", "w", None, notes.append)
    assert "curl" in str(caught.value.hint)
    assert "--ca-file" in str(caught.value.hint)


def _check_pem(cadata: str) -> None:
    if cadata != "certificates":
        raise ValueError(cadata)


def test_where_no_download_is_known_the_way_is_said(app: Any) -> None:
    app.sandbox_certificates = None
    with pytest.raises(InvalidInput) as caught:
        certificates.certificate_file(app, "us-iso-east-1", "w", None, lambda event: None)
    assert "Then: --ca-file FILE" in str(caught.value.hint)


def test_ctrl_c_is_for_the_client(tmp_path: Path) -> None:
    """A prompt that has a query cancelled goes on, and so do we until it ends."""
    ready = tmp_path / "ready"
    program = f"trap 'echo cancelled' INT; : >{ready}; while [ ! -e {ready}.end ]; do sleep 0.01; done; exit 5"
    code = f"import os; from aurora_cli.child import run_child; exit(run_child(['sh', '-c', {program!r}], os.environ))"
    ours = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    while not ready.exists():
        time.sleep(0.005)
    ours.send_signal(signal.SIGINT)
    assert ours.stdout is not None
    assert ours.stdout.readline() == "cancelled\n"
    (tmp_path / "ready.end").touch()
    assert (ours.communicate(timeout=20)[0], ours.returncode) == ("", 5)
