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
CLIENTS, SECONDS, SCALE = 8, 5, 10
DOOR = "127.9.9.9"
"""Where the server listens itself."""
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
    return WantedCluster(
        ID, "bench", "eu-west-1", "17.7", USER, PASSWORD, "bench", instances=instances, engine="aurora-postgresql"
    )


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
    _listen(server)
    _pgbench(server, str(server.sockets), "disable", "-i", "-q", "-s", str(SCALE))
    ways = (
        ("by its socket", str(server.sockets), "disable"),
        ("by TCP", DOOR, "disable"),
        ("by TCP with TLS", DOOR, "require"),
        ("through the proxy", plain, "disable"),
        ("through the proxy with TLS", plain, "require"),
    )
    for kind, options in (("reads (-S)", ["-S"]), ("writes (-N)", ["-N"]), ("TPC-B", [])):
        load = ("-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS), *options)
        found: dict[str, list[float]] = {}
        for _ in range(runs):
            for way, host, mode in ways:
                found.setdefault(way, []).append(_pgbench(server, host, mode, *load))
        for way, values in found.items():
            yield Figure(f"{kind} {way}, {CLIENTS} clients, scale {SCALE}", median(values), "transactions/s")


def _listen(server: Server) -> None:
    """Have the server listen itself, by TCP and with TLS: what the proxy is compared with."""
    server.stop()
    key, certificate = server.data / "server.key", server.data / "server.crt"
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=bench")
    subprocess.run(["openssl", *new, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    owner = server.data.stat()
    for file in (key, certificate):
        os.chown(file, owner.st_uid, owner.st_gid)
        file.chmod(0o600)
    for name, lines in (
        ("postgresql.conf", f"listen_addresses = '{DOOR}'\nssl = on\n"),
        ("pg_hba.conf", "host all all 127.0.0.0/8 scram-sha-256\n"),
    ):
        with (server.data / name).open("a") as file_:
            file_.write(lines)
    server.start()


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
