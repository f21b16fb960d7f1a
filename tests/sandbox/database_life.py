"""A client of clusters with real servers."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.processes import wait_until
from tests.harness import REGION, clean_environ
from tests.sandbox.emulator import new_client

MOST = 5
"""Servers at the same time."""


class Life:
    """A cluster, and the connections of a client.

    Args:
        settings: further environment of the emulator.
    """

    ENGINE, FAMILY = "aurora-postgresql", "POSTGRESQL"
    NEEDED = "global/pg_control"
    HERE = "SELECT aurora_db_instance_identifier()"
    COUNT = "SELECT count(*), pg_is_in_recovery() FROM entries"
    UNAVAILABLE = "starting up"
    FAILURE: type[Exception] = psycopg.Error

    def __init__(self, folder: Path, **settings: str) -> None:
        on = {"AURORA_SANDBOX_DATABASE": "on", "AURORA_SANDBOX_SERVERS": str(MOST), **settings}
        environ = {**clean_environ(), "AWS_REGION": REGION, **on}
        self.sandbox = Sandbox(folder, environ)
        self.password, self.port = "", 0
        self.start()

    def start(self) -> None:
        info = self.sandbox.start()
        services = ("rds", "secretsmanager", "cloudwatch", "rds-data")
        self.rds, self.secrets, self.cloudwatch, self.data = (new_client(info, service) for service in services)

    def create(self, readers: int, **given: Any) -> None:
        self.rds.create_db_cluster(
            DBClusterIdentifier="demo",
            Engine=self.ENGINE,
            MasterUsername="boss",
            DatabaseName="app",
            EnableIAMDatabaseAuthentication=True,
            **(given or {"ManageMasterUserPassword": True}),
        )
        for number in range(1, readers + 2):
            self.add(f"demo-{number}", "demo")

    def add(self, name: str, cluster: str, rds: Any = None) -> None:
        (rds or self.rds).create_db_instance(
            DBInstanceIdentifier=name,
            DBClusterIdentifier=cluster,
            Engine=self.ENGINE,
            DBInstanceClass="db.r6g.large",
        )

    def cluster(self, name: str = "demo") -> dict[str, Any]:
        found: dict[str, Any] = self.rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
        return found

    def settle(self, status: str = "available", timeout_s: float = 60.0, others: Sequence[Any] = ()) -> None:
        """Wait until clusters and instances have that status. Args: others: clients of other Regions."""

        def settled() -> bool:
            found = set()
            for rds in (self.rds, *others):
                found |= {one["Status"] for one in rds.describe_db_clusters()["DBClusters"]}
                found |= {one["DBInstanceStatus"] for one in rds.describe_db_instances()["DBInstances"]}
            return found == {status}

        assert wait_until(settled, timeout_s=timeout_s, every_s=0.05), self.sandbox.databases()
        clusters = [one["DBClusterIdentifier"] for one in self.rds.describe_db_clusters()["DBClusters"]]
        if "demo" not in clusters:
            return
        cluster = self.cluster()
        self.port = cluster["Port"]
        if "MasterUserSecret" not in cluster:
            return
        secret = cluster["MasterUserSecret"]["SecretArn"]
        self.password = json.loads(self.secrets.get_secret_value(SecretId=secret)["SecretString"])["password"]

    def connect(self, host: str | None = None, **given: Any) -> psycopg.Connection[Any]:
        values = {
            "host": host or self.cluster()["Endpoint"],
            "port": self.port or self.cluster()["Port"],
            "user": "boss",
            "dbname": "app",
            "password": self.password,
            "sslmode": "verify-full",
            "sslrootcert": str(self.sandbox.files.folder / "database" / "ca.pem"),
            "connect_timeout": 10,
            "autocommit": True,
        }
        return psycopg.connect(**{**values, **given})

    def rows(self, statement: str, host: str | None = None, **given: Any) -> list[Any]:
        with self.connect(host, **given) as connection:
            return connection.execute(statement.encode()).fetchall()

    def do(self, statement: str, host: str | None = None) -> None:
        with self.connect(host) as connection:
            connection.execute(statement.encode())

    def signs_in(self, **given: Any) -> bool:
        try:
            return self.rows("SELECT 1", **given) == [(1,)]
        except psycopg.OperationalError:
            return False

    def insert(self, connection: Any, number: int) -> None:
        """A row, which is committed."""
        connection.execute("INSERT INTO entries VALUES (%s)", (number,))

    def refusal(self, host: str | None = None, **given: Any) -> str:
        with pytest.raises(psycopg.OperationalError) as caught:
            self.connect(host, **given)
        return str(caught.value)

    def writer(self) -> str:
        members = self.cluster()["DBClusterMembers"]
        return next(str(one["DBInstanceIdentifier"]) for one in members if one["IsClusterWriter"])

    def damage_writer(self) -> None:
        """Take a file of the writer's data away, and end its server."""
        pid = next(one["pid"] for one in self.sandbox.databases()["servers"] if one["role"] == "writer")
        (Path(f"/proc/{pid}/cwd").resolve() / self.NEEDED).unlink()
        os.kill(pid, signal.SIGKILL)

    def folder(self) -> Path:
        """The folder of all data, which a server has its own in."""
        pid = self.processes()[0]
        return Path(f"/proc/{pid}/cwd").resolve().parents[3]

    def processes(self) -> list[int]:
        """The servers."""
        return [one["pid"] for one in self.sandbox.databases()["servers"] if one["pid"]]


class Load:
    """Writes rows as fast as it can, and knows which were acknowledged."""

    def __init__(self, life: Life) -> None:
        self.acknowledged: list[int] = []
        self.longest_gap_s = 0.0
        self._over = threading.Event()
        self._life, self._host = life, str(life.cluster()["Endpoint"])
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Load:
        self._thread.start()
        assert wait_until(lambda: len(self.acknowledged) > 20, timeout_s=20.0)
        return self

    def __exit__(self, *_: object) -> None:
        count = len(self.acknowledged)
        wait_until(lambda: len(self.acknowledged) > count, timeout_s=20.0)
        self._over.set()
        self._thread.join()

    def _write(self) -> None:
        number = max((int(row[0]) for row in self._life.rows("SELECT number FROM entries")), default=0)
        last = time.monotonic()
        while not self._over.is_set():
            try:
                with self._life.connect(self._host) as connection:
                    while not self._over.is_set():
                        number += 1
                        self._life.insert(connection, number)
                        self.acknowledged.append(number)
                        self.longest_gap_s, last = max(self.longest_gap_s, time.monotonic() - last), time.monotonic()
            except self._life.FAILURE:
                time.sleep(0.01)

    def lost(self) -> set[int]:
        """Acknowledged rows that are not there."""
        return set(self.acknowledged) - {int(row[0]) for row in self._life.rows("SELECT number FROM entries")}


def metric(life: Life, name: str, instance: str) -> float | None:
    """The largest value of an instance's metric in the last minutes; None if there is none."""
    now = dt.datetime.now(dt.timezone.utc)
    points = life.cloudwatch.get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName=name,
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": instance}],
        StartTime=now - dt.timedelta(minutes=5),
        EndTime=now + dt.timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max((float(point["Maximum"]) for point in points), default=None)


AnyLife = TypeVar("AnyLife", bound=Life)


def await_deployment(life: Life, identifier: str, status: str) -> str | None:
    """Wait until a blue/green deployment has that status; its details."""

    def shown() -> Any:
        found = life.rds.describe_blue_green_deployments(BlueGreenDeploymentIdentifier=identifier)
        return found["BlueGreenDeployments"][0]

    assert wait_until(lambda: shown()["Status"] == status, timeout_s=60.0, every_s=0.1)
    details: str | None = shown().get("StatusDetails")
    return details


@contextmanager
def living(folder: Path, **setting: str) -> Iterator[Life]:
    """A sandbox with databases, until the block ends.

    Args:
        setting: environment variables of the emulator.
    """
    with until_the_end(Life(folder, **setting)) as made:
        yield made


@contextmanager
def until_the_end(made: AnyLife) -> Iterator[AnyLife]:
    """Empty the sandbox and stop it at the end, whatever became of its emulator."""
    try:
        yield made
    finally:
        made.sandbox.start()
        made.sandbox.reset()
        made.sandbox.stop()
