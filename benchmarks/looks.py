"""Commands that change nothing, against the least that Python and click take; the disk of a stack; many plans at once."""

from __future__ import annotations

import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.against_terraform import SPEC, Workshop
from benchmarks.everything import EXAMPLES
from benchmarks.timing import Command, Comparison, compare

STACKS, PLANS = 200, 20


def looking(shop: Workshop, runs: int) -> list[Comparison]:
    """`status`, `endpoints`, `connection`, and `list` of one stack and of 200."""
    bare = Command('python -c "import click"', ((sys.executable, "-c", "import click"),))
    Command("create", (shop.aurora("create", "shown", *SPEC, "--yes"),)).run()
    lines = {name: shop.aurora(name, "shown") for name in ("status", "endpoints", "connection")}
    found = [compare(Command(f"aurora-cli {name}", (line,)), bare, runs) for name, line in lines.items()]
    found.append(compare(Command("aurora-cli list", (shop.aurora("list"),)), bare, runs))
    _copies(shop, "shown", STACKS)
    found.append(compare(Command(f"aurora-cli list ({STACKS} stacks)", (shop.aurora("list"),)), bare, runs))
    for number in range(STACKS):
        shutil.rmtree(shop.stack(f"copy-{number}").parent)
    return found


def disk(shop: Workshop) -> dict[str, int]:
    """KiB of a stack's folder: of the smallest, and of a global database."""
    for name in ("smallest", "global"):
        Command("create", (shop.aurora("create", "-f", str(EXAMPLES / f"{name}.yaml"), "--yes"),)).run()
    names = {folder.name for folder in shop.stack("x").parents[1].iterdir() if folder.name != "shown"}
    return {name: _kib(shop, name) for name in sorted(names)}


def many_plans(shop: Workshop) -> tuple[float, float]:
    """Seconds of plans of as many stacks, one after another and on as many threads as there are processors."""
    for number in range(PLANS):
        line = shop.aurora("create", f"one-of-{number}", "--engine", "postgres", "--yes")
        Command("create", (line,)).run()
    plans = [Command("plan", (shop.aurora("plan", f"one-of-{number}"),)) for number in range(PLANS)]
    alone = sum(plan.run() for plan in plans)
    started = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(Command.run, plans))
    return alone, time.perf_counter() - started


def _copies(shop: Workshop, name: str, count: int) -> None:
    source = shop.stack(name).parent
    for number in range(count):
        target = source.with_name(f"copy-{number}")
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".terraform", "runs"), symlinks=True)
        for file in ("stack.json", "spec.yaml"):
            text = (target / file).read_text(encoding="utf-8")
            (target / file).write_text(text.replace(name, target.name), encoding="utf-8")


def _kib(shop: Workshop, name: str) -> int:
    folder = shop.stack(name).parent
    return sum(file.lstat().st_blocks // 2 for file in folder.rglob("*"))
