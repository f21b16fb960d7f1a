"""A Serverless v2 cluster whose least capacity is 0 pauses, and resumes with the next connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
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


def test_an_idle_cluster_pauses_and_resumes(fleet: Fleet, gate: Gate) -> None:
    instance = WantedInstance("db-1", "demo-1", writer=True, capacity=(0.0, 4.0))
    fleet.update(
        [WantedCluster(ID, "demo", "eu-west-1", "17.7", "boss", "secret-99", instances=(instance,), pause_s=1.0)]
    )
    host = gate.address(Endpoint("demo", 5432, ID, "eu-west-1", force_tls=False))
    assert wait_until(lambda: fleet.writer(ID) is not None, timeout_s=20.0)

    def connect() -> psycopg.Connection[object]:
        return psycopg.connect(
            host=host,
            port=5432,
            user="boss",
            password="secret-99",
            dbname="postgres",
            sslmode="disable",
            autocommit=True,
        )

    with connect() as connection:
        connection.execute("CREATE TABLE entries (number int)")
        assert not wait_until(lambda: fleet.writer(ID) is None, timeout_s=2.5), "it is in use"
    assert wait_until(lambda: fleet.writer(ID) is None, timeout_s=10.0)
    assert fleet.instance_settled(ID, "db-1", 0) and not fleet.cluster_starting(ID)
    with connect() as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchall() == [(0,)]
