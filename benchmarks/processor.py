"""Processor time of whole commands, with providers forked from a parent and with providers that are started one by one.

Seconds of processor time hardly depend on what else the machine does, and the two ways are measured in one run.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aurora_cli.sandbox.provider.fork_server import LOOK_AROUND_S
from benchmarks.against_terraform import SPEC, Workshop

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class ProcessorTime:
    """Seconds of one command with all that works for it: Terraform, providers and their parent, not the emulator."""

    command: str
    forked_s: float
    direct_s: float


def processor_time(shop: Workshop) -> list[ProcessorTime]:
    """`create`, `plan` and `destroy` of a cluster with two readers, after one round of `create` that does not count."""
    measure(shop, ("create", "warm", *SPEC, "--yes"), direct=False)
    rows = []
    for words in (("create", "{}", *SPEC, "--yes"), ("plan", "{}"), ("destroy", "{}", "--confirm", "{}")):
        seconds = [
            measure(shop, [word.replace("{}", name) for word in words], direct=name == "direct")
            for name in ("forked", "direct")
        ]
        rows.append(ProcessorTime(f"aurora-cli {words[0]}", *seconds))
    return rows


def measure(shop: Workshop, words: Sequence[str], *, direct: bool) -> float:
    """Processor seconds of one command line. Raises CalledProcessError."""
    environ = {**os.environ, **({"AURORA_SANDBOX_DIRECT": "1"} if direct else {})}
    line = shop.aurora(*words)
    return spent(shop.home, lambda: subprocess.run(line, env=environ, check=True, capture_output=True))


def spent(home: Path, run: Callable[[], object]) -> float:
    """Processor seconds of the processes that `run` starts and waits for, with the providers that are forked for them."""
    before = _children() + _parents(home)
    run()
    time.sleep(LOOK_AROUND_S + 0.5)  # by then the parent has counted the providers that have ended
    return _children() + _parents(home) - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _parents(home: Path) -> float:
    return sum(
        used_by(int(file.read_text().split()[0]))
        for file in (home / "sandbox" / "emulator" / "provider").glob("*.lock")
    )


def used_by(pid: int) -> float:
    """Processor seconds of a process, with its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS
