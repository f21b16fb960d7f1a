"""A folder of specs: 1,000 validated; 100 planned, against `xargs` with Terraform alone; memory of commands, disk of a stack."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from benchmarks.against_terraform import Workshop
from benchmarks.looks import idle_seconds, kib
from benchmarks.processor import spent, used_by
from benchmarks.timing import Command, peak_memory_of

SPECS, PLANS = 1000, 100
_SERVER, _LOOK_S = b"aurora_cli.fork_server", 0.2
FLEET = "defaults: {region: eu-west-1, engine: postgres, network: {allow: [10.0.0.0/16]}}\nlabels: {team: shop}\n"


@dataclass(frozen=True)
class Many:
    """Plans of many clusters, several at a time.

    Attributes:
        name: what planned them.
        seconds: until the last one had ended.
        processor_s: processor time of all processes that worked for it, the emulator excluded.
        emulator_s: processor time of the emulator, which is AWS here, on the same processors.
        busy: how busy the processors of the machine were, up to 1, whoever used them.
    """

    name: str
    seconds: float
    processor_s: float
    emulator_s: float
    busy: float


def specs(folder: Path, count: int) -> Path:
    """A folder with specs and a `fleet.yaml`."""
    folder.mkdir()
    (folder / "fleet.yaml").write_text(FLEET, encoding="utf-8")
    for number in range(count):
        text = f"name: one-of-{number}\ninstances: {{readers: {number % 3}}}\n"
        (folder / f"{number:04}.yaml").write_text(text, encoding="utf-8")
    return folder


def validating(shop: Workshop) -> float:
    """Seconds of `fleet validate`, the better of two."""
    line = shop.aurora("fleet", "validate", "-d", str(specs(shop.home / "thousand", SPECS)))
    return min(Command("validate", (line,)).run() for _ in range(2))


def planning(shop: Workshop) -> tuple[list[Many], dict[str, float]]:
    """`fleet plan` of clusters that do not exist, and `terraform init` and `plan` in folders with the same files.

    Returns:
        What each took; what memory the commands of `fleet plan` took.
    """
    folder = specs(shop.home / "hundred", PLANS)
    bare = shop.home / "bare"
    renders = [
        Command("render", (shop.aurora("render", "-f", str(file), "--to", str(bare / file.stem)),))
        for file in sorted(folder.glob("[0-9]*.yaml"))
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(Command.run, renders))
    ours = Command("aurora-cli fleet plan", (shop.aurora("fleet", "plan", "-d", str(folder), "-o", "json"),))
    terraform = shlex.join(shop.terraform)
    each = f"cd {{}} && {terraform} init -input=false >/dev/null && {terraform} plan -input=false >/dev/null"
    line = ("xargs", f"-P{os.cpu_count()}", "-I{}", "sh", "-c", each)

    def theirs() -> None:
        names = "\n".join(str(one) for one in sorted(bare.iterdir()))
        subprocess.run(line, input=names, text=True, env=shop.environ, check=True, capture_output=True)

    with _memory_of_forks() as peaks:
        found = _measured(shop, ours.name, ours.run)
    return [found, _measured(shop, "xargs terraform init + plan", theirs)], peaks


def occupied(shop: Workshop, plans: Many) -> float:
    """How much of the time a command ran in each place for one, up to 1: it does not depend on what else the machine does."""
    (run,) = (shop.home / "sandbox" / "fleet").glob("*-plan-*")
    ran = sum(json.loads(end.read_text(encoding="utf-8"))["seconds"] for end in run.glob("*.end.json"))
    return float(ran) / plans.seconds / (os.cpu_count() or 1)


def costs(shop: Workshop) -> dict[str, float]:
    """MiB of the largest process of a plan; KiB of a created cluster, and of what a run of `fleet plan` keeps of each."""
    (run,) = (shop.home / "sandbox" / "fleet").glob("*-plan-*")
    line = shop.aurora("plan", "-f", str(shop.home / "hundred" / "0000.yaml"))
    Command("apply", (shop.aurora("apply", "-f", str(shop.home / "hundred" / "0000.yaml"), "--yes"),)).run()
    return {
        "memory of a command that is not forked (MiB)": peak_memory_of(line),
        "disk of a stack (KiB)": kib(shop.stack("one-of-0").parent),
        "disk of a cluster in a run (KiB)": kib(run) / PLANS,
    }


@contextmanager
def _memory_of_forks() -> Iterator[dict[str, float]]:
    """Most memory (MiB) of the server of commands with all that are forked from it, and of what one of these does not share."""
    together, own = "memory of commands and their server (MiB)", "memory that a command does not share (MiB)"
    peaks = {together: 0.0, own: 0.0}
    over = Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            total = 0.0
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    if _SERVER not in (folder / "cmdline").read_bytes().split(b"\0"):
                        continue
                    above = _parent(_parent(int(folder.name)))
                    is_server, is_fork = above == os.getpid(), _parent(above) == os.getpid()
                    lines = (folder / "smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
                    mib = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines}
                    total += mib["Pss:"] * (is_server or is_fork)
                    peaks[own] = max(peaks[own], (mib["Private_Dirty:"] + mib["Private_Clean:"]) * is_fork)
            peaks[together] = max(peaks[together], total)

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def _measured(shop: Workshop, name: str, run: Callable[[], object]) -> Many:
    started, idle, emulator = time.perf_counter(), idle_seconds(), used_by(shop.emulator)
    took: list[float] = []

    def timed() -> None:
        run()
        took.append(time.perf_counter() - started)
        took.append(idle_seconds() - idle)
        took.append(used_by(shop.emulator) - emulator)

    processor_s = spent(shop.home, timed)
    seconds, waited, emulator_s = took
    return Many(name, seconds, processor_s, emulator_s, 1 - waited / seconds / (os.cpu_count() or 1))
