"""Samples of the servers, under the names that Aurora's metrics have in CloudWatch."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.engine import Server

FIRST_S, EVERY_S = 3.0, 10.0
KEPT = 360
"""Samples of a server: an hour."""


@dataclass(frozen=True)
class Sampled:
    """A server that is sampled.

    Attributes:
        capacity: the range of ACUs of a Serverless v2 instance; None: it is provisioned.
        follows: whether its cluster follows another one, and it is the server that does.
    """

    region: str
    cluster: str
    instance: str
    server: Server
    capacity: tuple[float, float] | None = None
    follows: bool = False


@dataclass(frozen=True)
class Point:
    """A value of a metric.

    Attributes:
        dimension, resource: e.g. `DBInstanceIdentifier` and its identifier.
        time: seconds since the epoch.
    """

    region: str
    name: str
    unit: str
    dimension: str
    resource: str
    time: float
    value: float


class Metrics:
    """The samples of the last hour.

    Args:
        sampled: gives the servers that run.
    """

    def __init__(self, sampled: Callable[[], list[Sampled]]) -> None:
        self._sampled = sampled
        self._points: dict[tuple[str, str, str], deque[Point]] = {}
        self._before: dict[str, tuple[float, float, float]] = {}
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
        for one in self._sampled():
            with suppress(SandboxFailed):
                self._keep(list(self._measure(one, time.time())))

    def _run(self) -> None:
        pause = FIRST_S
        while not self._over.wait(pause):
            self.sample()
            pause = EVERY_S

    def _keep(self, points: list[Point]) -> None:
        with self._lock:
            for point in points:
                key = (point.region, point.name, point.resource)
                self._points.setdefault(key, deque(maxlen=KEPT)).append(point)

    def _measure(self, one: Sampled, now: float) -> Iterator[Point]:
        said = one.server.sample()
        processor = processor_seconds(one.server.pid or 0)
        then, commits_then, processor_then = self._before.get(one.server.key, (now, said.commits, processor))
        self._before[one.server.key] = (now, said.commits, processor)
        elapsed = now - then

        def instance(name: str, unit: str, value: float) -> Point:
            return Point(one.region, name, unit, "DBInstanceIdentifier", one.instance, now, value)

        def cluster(name: str, unit: str, value: float) -> Point:
            return Point(one.region, name, unit, "DBClusterIdentifier", one.cluster, now, value)

        yield instance("DatabaseConnections", "Count", float(said.connections))
        if said.lag_ms is not None:
            yield instance("AuroraReplicaLag", "Milliseconds", said.lag_ms)
        else:
            yield cluster("VolumeBytesUsed", "Bytes", float(one.server.disk()))
        if one.follows:
            yield cluster("AuroraGlobalDBReplicationLag", "Milliseconds", said.lag_ms or 0.0)
        if elapsed <= 0:
            return
        load = min(max(processor - processor_then, 0.0) / elapsed / (os.cpu_count() or 1), 1.0)
        yield instance("CPUUtilization", "Percent", load * 100)
        yield instance("CommitThroughput", "Count/Second", max(said.commits - commits_then, 0.0) / elapsed)
        if one.capacity is not None:
            least, most = one.capacity
            used = least + (most - least) * load
            yield instance("ServerlessDatabaseCapacity", "Count", used)
            yield instance("ACUUtilization", "Percent", used / most * 100)


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
