"""A Serverless v2 cluster whose least capacity is 0 pauses, and resumes with the next connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from aurora_cli.sandbox.database import fleet as fleets
from aurora_cli.sandbox.database.fleet import Fleet
from aurora_cli.sandbox.database.front.endpoint import Endpoint
from aurora_cli.sandbox.database.front.gate import Gate
from aurora_cli.sandbox.database.model import WantedCluster, WantedInstance
from aurora_cli.sandbox.processes import wait_until

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]
ID = "cluster-PAUSE"


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    monkeypatch.setattr(fleets, "LOOK_S", 0.2)
    made = Fleet(tmp_path, {"PATH": ""})
    try:
        yield made
    finally:
        made.close(delete=True)


@pytest.fixture
def gate(fleet: Fleet, tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path, fleet, lambda key: None)
    yield made
    made.close()


def by_psycopg(host: str, port: int) -> Any:
    where: dict[str, Any] = {"host": host, "port": port, "dbname": "postgres", "sslmode": "disable"}
    return psycopg.connect(**where, user="boss", password="secret-99", autocommit=True)


def by_pymysql(host: str, port: int) -> Any:
    where: dict[str, Any] = {"host": host, "port": port, "database": "app", "ssl_disabled": True}
    return pymysql.connect(**where, user="boss", password="secret-99", autocommit=True)


@pytest.mark.parametrize(
    ("engine", "version", "connect"),
    [("aurora-postgresql", "17.7", by_psycopg), ("aurora-mysql", "8.0.mysql_aurora.3.10.3", by_pymysql)],
)
def test_an_idle_cluster_pauses_and_resumes(
    fleet: Fleet, gate: Gate, engine: str, version: str, connect: Callable[[str, int], Any]
) -> None:
    if engine in fleet.missing:
        pytest.skip(str(fleet.missing[engine]))
    instance = WantedInstance("db-1", "demo-1", writer=True, capacity=(0.0, 4.0))
    wanted = WantedCluster(ID, "demo", "eu-west-1", version, "boss", "secret-99", engine=engine, pause_s=1.0)
    fleet.update([replace(wanted, database="app", instances=(instance,))])
    endpoint = Endpoint("demo", 5432, ID, "eu-west-1", force_tls=False, engine=engine)
    host = gate.address(endpoint)
    assert host is not None and wait_until(lambda: fleet.writer(ID) is not None, timeout_s=20.0)

    def run(statement: str) -> Any:
        with closing(connect(host, 5432)) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else None

    with closing(connect(host, 5432)):
        run("CREATE TABLE entries (number int)")
        assert not wait_until(lambda: fleet.writer(ID) is None, timeout_s=2.5), "it is in use"
    assert wait_until(lambda: fleet.writer(ID) is None, timeout_s=10.0)
    assert fleet.instance_settled(ID, "db-1", 0) and not fleet.cluster_starting(ID)
    assert run("SELECT count(*) FROM entries") == [(0,)]
