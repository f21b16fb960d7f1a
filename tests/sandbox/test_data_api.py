"""The emulated Data API as boto3 sees it, on a real PostgreSQL; no emulator is started: requests end in its code."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError

from aurora_cli.sandbox.emulator.data_api import limits, logins, sessions
from aurora_cli.sandbox.emulator.data_api.logins import Login
from aurora_cli.sandbox.emulator.data_api.refusal import Refused
from aurora_cli.sandbox.emulator.data_api.service import DataApi
from aurora_cli.sandbox.emulator.rds.databases import serving
from aurora_cli.sandbox.isolation import ACCOUNT
from aurora_cli.sandbox.processes import wait_until
from tests.connected import ARN, SECRET
from tests.postgres import HOST, PASSWORD, running

WHO = {"resourceArn": ARN, "secretArn": SECRET}


class Body(io.BytesIO):
    """The body of an answer, as urllib3 gives it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


@pytest.fixture(scope="module")
def service() -> Iterator[DataApi]:
    with running() as server:

        def find(region: str, cluster: str, secret: str, database: str | None) -> Login:
            if cluster != ARN:
                raise Refused("DatabaseNotFoundException", f"DBCluster {cluster} not found.")
            found = Login(HOST, server.port, "postgres", PASSWORD, database or "postgres")
            return replace(found, password="wrong-password") if secret != SECRET else found

        made = DataApi(find)
        yield made
        made.sessions.close()


@pytest.fixture(scope="module")
def api(service: DataApi) -> Any:
    """A client of boto3."""
    client: Any = boto3.client(
        "rds-data", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip

    def send(request: Any, **_: Any) -> AWSResponse:
        path = request.url.partition("amazonaws.com")[2]
        environ = {"PATH_INFO": path, "wsgi.input": io.BytesIO(request.body)}
        environ["HTTP_AUTHORIZATION"] = request.headers["Authorization"].decode()
        status, headers, body = service.answer(environ)
        return AWSResponse(request.url, status, HTTPHeaders.from_pairs(headers), Body(body))

    client.meta.events.register("before-send.rds-data.*", send)
    client.execute_statement(**WHO, sql="create table t (id serial primary key, name varchar(20), paid numeric(8, 2))")
    return client


@contextmanager
def refused(code: str, message: str) -> Iterator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code
    assert message in caught.value.response["Error"]["Message"]


def values(api: Any, sql: str, **given: Any) -> list[Any]:
    """The first record."""
    return list(api.execute_statement(**WHO, sql=sql, **given)["records"][0])


def test_each_type_has_its_field(api: Any) -> None:
    sql = """
        select 1::int2, 9223372036854775807, 1.5::float4, true, null, 'ü', 1.50::numeric, '\\x00ff'::bytea,
        '2026-01-02'::date, '2026-01-02 03:04:05.6+00'::timestamptz, '{"a": 1}'::jsonb,
        '8f9c3b0e-0000-4000-8000-000000000000'::uuid, array[1, null], array['a,b', 'null', null, '"'], array[]::bool[]
    """
    assert values(api, sql) == [
        {"longValue": 1},
        {"longValue": 9223372036854775807},
        {"doubleValue": 1.5},
        {"booleanValue": True},
        {"isNull": True},
        {"stringValue": "ü"},
        {"stringValue": "1.50"},
        {"blobValue": b"\x00\xff"},
        {"stringValue": "2026-01-02"},
        {"stringValue": "2026-01-02 03:04:05.6"},
        {"stringValue": '{"a": 1}'},
        {"stringValue": "8f9c3b0e-0000-4000-8000-000000000000"},
        {"arrayValue": {"longValues": [1, None]}},
        {"arrayValue": {"stringValues": ["a,b", "null", None, '"']}},
        {"arrayValue": {"booleanValues": []}},
    ]
    options = {"decimalReturnType": "DOUBLE_OR_LONG", "longReturnType": "STRING"}
    assert values(api, "select 1.5::numeric, 2::numeric, 3", resultSetOptions=options) == [
        {"doubleValue": 1.5},
        {"longValue": 2},
        {"stringValue": "3"},
    ]
    with refused("UnsupportedResultException", "multidimensional array"):
        values(api, "select array[[1], [2]]")


def test_parameters_have_types(api: Any) -> None:
    given = {
        "l": {"longValue": 7},
        "d": {"doubleValue": 1.5},
        "b": {"booleanValue": False},
        "s": {"stringValue": "it's :l"},
        "x": {"blobValue": b"\x00\xff"},
        "n": {"isNull": True},
    }
    hints = {"DATE": "2026-01-02", "TIME": "03:04:05", "TIMESTAMP": "2026-01-02 03:04:05", "DECIMAL": "1.50"}
    hints |= {"JSON": '{"a":1}', "UUID": "8f9c3b0e-0000-4000-8000-000000000000"}
    parameters = [{"name": name, "value": value} for name, value in given.items()]
    parameters += [{"name": name, "typeHint": name, "value": {"stringValue": text}} for name, text in hints.items()]
    types = ", ".join(f"pg_typeof(:{name})::text" for name in (*given, *hints) if name != "n")
    assert [one["stringValue"] for one in values(api, f"select {types}", parameters=parameters)] == [
        "bigint", "double precision", "boolean", "text", "bytea",
        "date", "time without time zone", "timestamp without time zone", "numeric", "json", "uuid",
    ]  # fmt: skip
    sql = "select :l::text || ':l', :s, :x, :n::int, :l + 1"
    assert values(api, sql, parameters=parameters)[1:] == [
        {"stringValue": "it's :l"},
        {"blobValue": b"\x00\xff"},
        {"isNull": True},
        {"longValue": 8},
    ]
    with refused("BadRequestException", "Cannot find parameter: y"):
        values(api, "select :y")
    with refused("BadRequestException", "Array parameters are not supported"):
        values(api, "select :a", parameters=[{"name": "a", "value": {"arrayValue": {"longValues": [1]}}}])


def test_metadata_of_columns(api: Any) -> None:
    answer = api.execute_statement(**WHO, sql="select *, paid * 2 as twice from t", includeResultMetadata=True)
    assert answer["records"] == []
    one, name, paid, twice = answer["columnMetadata"]
    assert one == {
        "arrayBaseColumnType": 0, "isAutoIncrement": True, "isCaseSensitive": False, "isCurrency": False, "isSigned": True,
        "label": "id", "name": "id", "nullable": 0, "precision": 10, "scale": 0, "schemaName": "", "tableName": "t",
        "type": 4, "typeName": "serial",
    }  # fmt: skip
    assert (name["type"], name["typeName"], name["precision"], name["nullable"]) == (12, "varchar", 20, 1)
    assert (paid["type"], paid["precision"], paid["scale"]) == (2, 8, 2)
    assert (twice["tableName"], twice["nullable"]) == ("", 2)


def test_records_in_json(api: Any) -> None:
    sql = "select 1 as a, 1.50::numeric as b, null as c, array[1, 2] as d, 'ü' as e, true as f"
    answer = api.execute_statement(**WHO, sql=sql, formatRecordsAs="JSON", includeResultMetadata=True)
    assert json.loads(answer["formattedRecords"]) == [{"a": 1, "b": 1.5, "c": None, "d": [1, 2], "e": "ü", "f": True}]
    assert not {"records", "columnMetadata"} & set(answer)
    with refused("UnsupportedResultException", "unique"):
        api.execute_statement(**WHO, sql="select 1 as a, 2 as a", formatRecordsAs="JSON")


def test_a_batch_is_all_or_nothing(api: Any) -> None:
    def sets(*names: str) -> list[Any]:
        return [[{"name": "name", "value": {"stringValue": name}}] for name in names]

    sql = "insert into t (name) values (:name)"
    assert api.batch_execute_statement(**WHO, sql=sql, parameterSets=sets("a", "b"))["updateResults"] == [
        {"generatedFields": []},
        {"generatedFields": []},
    ]
    with refused("DatabaseErrorException", "value too long for type character varying(20); SQLState: 22001"):
        api.batch_execute_statement(**WHO, sql=sql, parameterSets=sets("c", "d" * 21))
    answer = api.execute_statement(**WHO, sql="delete from t")
    assert (answer["numberOfRecordsUpdated"], answer["generatedFields"]) == (2, [])
    assert "records" not in answer


def test_transactions(api: Any, service: DataApi, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin() -> dict[str, str]:
        return {**WHO, "transactionId": api.begin_transaction(**WHO)["transactionId"]}

    def count() -> int:
        return int(values(api, "select count(*) from t")[0]["longValue"])

    kept, undone = begin(), begin()
    for one in (kept, undone):
        api.execute_statement(**one, sql="insert into t (name) values ('x')")
    assert count() == 0
    assert api.commit_transaction(**kept)["transactionStatus"] == "Transaction Committed"
    assert api.rollback_transaction(**undone)["transactionStatus"] == "Rollback Complete"
    assert count() == 1
    failed = begin()
    with refused("DatabaseErrorException", "SQLState: 22012"):
        api.execute_statement(**failed, sql="select 1 / 0")
    with refused("DatabaseErrorException", "SQLState: 25P02"):
        api.execute_statement(**failed, sql="select 1")
    assert api.commit_transaction(**failed)["transactionStatus"] == "Rollback Complete"
    lost = begin()
    with refused("DatabaseErrorException", "SQLState: 57P01"):
        api.execute_statement(**lost, sql="select pg_terminate_backend(pg_backend_pid())")
    late = begin()
    monkeypatch.setattr(sessions, "IDLE_S", -1)
    for gone in (kept, failed, lost, late):
        with refused("TransactionNotFoundException", f"Transaction {gone['transactionId']} is not found"):
            api.execute_statement(**gone, sql="select 1")


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (
            {"sql": "select * from u"},
            "DatabaseErrorException",
            'ERROR: relation "u" does not exist; Position: 15; SQLState: 42P01',
        ),
        ({"sql": "select 1; select 2"}, "BadRequestException", "Multistatements aren't supported."),
        ({"sql": "select 1", "database": "none"}, "DatabaseErrorException", "does not exist; SQLState: 3D000"),
        ({"sql": "select 1", "secretArn": f"{SECRET}x"}, "DatabaseErrorException", "authentication failed"),
        ({"sql": "select 1", "resourceArn": f"{ARN}x"}, "DatabaseNotFoundException", "not found"),
        ({"sql": "select '\0'"}, "DatabaseErrorException", 'for encoding "UTF8": 0x00; SQLState: 22021'),
        ({"sql": "copy t to stdout"}, "UnsupportedResultException", "COPY"),
        ({"sql": "select repeat('x', 1048577)"}, "DatabaseErrorException", "more than the allowed response size limit"),
        ({"sql": "set statement_timeout = 1"}, "", ""),
    ],
)
def test_refusals(api: Any, given: dict[str, str], code: str, message: str) -> None:
    if not code:
        assert "records" not in api.execute_statement(**{**WHO, **given})
        return
    with refused(code, message):
        api.execute_statement(**{**WHO, **given})


def test_a_call_to_a_paused_cluster_resumes_it_and_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resumed: list[str] = []
    fleet: Any = SimpleNamespace(
        resuming=lambda cluster: True,
        writer=lambda cluster: None if not resumed else "server",
        connected=lambda cluster, change: resumed.append(cluster),
    )
    cluster = SimpleNamespace(
        arn=ARN, enable_http_endpoint=True, status="available", instances=[SimpleNamespace(dbi_resource_id="db-1")],
        db_cluster_resource_id="cluster-1", endpoint="127.0.0.1", port=5432, engine="aurora-postgresql",
    )  # fmt: skip
    backends = {ACCOUNT: {"eu-west-1": SimpleNamespace(clusters={"orders": cluster})}}
    monkeypatch.setattr(logins, "rds_backends", backends)
    monkeypatch.setattr(logins, "is_served", lambda cluster: True)
    monkeypatch.setattr(logins, "_of_secret", lambda region, arn: ("boss", "secret"))
    for name, value in (("fleet", fleet), ("gate", object())):
        monkeypatch.setattr(serving.SERVING, name, value)
    with pytest.raises(Refused, match="db-1 is resuming after being auto-paused") as caught:
        logins.login("eu-west-1", ARN, SECRET, None)
    assert (caught.value.code, resumed) == ("DatabaseResumingException", ["cluster-1"])
    assert logins.login("eu-west-1", ARN, SECRET, "app").database == "app"


def test_a_statement_that_takes_too_long(api: Any) -> None:
    begun = {**WHO, "transactionId": api.begin_transaction(**WHO)["transactionId"]}
    api.execute_statement(**begun, sql="set local statement_timeout = 1")
    with refused("StatementTimeoutException", "Request timed out"):
        api.execute_statement(**begun, sql="select pg_sleep(1)")


def test_a_statement_goes_on_after_the_call_if_it_is_told_to(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lasting = {**WHO, "continueAfterTimeout": True}
    assert api.execute_statement(**lasting, sql="select 1")["records"] == [[{"longValue": 1}]]
    with refused("DatabaseErrorException", "SQLState: 42P01"):
        api.execute_statement(**lasting, sql="select * from nowhere")
    monkeypatch.setattr(limits, "STATEMENT_S", 0.1)
    made = "create table {} as select pg_sleep(0.2)::text"
    with refused("StatementTimeoutException", "Request timed out"):
        api.execute_statement(**WHO, sql=made.format("ended"))
    with refused("StatementTimeoutException", "Request timed out"):
        api.execute_statement(**lasting, sql=made.format("lasting"))
    there = "select to_regclass('lasting') is not null, to_regclass('ended') is not null"
    assert wait_until(
        lambda: values(api, there) == [{"booleanValue": True}, {"booleanValue": False}], timeout_s=20.0, every_s=0.02
    )
    begun = {"transactionId": api.begin_transaction(**WHO)["transactionId"]}
    with refused("StatementTimeoutException", "Request timed out"):
        api.execute_statement(**lasting, **begun, sql=made.format("inside"))
    assert values(api, "select to_regclass('inside') is not null, current_setting('statement_timeout')", **begun) == [
        {"booleanValue": True},
        {"stringValue": "100ms"},
    ]
    api.rollback_transaction(**{name: value for name, value in WHO.items() if "Arn" in name}, **begun)


def test_the_database_outside_of_a_transaction(api: Any) -> None:
    api.execute_statement(**WHO, sql="create database other")
    assert values(api, "select current_database()", database="other") == [{"stringValue": "other"}]
