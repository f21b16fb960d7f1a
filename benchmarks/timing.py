"""Whole commands, timed in pairs: A B A B ..., so that a machine that slows down slows both."""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """One command line (or several, run one after the other)."""

    name: str
    lines: tuple[tuple[str, ...], ...]
    folder: Path | None = None
    environ: Mapping[str, str] | None = None

    def run(self) -> float:
        """Seconds until all lines have ended well. Raises CalledProcessError with what was printed."""
        started = time.perf_counter()
        for line in self.lines:
            subprocess.run(line, cwd=self.folder, env=self.environ, check=True, capture_output=True)
        return time.perf_counter() - started


@dataclass(frozen=True)
class Comparison:
    """Medians in seconds, and the median of the pairwise ratios A/B."""

    a: str
    b: str
    a_s: float
    b_s: float
    ratio: float
    runs: int


def compare(a: Command, b: Command, runs: int, before: Callable[[int], None] = lambda run: None) -> Comparison:
    """Run the two in turn, after one round that does not count."""
    times: list[tuple[float, float]] = []
    for run in range(runs + 1):
        before(run)
        times.append((a.run(), b.run()))
    counted = times[1:]
    return Comparison(
        a.name,
        b.name,
        statistics.median(x for x, _ in counted),
        statistics.median(y for _, y in counted),
        statistics.median(x / y for x, y in counted),
        runs,
    )


def peak_memory_mib() -> float:
    """Peak resident memory of this process, in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peak_memory_of(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> float:
    """Peak resident memory of a command of its own process, in MiB, by way of a parent that has no other child."""
    import sys

    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *argv], env=environ, check=True, capture_output=True, text=True)
    return float(done.stdout)
