"""Watch a cluster while a command works on it: which instances are away at the same time, which calls are made in which order."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness import REGION, Aurora

CHANGING = (
    "ModifyDBInstance",
    "CreateDBInstance",
    "DeleteDBInstance",
    "RebootDBInstance",
    "FailoverDBCluster",
    "StopDBCluster",
    "StartDBCluster",
)

LOOK_S = 0.2


def holding(folder: Path, *texts: str) -> list[Path]:
    """Files in a folder that have one of the texts in them; what is compressed is looked into."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    content = {path: path.read_bytes() for path in files}
    plain = {path: gzip.decompress(data) if path.suffix == ".gz" else data for path, data in content.items()}
    return [path for path, data in plain.items() if any(text.encode() in data for text in texts)]


def calls_since(aurora: Aurora, since: int) -> list[tuple[str, str]]:
    """(action, instance that it is about, "" for a cluster) of the calls that change instances or roles, answered well."""
    return [
        (
            c["action"],
            c["parameters"].get("TargetDBInstanceIdentifier") or c["parameters"].get("DBInstanceIdentifier", ""),
        )
        for c in aurora.emulator.calls(since=since, service="rds")
        if c["action"] in CHANGING and c["status"] == 200
    ]


def last_call(aurora: Aurora, since: int = 0) -> int:
    """Number of the newest API call that the emulator has seen, counted over its whole life."""
    calls = aurora.emulator.calls(since=since)
    return int(calls[-1]["number"]) if calls else since


@dataclass
class Seen:
    """What was seen of a cluster.

    Attributes:
        away: sets of instances that were not available at the same time, without those that are made or deleted.
        calls: the calls that changed something, in order.
    """

    away: set[frozenset[str]] = field(default_factory=set)
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def most_away(self) -> int:
        """The most instances that were away at the same time."""
        return max((len(names) for names in self.away), default=0)


@contextmanager
def watched(aurora: Aurora, name: str, region: str = REGION) -> Iterator[Seen]:
    """Watch the cluster `name` while the block runs; the calls, of every Region, are there after it."""
    seen, rds, over = Seen(), aurora.client("rds", region), threading.Event()
    before = last_call(aurora)

    def look() -> None:
        while not over.wait(LOOK_S):
            found = rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [name]}])["DBInstances"]
            seen.away.add(frozenset(i["DBInstanceIdentifier"] for i in found if _is_away(i)))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
        seen.calls = calls_since(aurora, before)


def _is_away(instance: dict[str, Any]) -> bool:
    return instance["DBInstanceStatus"] not in ("available", "creating", "deleting")


@contextmanager
def slowly(aurora: Aurora, seconds: float) -> Iterator[None]:
    """AWS takes that long for each change while the block runs."""
    manager = aurora.emulator
    manager.set_latency(seconds)
    try:
        yield
    finally:
        manager.set_latency(0)


@dataclass
class Interrupted:
    """How long a cluster was seen without a writer, in seconds."""

    seconds: float = 0.0


@contextmanager
def measured(aurora: Aurora, name: str) -> Iterator[Interrupted]:
    """Measure, beside the command and by the RDS API alone, how long the role of the writer is on its way."""
    rds, over, seen = aurora.client("rds"), threading.Event(), Interrupted()

    def look() -> None:
        last = time.monotonic()
        while not over.wait(LOOK_S / 2):
            (cluster,) = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
            now = time.monotonic()
            seen.seconds += now - last if cluster["Status"] == "failing-over" else 0.0
            last = now

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
