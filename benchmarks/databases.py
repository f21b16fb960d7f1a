"""The sandbox's databases: how long they take, what they need, and what the proxy in front of them costs."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from aurora_cli.sandbox.database.engine import Server
from aurora_cli.sandbox.database.fleet import Fleet
from aurora_cli.sandbox.database.front.endpoint import Endpoint
from aurora_cli.sandbox.database.front.gate import Gate
from aurora_cli.sandbox.database.model import WantedCluster, WantedInstance
from benchmarks.against_terraform import workshop
from benchmarks.timing import Command

ID, USER, PASSWORD = "cluster-BENCH", "boss", "secret-99"
CLIENTS, SECONDS = 8, 5
SPEC = ("--engine", "postgres", "--readers", "2", "--yes")


@dataclass(frozen=True)
class Figure:
    """A figure, with its unit."""

    name: str
    value: float
    unit: str


def databases(runs: int) -> list[Figure]:
    """Times of one cluster, memory, and transactions a second."""
    with tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(Path(folder), os.environ)
        gate = Gate(Path(folder), fleet, lambda key: None)
        try:
            return [*_times(fleet), *_transactions(fleet, gate, runs), *_creations(runs)]
        finally:
            gate.close()
            fleet.close(delete=True)


def _wanted(count: int, writer: int = 1) -> WantedCluster:
    instances = tuple(WantedInstance(f"db-{n}", f"bench-{n}", writer=n == writer) for n in range(1, count + 1))
    return WantedCluster(ID, "bench", "eu-west-1", "17.7", USER, PASSWORD, "bench", instances=instances)


def _times(fleet: Fleet) -> Iterator[Figure]:
    steps = (
        ("a writer becomes available", _wanted(1)),
        ("two readers become available", _wanted(3)),
        ("a failover", _wanted(3, writer=2)),
        ("a failover back", _wanted(3)),
    )
    for name, wanted in steps:
        began = time.perf_counter()
        fleet.update([wanted])
        fleet.wait_until_settled()
        yield Figure(name, time.perf_counter() - began, "s")
    servers = list(fleet.instances(ID).values())
    yield Figure("memory of an instance", median(one.memory() for one in servers) / 1024**2, "MiB")
    yield Figure("disk of an instance", median(one.disk() for one in servers) / 1024**2, "MiB")


def _transactions(fleet: Fleet, gate: Gate, runs: int) -> Iterator[Figure]:
    server = fleet.writer(ID)
    assert server is not None
    plain = gate.address(Endpoint("plain", 5432, ID, "eu-west-1", force_tls=False)) or ""
    _pgbench(server, str(server.sockets), "disable", "-i", "-q", "-s", "5")
    ways = (
        ("directly", str(server.sockets), "disable"),
        ("through the proxy", plain, "disable"),
        ("with TLS", plain, "require"),
    )
    for kind, options in (("reads", ["-S"]), ("writes", ["-N"])):
        for way, host, mode in ways:
            load = ("-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS))
            found = [_pgbench(server, host, mode, *load, *options) for _ in range(runs)]
            yield Figure(f"{kind} {way}, {CLIENTS} clients", median(found), "transactions/s")


def _pgbench(server: Server, host: str, mode: str, *options: str) -> float:
    done = subprocess.run(
        [server.binaries.tool("pgbench"), "-h", host, "-p", "5432", "-U", USER, *options, "bench"],
        env={**os.environ, "PGPASSWORD": PASSWORD, "PGSSLMODE": mode},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    return float(found.group(1)) if found else 0.0


@contextmanager
def _setting(value: str) -> Iterator[None]:
    before = os.environ.get("AURORA_SANDBOX_DATABASE")
    os.environ["AURORA_SANDBOX_DATABASE"] = value
    try:
        yield
    finally:
        os.environ.pop("AURORA_SANDBOX_DATABASE")
        if before is not None:
            os.environ["AURORA_SANDBOX_DATABASE"] = before


def _creations(runs: int) -> Iterator[Figure]:
    for value, name in (("on", "with databases"), ("off", "without")):
        with _setting(value), workshop() as shop:
            taken = [Command("create", (shop.aurora("create", f"bench{n}", *SPEC),)).run() for n in range(runs)]
        yield Figure(f"`create` with two readers, {name}", median(taken), "s")
