"""Kills of the emulator, of servers and of the watcher: what was acknowledged is there, and no process is left."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import Life, Load, until_the_end
from tests.sandbox.mysql_life import MysqlLife, needs_mysql

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]
TIMES = 10


@pytest.fixture(scope="module", params=[Life, MysqlLife], ids=["postgresql", "mysql"])
def life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    if request.param is MysqlLife:
        needs_mysql()
    with until_the_end(request.param(tmp_path_factory.mktemp("databases"))) as made:
        made.create(readers=1)
        made.settle()
        made.do("CREATE TABLE entries (number bigint PRIMARY KEY)")
        yield made


def processes(life: Life) -> set[int]:
    """Every process of this sandbox's servers, by the folder that their command lines name."""
    data = {str(pid) for pid in life.processes()}
    children = {child for pid in data for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return {int(pid) for pid in data | children}


def gone(pids: set[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize("number", range(TIMES))
def test_a_killed_emulator_leaves_no_process(life: Life, number: int) -> None:
    with Load(life) as load:
        running, emulator = processes(life), life.sandbox.status().pid
        assert emulator is not None and len(life.processes()) == 2
        os.kill(emulator, signal.SIGKILL)
        assert wait_until(lambda: gone(running), timeout_s=15.0)
        life.start()
        life.settle()
    assert load.lost() == set()


@pytest.mark.parametrize("role", ["writer", "reader"])
@pytest.mark.parametrize("number", range(TIMES))
def test_a_killed_server_comes_back(life: Life, role: str, number: int) -> None:
    with Load(life) as load:
        killed = next(one["pid"] for one in life.sandbox.databases()["servers"] if one["role"] == role)
        os.kill(killed, signal.SIGKILL)
        assert wait_until(lambda: gone({killed}), timeout_s=20.0)
        life.settle()
    assert load.lost() == set()


@pytest.mark.parametrize("number", range(TIMES))
def test_a_failover_that_is_cut_off_loses_nothing(life: Life, number: int) -> None:
    with Load(life) as load:
        life.rds.failover_db_cluster(DBClusterIdentifier="demo")
        emulator = life.sandbox.status().pid
        assert emulator is not None
        wait_until(lambda: False, timeout_s=number * 0.05)
        os.kill(emulator, signal.SIGKILL)
        assert wait_until(lambda: gone({emulator}), timeout_s=20.0)
        life.start()
        life.settle()
    assert load.lost() == set()


def test_a_writer_with_damaged_data_is_replaced(life: Life) -> None:
    """By its reader, with all that was committed, and an event; then it follows again, with new data."""
    assert damage(life) == []
    life.settle()
    events = life.rds.describe_events(SourceType="db-cluster", EventCategories=["failover"])["Events"]
    assert [one["Message"] for one in events][-1].endswith(f"failover to DB instance: {life.writer()}")


def test_a_lone_writer_with_damaged_data_is_failed(life: Life) -> None:
    reader = next(
        one["DBInstanceIdentifier"] for one in life.cluster()["DBClusterMembers"] if not one["IsClusterWriter"]
    )
    life.rds.delete_db_instance(DBInstanceIdentifier=reader, SkipFinalSnapshot=True)
    life.settle()
    damage(life, replaced=False)
    instances = life.rds.describe_db_instances
    assert wait_until(lambda: instances()["DBInstances"][0]["DBInstanceStatus"] == "failed", timeout_s=30.0)
    (server,) = life.sandbox.databases()["servers"]
    assert "does not start" in server["problem"] and "restore a snapshot" in server["problem"]
    assert server["problem"] in life.sandbox.files.log.read_text()


def damage(life: Life, *, replaced: bool = True) -> list[int]:
    """Take a file of the writer's data away under load, and end its server. Returns the rows that are lost."""
    former = life.writer()
    with Load(life) as load:
        life.damage_writer()
        if not replaced:
            return []
        assert wait_until(lambda: life.writer() != former, timeout_s=30.0)
        life.settle()
    return sorted(load.lost())
