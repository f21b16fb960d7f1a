"""Automated backups that a deleted cluster has left, with the rows of real servers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurora_cli.sandbox.processes import wait_until
from tests.sandbox.database_life import Life, until_the_end
from tests.sandbox.emulator import refused
from tests.sandbox.mysql_life import MysqlLife, needs_mysql

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]
SECOND = dt.timedelta(seconds=1)
ROWS = "SELECT count(*) FROM entries"


@pytest.fixture(params=[Life, MysqlLife], ids=["postgresql", "mysql"])
def life(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Life]:
    if request.param is MysqlLife:
        needs_mysql()
    with until_the_end(request.param(tmp_path)) as made:
        yield made


def test_retained_backups_are_restored_with_rows_and_deleted_with_their_data(life: Life) -> None:
    life.create(readers=0, MasterUserPassword="secret-99")
    life.password = "secret-99"
    life.settle()
    life.do("CREATE TABLE entries (number bigint); INSERT INTO entries VALUES (1)")
    gone, folder = life.cluster()["DbClusterResourceId"], life.folder() / "clusters"
    assert wait_until((folder / gone / "base").exists, timeout_s=20.0)
    assert wait_until(lambda: life.cluster()["EarliestRestorableTime"] < now() - SECOND, timeout_s=20.0, every_s=0.1)
    moment = now()
    assert wait_until(lambda: now() > moment.replace(microsecond=0) + 2 * SECOND, timeout_s=20.0, every_s=0.1)
    life.do("INSERT INTO entries VALUES (2)")
    with refused("InvalidDBClusterAutomatedBackupStateFault"):
        life.rds.delete_db_cluster_automated_backup(DbClusterResourceId=gone)
    life.rds.delete_db_instance(DBInstanceIdentifier="demo-1", SkipFinalSnapshot=True)
    life.rds.delete_db_cluster(DBClusterIdentifier="demo", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    assert life.rds.describe_db_clusters()["DBClusters"] == [] and life.sandbox.databases()["servers"] == []
    life.sandbox.stop()
    life.start()  # they outlive the emulator too
    for name, when in (("latest", {"UseLatestRestorableTime": True}), ("earlier", {"RestoreToTime": moment + SECOND})):
        life.rds.restore_db_cluster_to_point_in_time(DBClusterIdentifier=name, SourceDbClusterResourceId=gone, **when)
        life.add(f"{name}-1", name)
    life.settle()
    assert life.rows(ROWS, life.cluster("latest")["Endpoint"]) == [(2,)]
    assert life.rows(ROWS, life.cluster("earlier")["Endpoint"]) == [(1,)]
    assert (folder / gone).exists()
    shown = life.rds.delete_db_cluster_automated_backup(DbClusterResourceId=gone)["DBClusterAutomatedBackup"]
    assert (shown["DBClusterIdentifier"], shown["Status"]) == ("demo", "deleting")
    assert wait_until(lambda: not (folder / gone).exists(), timeout_s=20.0)
    with refused("DBClusterAutomatedBackupNotFoundFault"):
        life.rds.delete_db_cluster_automated_backup(DbClusterResourceId=gone)
    left = life.cluster("latest")["DbClusterResourceId"]
    life.rds.delete_db_instance(DBInstanceIdentifier="latest-1", SkipFinalSnapshot=True)
    life.rds.delete_db_cluster(DBClusterIdentifier="latest", SkipFinalSnapshot=True)
    assert wait_until(lambda: not (folder / left).exists(), timeout_s=20.0)


def now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)
