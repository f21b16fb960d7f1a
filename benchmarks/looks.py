"""Commands that change nothing, against the least that Python and click take; the disk of a stack; many plans at once."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.against_terraform import SPEC, Workshop
from benchmarks.everything import EXAMPLES
from benchmarks.timing import Command, Comparison, compare

STACKS, PLANS = 200, 20
REGIONS = (
    *("eu-central-1", "eu-west-2", "eu-west-3", "eu-north-1", "us-east-1", "us-east-2", "us-west-2", "ca-central-1"),
    "ap-southeast-2",
)


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
    """KiB of a stack's folder after `create`: of the smallest example, and of a global database in ten Regions."""
    Command("create", (shop.aurora("create", "-f", str(EXAMPLES / "smallest.yaml"), "--yes"),)).run()
    spec = shop.home / "ten-regions.yaml"
    regions = {region: {"network": {"cidr": f"10.{n}.0.0/16"}} for n, region in enumerate(REGIONS, 1)}
    spec.write_text(
        json.dumps(
            {
                "name": "ten-regions",
                "engine": "postgres",
                "instances": {"class": "db.r7g.large"},
                "global": {"identifier": "ten-regions", "regions": regions},
            }
        )
    )
    Command("create", (shop.aurora("create", "-f", str(spec), "--yes"),)).run()
    return {name: kib(shop.stack(name).parent) for name in ("smallest", "ten-regions")}


def many_plans(shop: Workshop) -> tuple[float, float, float]:
    """Plans of as many stacks.

    Returns:
        Seconds one after another; seconds on as many threads as there are processors; how busy the processors were then, up to 1.
    """
    for number in range(PLANS):
        line = shop.aurora("create", f"one-of-{number}", "--engine", "postgres", "--yes")
        Command("create", (line,)).run()
    plans = [Command("plan", (shop.aurora("plan", f"one-of-{number}"),)) for number in range(PLANS)]
    alone = sum(plan.run() for plan in plans)
    started, idle = time.perf_counter(), idle_seconds()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(Command.run, plans))
    together = time.perf_counter() - started
    return alone, together, 1 - (idle_seconds() - idle) / together / (os.cpu_count() or 1)


def idle_seconds() -> float:
    """Of all processors of the machine, since it was started."""
    with Path("/proc/stat").open(encoding="ascii") as file:
        ticks = file.readline().split()
    return (int(ticks[4]) + int(ticks[5])) / os.sysconf("SC_CLK_TCK")


def _copies(shop: Workshop, name: str, count: int) -> None:
    source = shop.stack(name).parent
    for number in range(count):
        target = source.with_name(f"copy-{number}")
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".terraform", "runs"), symlinks=True)
        for file in ("stack.json", "spec.yaml"):
            text = (target / file).read_text(encoding="utf-8")
            (target / file).write_text(text.replace(name, target.name), encoding="utf-8")


def kib(folder: Path) -> int:
    """KiB on disk of all files below a folder; one with two names once, as du has it."""
    files = [file.lstat() for file in folder.rglob("*")]
    return sum({file.st_ino: file.st_blocks // 2 for file in files}.values())
