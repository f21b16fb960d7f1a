"""`sql` and `psql` against a real PostgreSQL, reached as a cluster's endpoint is: by TLS, with a password of a secret."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.connectivity import knock
from aurora_cli.commands.shared import session
from aurora_cli.context import AppContext
from aurora_cli.ui import prompts
from tests.connected import known_cluster
from tests.postgres import HOST, PASSWORD, Server, running
from tests.unit.conftest import Done, Run, run

__all__ = ["run"]
ROWS = (
    "create table t (id int primary key, name text); insert into t select g, 'n' || g from generate_series(1, 5000) g"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def sql(server: Server, run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on a cluster of the production preset."""
    known_cluster(monkeypatch, host=HOST, port=server.port, user="postgres", changes={"preset": "production"})
    secret = {"SecretString": json.dumps({"username": "postgres", "password": PASSWORD})}
    cloud: Any = SimpleNamespace(client=lambda service: SimpleNamespace(get_secret_value=lambda **_: secret))
    monkeypatch.setattr(AppContext, "aws", lambda self, region: cloud)
    monkeypatch.setenv("AURORA_CA_FILE", server.ca_file)
    monkeypatch.setenv("PGHOSTADDR", "203.0.113.1")

    def done(*words: str, status: int = 0) -> Done:
        ended = run("sql", "orders", *words)
        assert ended.status == status, ended
        assert PASSWORD not in ended.out + ended.err
        return ended

    return done


def test_it_answers_whoever_knocks(server: Server) -> None:
    assert knock("aurora-postgresql", HOST, server.port, "nobody", 10.0) is None


def test_what_is_read_and_how_it_is_written(sql: Run) -> None:
    statement = "select 1 as n, true as b, null as x, '' as e, 'ü,\"\n' as u, 1.50::numeric as d, '\\x00ff'::bytea as y"
    assert sql(statement, "-o", "csv").out == 'n,b,x,e,u,d,y\n1,true,,"","ü,""\n",1.50,\\x00ff\n'
    document = sql(f"{statement}, array[1, 2] as a; select 2 as m", "-o", "json").document
    assert (document["name"], document["via"]) == ("orders", "direct")
    first, second = document["results"]
    assert first["rows"] == [[1, True, None, "", 'ü,"\n', "1.50", "\\x00ff", "{1,2}"]]
    assert first["columns"][-2:] == [{"name": "y", "type": "bytea"}, {"name": "a", "type": "int4[]"}]
    assert (second["rows"], second["row_count"], second["command"], second["truncated"]) == (
        [[2]],
        1,
        "SELECT 1",
        False,
    )
    table = sql("select null as x, '' as e, 'a' as t").out.split()
    assert table[-3:] == ["NULL", "''", "a"]


def test_what_changes_data_is_asked_about(sql: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = sql(ROWS, status=2)
    assert "CREATE may change data" in refused.err
    assert "--yes" in refused.err
    assert "INSERT 0 5000" in sql(ROWS, "--yes").err
    hidden = "with gone as (delete from t returning id) select count(*) from gone"
    assert "changes data" in sql(hidden, status=2).err
    assert "Statement 2 changes data; nothing was changed." in sql(f"select 1; {hidden}", status=2).err
    make = session.make_consoles
    monkeypatch.setattr(session, "make_consoles", lambda *args, **kw: replace(make(*args, **kw), interactive=True))
    for answer, status, left in ((False, 8, 5000), (True, 0, 0)):
        monkeypatch.setattr(prompts, "confirm", lambda *args, answer=answer: answer)
        sql(hidden, status=status)
        assert sql("select count(*) as n from t", "-o", "csv").out == f"n\n{left}\n"
    sql("drop table t", "--yes")


def test_several_statements_are_all_or_nothing(sql: Run, tmp_path: Path) -> None:
    file = tmp_path / "schema.sql"
    file.write_text("\ufeffcreate table u (id int); insert into u values (1);\n\ninsert into u\nvalues ('x')")
    failed = sql("-f", str(file), "--yes", status=1)
    assert 'Statement 3 of 3: invalid input syntax for type integer: "x" (SQLSTATE 22P02).' in " ".join(
        failed.err.split()
    )
    assert "At line 2, column 9." in failed.err
    assert sql("select to_regclass('u') is null as gone", "-o", "csv").out == "gone\ntrue\n"
    begun = "begin; create table u (id int); commit; insert into u values ('x')"
    sql(begun, "--yes", status=1)
    sql("drop table u", "--yes")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["select * from nowhere"], 1, 'relation "nowhere" does not exist (SQLSTATE 42P01).'),
        (["copy pg_class to stdout", "--yes"], 1, "COPY to and from the client is for psql"),
        (["\\d"], 2, "aurora-cli psql orders"),
        (["/* nothing */"], 2, "There is no SQL statement."),
        (["delete from t\0 where id = 1", "--yes"], 2, "The SQL has a NUL, or what is not UTF-8."),
        (["select '\udc80'"], 2, "The SQL has a NUL, or what is not UTF-8."),
        (["select 1", "-f", "x.sql"], 2, "exclude each other"),
        (["-f", "nowhere.sql"], 2, "nowhere.sql cannot be read: No such file or directory."),
        (["select 1", "--database", "nowhere"], 1, 'database "nowhere" does not exist.'),
        (["select 1", "--user", "nobody"], 3, "does not let nobody sign in: fe_sendauth: no password supplied."),
        (["select 1", "--via", "data-api"], 2, "it is off for the cluster. hint: Connect instead: --via direct"),
        (["select 1", "--ca-file", "/etc/hosts"], 1, "is not accepted: "),
    ],
)
def test_what_fails_is_one_sentence(sql: Run, words: list[str], status: int, said: str) -> None:
    shown = " ".join(sql(*words, status=status).err.split())
    assert said in shown
    assert "Traceback" not in shown


def test_a_large_result_is_cut_or_streamed(sql: Run) -> None:
    many = "select g from generate_series(1, 3000) g"
    cut = sql(many)
    assert len(cut.out.splitlines()) == 1002
    assert "Only the first 1000 rows" in cut.err
    assert len(sql(many, "-o", "csv").out.splitlines()) == 3001
    two = sql(f"{many}; select 'after'", "--max-rows", "2", "-o", "csv").out
    assert two == "g\n1\n2\n?column?\nafter\n"
    sql("select generate_series(1, 1000000000) as g", "--max-rows", "1")  # cancelled: nobody could wait for all


def test_ctrl_c_cancels_the_statement(sql: Run) -> None:
    timer = threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    assert "Interrupted" in sql("select pg_sleep(60)", status=130).err
    running_ones = "select count(*) as n from pg_stat_activity where query like '%pg_sl' || 'eep%' and state = 'active'"
    assert sql(running_ones, "-o", "csv").out == "n\n0\n"


def test_psql_connects_with_the_same(
    server: Server,
    sql: Run,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = server.psql()
    assert own is not None
    monkeypatch.setenv("PATH", f"{Path(own).parent}:{os.environ['PATH']}")
    shown = "select usename, ssl from pg_stat_ssl join pg_stat_activity using (pid) where pid = pg_backend_pid()"
    assert run("psql", "orders", "--", "-XAt", "-o", str(tmp_path / "out"), "-c", shown).status == 0
    assert (tmp_path / "out").read_text() == "postgres|t\n"
    assert run("psql", "orders", "--ca-file", "/etc/hosts", "--", "-XAt", "-c", shown).status == 2
