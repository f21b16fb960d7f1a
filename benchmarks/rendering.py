"""How long it takes to render stacks, and what memory that needs."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.timing import peak_memory_mib


@dataclass(frozen=True)
class Rendering:
    """Seconds for all stacks, and the process's peak memory afterwards."""

    stacks: int
    seconds: float
    peak_mib: float


def rendering(counts: tuple[int, ...] = (1, 1000)) -> list[Rendering]:
    """Resolve and render that many production stacks of different names, in one process."""
    from aurora_cli.hcl.render import render_stack
    from aurora_cli.spec.resolve.resolve import Layer, resolve

    results = []
    for count in counts:
        started = time.perf_counter()
        for number in range(count):
            values = {"name": f"stack-{number}", "region": "eu-west-1", "engine": "postgres", "preset": "production"}
            render_stack(resolve([Layer(values, "benchmark")]).spec)
        results.append(Rendering(count, time.perf_counter() - started, peak_memory_mib()))
    return results
