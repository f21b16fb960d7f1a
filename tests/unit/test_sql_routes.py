"""`sql` over the Data API and by PyMySQL: what is sent, what becomes of the answer, and what of a refusal."""

from __future__ import annotations

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aurora_cli.context import AppContext
from aurora_cli.errors import OperationFailed
from aurora_cli.operations.report.connection_strings import MYSQL
from aurora_cli.operations.sql.database import driver
from tests.connected import ARN, SECRET, known_cluster
from tests.unit.conftest import Done, Run

COLUMN = {"name": "n", "label": "n", "typeName": "int4"}


class Api:
    """rds-data: notes each call, and answers or refuses `sql` as it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> Any:
            self.calls.append((name, parameters))
            answer = self.answers.get(parameters.get("sql", name), {})
            if isinstance(answer, list):
                answer = answer.pop(0) if answer else {}
            if isinstance(answer, tuple):
                code, message = answer
                raise ClientError({"Error": {"Code": code, "Message": message}}, "ExecuteStatement")
            return {"transactionId": "T1", **answer}

        return call


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    found = Api()
    cloud: Any = SimpleNamespace(client=lambda service: found)
    monkeypatch.setattr(AppContext, "aws", lambda self, region: cloud)
    known_cluster(monkeypatch, topology={"data_api": True})
    return found


def sent(api: Api) -> list[str]:
    return [parameters.get("sql", name) for name, parameters in api.calls]


def test_a_query_runs_in_a_transaction_that_cannot_write(api: Api, run: Run) -> None:
    fields = [
        {"longValue": 1}, {"isNull": True}, {"booleanValue": False}, {"doubleValue": 1.5}, {"stringValue": "x"},
        {"blobValue": b"\x00\xff"}, {"arrayValue": {"stringValues": ["a", None, 'b"', ""]}},
    ]  # fmt: skip
    api.answers["select 1"] = {"columnMetadata": [{**COLUMN, "label": f"c{i}"} for i in range(7)], "records": [fields]}
    done = run("sql", "orders", "select 1", "-o", "json")
    assert done.document["results"][0]["rows"] == [[1, None, False, 1.5, "x", "\\x00ff", '{a,NULL,"b\\"",""}']]
    assert done.document["via"] == "data-api"
    assert sent(api) == [
        "begin_transaction",
        "SET TRANSACTION READ ONLY",
        "SELECT 1",
        "select 1",
        "rollback_transaction",
    ]
    who = {"resourceArn": ARN, "secretArn": SECRET}
    assert api.calls[0][1] == {**who, "database": "postgres"}
    assert api.calls[3][1] == {**who, "sql": "select 1", "transactionId": "T1", "includeResultMetadata": True}


def test_one_statement_that_writes_is_a_call_of_its_own_and_several_are_a_transaction(api: Api, run: Run) -> None:
    api.answers["delete from t"] = {"numberOfRecordsUpdated": 3}
    assert run("sql", "orders", "delete from t").err == "3 rows\n"
    assert "transactionId" not in api.calls[0][1]
    run("sql", "orders", "delete from t; delete from t")
    assert sent(api)[1:] == ["begin_transaction", "delete from t", "delete from t", "commit_transaction"]
    api.calls.clear()
    api.answers["delete from u"] = (
        "DatabaseErrorException",
        'ERROR: relation "u" does not exist; Position: 13; SQLState: 42P01',
    )
    done = run("sql", "orders", "delete from t; delete from u")
    assert done.status == 1
    assert (
        'Statement 2 of 2: relation "u" does not exist (SQLSTATE 42P01). The transaction was rolled back.'
        in " ".join(done.err.split())
    )
    assert sent(api)[-1] == "rollback_transaction"


@pytest.mark.parametrize(
    ("code", "message", "status", "said"),
    [
        ("DatabaseErrorException", "ERROR: syntax error; SQLState: 42601", 1, "syntax error (SQLSTATE 42601)."),
        (
            "DatabaseErrorException",
            "FATAL: password authentication failed; SQLState: 28P01",
            3,
            "the user of the secret",
        ),
        ("DatabaseErrorException", "Database returned more than the allowed response size limit", 1, "--via direct"),
        ("StatementTimeoutException", "Request timed out", 1, "45 seconds"),
        ("HttpEndpointNotEnabledException", "HttpEndpoint is not enabled", 1, "data_api: true"),
        ("AccessDeniedException", "not authorized", 3, "Ask for a policy"),
        ("ThrottlingException", "Rate exceeded", 1, "Wait a minute"),
    ],
)
def test_a_refusal_is_a_sentence(api: Api, run: Run, code: str, message: str, status: int, said: str) -> None:
    api.answers["drop x"] = (code, message)
    done = run("sql", "orders", "drop x")
    assert done.status == status
    assert said in " ".join(done.err.split())


def test_a_paused_cluster_is_waited_for(api: Api, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aurora_cli.aws.clock.Clock.sleep", lambda self, seconds: None)
    known_cluster(monkeypatch, topology={"data_api": True, "acu": {"min": 0.0, "max": 4.0}})
    api.answers["SELECT 1"] = [("DatabaseResumingException", "resuming"), ("DatabaseResumingException", "resuming"), {}]
    assert run("sql", "orders", "drop x").status == 0
    assert sent(api) == ["SELECT 1", "SELECT 1", "SELECT 1", "drop x"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--reader"], "it leads to the writer alone"),
        (["--user", "app"], "none is known for the user"),
        (["--iam", "--user", "app"], "no IAM token"),
    ],
)
def test_why_the_data_api_cannot_be_used(api: Api, run: Run, words: list[str], why: str) -> None:
    done = run("sql", "orders", "select 1", "--via", "data-api", *words)
    assert (done.status, why in done.err) == (2, True)
    assert run("sql", "orders", "begin; commit", "--via", "data-api").status == 2
    assert not api.calls


def test_a_missing_driver_is_named_with_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(OperationFailed, match="requires psycopg, which is not installed") as caught:
        driver("psycopg", "psycopg")
    assert "pip install 'rds-aurora-cli[sql]'" in str(caught.value.hint)
    assert "data_api: true" in str(caught.value.hint)


class MySqlError(Exception):
    """PyMySQL's."""

    sqlstate: str | None = None


COLUMNS = (("n", 3, 63), ("b", 252, 63), ("t", 252, 45))
"""Name, type and character set of the columns of a result."""


class Connection:
    """A connection of PyMySQL in whose server `slow` is interrupted and `delete` writes."""

    _result: Any = None

    def __init__(self, log: list[str], parameters: dict[str, Any]) -> None:
        self._log, self.parameters, self.rowcount, self.open = log, parameters, 2, True
        self.description: list[tuple[str, int]] | None = None

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._log.append("closed")

    def cursor(self, kind: Any = None) -> Any:
        return self

    def execute(self, sql: str) -> None:
        self._log.append(sql)
        self.description = None
        if sql == "select slow":
            raise KeyboardInterrupt
        if sql == "select bad":
            error = MySqlError(1146, "Table 'x.bad' doesn't exist")
            error.sqlstate = "42S02"
            raise error
        if sql.startswith("select"):
            self.description = [("n", 3), ("b", 252), ("t", 252)]
            fields = [SimpleNamespace(name=n, type_code=code, charsetnr=set_) for n, code, set_ in COLUMNS]
            self._result = SimpleNamespace(fields=fields, unbuffered_active=True)

    def __iter__(self) -> Any:
        return iter([("7", b"\x00\xff", "ü"), (None, None, "")])

    def thread_id(self) -> int:
        return 9

    def close(self) -> None:
        self._log.append("close")
        self.open = False

    _force_close = close


@pytest.fixture
def mysql(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> tuple[Any, list[str], list[Connection]]:
    """The command on an Aurora MySQL cluster, what its server gets, and the connections."""
    module = ModuleType("pymysql")
    log: list[str] = []
    made: list[Connection] = []
    kinds = SimpleNamespace(LONG=3, BLOB=252, VAR_STRING=253)

    def connect(**parameters: Any) -> Connection:
        made.append(Connection(log, parameters))
        return made[-1]

    vars(module).update(
        MySQLError=MySqlError, connect=connect, cursors=SimpleNamespace(SSCursor=None),
        constants=SimpleNamespace(FIELD_TYPE=kinds),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pymysql", module)
    known_cluster(monkeypatch, MYSQL)
    secret = {"SecretString": json.dumps({"username": "admin", "password": "hunter2-hunter2"})}
    cloud: Any = SimpleNamespace(client=lambda service: SimpleNamespace(get_secret_value=lambda **_: secret))
    monkeypatch.setattr(AppContext, "aws", lambda self, region: cloud)
    (tmp_path / "ca.pem").touch()
    return lambda *words: run("sql", "orders", *words, "--ca-file", str(tmp_path / "ca.pem")), log, made


def test_pymysql_reads_what_the_server_writes_over_checked_tls(mysql: Any) -> None:
    sql, log, made = mysql
    done: Done = sql("select 1", "-o", "json")
    assert done.document["results"][0]["rows"] == [[7, "0x00ff", "ü"], [None, None, ""]]
    assert [column["type"] for column in done.document["results"][0]["columns"]] == ["long", "blob", "text"]
    assert log == ["START TRANSACTION READ ONLY", "select 1", "ROLLBACK", "close"]
    parameters = made[0].parameters
    assert (parameters["ssl_verify_cert"], parameters["ssl_verify_identity"]) == (True, True)
    assert parameters["password"] == "hunter2-hunter2"
    assert "hunter2" not in done.out + done.err
    log.clear()
    assert sql("select 1", "-o", "csv", "--max-rows", "1").out == "n,b,t\n7,0x00ff,ü\n"
    assert log == ["START TRANSACTION READ ONLY", "select 1", "close"], "nobody waits for the rest"


def test_pymysql_refusals_and_ctrl_c(mysql: Any) -> None:
    sql, log, _ = mysql
    done: Done = sql("select bad")
    assert "Table 'x.bad' doesn't exist (SQLSTATE 42S02, error 1146)." in " ".join(done.err.split())
    log.clear()
    assert sql("select slow").status == 130
    assert log[1:4] == ["select slow", "close", "KILL 9"]
