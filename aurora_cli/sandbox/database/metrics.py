"""Samples of the servers, under the names that Aurora's metrics have in CloudWatch."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.engine import Server

MINUTE_SETTING = "AURORA_SANDBOX_MINUTE"
"""Environment variable of the emulator: seconds that a minute of samples, alarms and autoscaling takes, for tests."""
MINUTE_S = 60.0
FIRST, EVERY = 1 / 20, 1 / 6
"""Parts of a minute."""
KEPT = 360
"""Samples of a server: an hour."""


@dataclass(frozen=True)
class Sampled:
    """A server that is sampled.

    Attributes:
        capacity: the range of ACUs of a Serverless v2 instance; None: it is provisioned.
        follows: whether its cluster follows another one, and it is the server that does.
        role: `WRITER` or `READER`.
        beats: whether something is committed on it, to which its readers can be behind.
    """

    region: str
    cluster: str
    instance: str
    server: Server
    capacity: tuple[float, float] | None = None
    follows: bool = False
    role: str = "READER"
    beats: bool = False


@dataclass(frozen=True)
class Point:
    """A value of a metric.

    Attributes:
        dimension, resource: e.g. `DBInstanceIdentifier` and its identifier.
        time: seconds since the epoch.
        cluster, role: of the instance that it is of, if it is of one.
    """

    region: str
    name: str
    unit: str
    dimension: str
    resource: str
    time: float
    value: float
    cluster: str = ""
    role: str = ""

    @property
    def dimensions(self) -> list[dict[str, str]]:
        """Under which dimensions it is: what is of an instance is of its cluster, and of the role in it, too."""
        of_cluster = {"DBClusterIdentifier": self.cluster}
        further = [of_cluster, {**of_cluster, "Role": self.role}] if self.cluster else []
        return [{self.dimension: self.resource}, *further]


class Metrics:
    """The samples of the last hour.

    Args:
        sampled: gives the servers that run.
        minute_s: seconds that a minute takes.
    """

    def __init__(self, sampled: Callable[[], list[Sampled]], minute_s: float = MINUTE_S) -> None:
        self._sampled, self.minute_s = sampled, minute_s
        self._points: dict[tuple[str, str, str], deque[Point]] = {}
        self._before: dict[str, tuple[float, float, float, float]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()

    def start(self) -> None:
        """Sample from now on, in a thread."""
        threading.Thread(target=self._run, name="database-metrics", daemon=True).start()

    def end(self) -> None:
        """Sample no more."""
        self._over.set()

    def points(self, region: str) -> list[Point]:
        """What a Region has."""
        with self._lock:
            return [point for kept in self._points.values() for point in kept if point.region == region]

    def sample(self) -> None:
        """Sample all servers once."""
        points: list[Point] = []
        for one in self._sampled():
            with suppress(SandboxFailed, OSError):  # it ends, or is deleted meanwhile
                points += self._measure(one, time.time())
        self._keep([*points, *_lags(points)])

    def _run(self) -> None:
        pause = FIRST
        while not self._over.wait(pause * self.minute_s):
            self.sample()
            pause = EVERY

    def _keep(self, points: list[Point]) -> None:
        with self._lock:
            for point in points:
                key = (point.region, point.name, point.resource)
                self._points.setdefault(key, deque(maxlen=KEPT)).append(point)

    def _measure(self, one: Sampled, now: float) -> Iterator[Point]:
        if one.beats:
            one.server.beat()
        said = one.server.sample()
        measured = (now, said.commits, said.deadlocks, processor_seconds(one.server.pid or 0))
        before = self._before.get(one.server.key, measured)
        self._before[one.server.key] = measured
        elapsed, commits, deadlocks, processor = (
            max(new - old, 0.0) for new, old in zip(measured, before, strict=True)
        )

        def instance(name: str, unit: str, value: float) -> Point:
            return Point(
                one.region, name, unit, "DBInstanceIdentifier", one.instance, now, value, one.cluster, one.role
            )

        def cluster(name: str, unit: str, value: float) -> Point:
            return Point(one.region, name, unit, "DBClusterIdentifier", one.cluster, now, value)

        yield instance("DatabaseConnections", "Count", float(said.connections))
        yield instance("FreeLocalStorage", "Bytes", float(shutil.disk_usage(one.server.folder).free))
        if said.lag_ms is not None:
            yield instance("AuroraReplicaLag", "Milliseconds", said.lag_ms)
        else:
            yield cluster("VolumeBytesUsed", "Bytes", float(one.server.disk()))
        if one.follows:
            yield cluster("AuroraGlobalDBReplicationLag", "Milliseconds", said.lag_ms or 0.0)
        if elapsed <= 0:
            return
        load = min(processor / elapsed / (os.cpu_count() or 1), 1.0)
        yield instance("CPUUtilization", "Percent", load * 100)
        yield instance("CommitThroughput", "Count/Second", commits / elapsed)
        yield instance("Deadlocks", "Count/Second", deadlocks / elapsed)
        if one.capacity is not None:
            least, most = one.capacity
            used = least + (most - least) * load
            yield instance("ServerlessDatabaseCapacity", "Count", used)
            yield instance("ACUUtilization", "Percent", used / most * 100)


def minute(environ: Mapping[str, str]) -> float:
    """Seconds that a minute takes: of `MINUTE_SETTING`, 0.1 to 60; else 60."""
    with suppress(ValueError):
        given = float(environ.get(MINUTE_SETTING, ""))
        return given if 0.1 <= given <= MINUTE_S else MINUTE_S
    return MINUTE_S


def _lags(points: list[Point]) -> Iterator[Point]:
    """The largest and the smallest lag of the readers of each cluster."""
    lags: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        if point.name == "AuroraReplicaLag":
            lags.setdefault((point.region, point.cluster), []).append(point)
    for (region, cluster), found in lags.items():
        for name, value in (("Maximum", max(one.value for one in found)), ("Minimum", min(one.value for one in found))):
            dimension = "DBClusterIdentifier"
            yield Point(region, f"AuroraReplicaLag{name}", "Milliseconds", dimension, cluster, found[-1].time, value)


def processor_seconds(pid: int) -> float:
    """Processor time of a server, with its processes that run and those that have ended; 0 where the system does not say."""
    ticks = 0
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for one in (str(pid), *children):
            with suppress(OSError):
                fields = (
                    Path(f"/proc/{one}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
                )
                ticks += sum(int(field) for field in fields[11 : 15 if one == str(pid) else 13])
    return ticks / os.sysconf("SC_CLK_TCK")
