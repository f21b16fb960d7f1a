"""Random moments: a cluster's life, in which each command is killed somewhere and given again.

`KILLS` says how many (default 8) and `SEED` which; both are printed, so that a failure can be repeated.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import pytest

from tests.harness import Aurora
from tests.reliability.inventory import Inventory, in_emulator, in_states, left_over
from tests.reliability.kills import WHO, kill_when, slow_creations

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(0)]
REGIONS = ("eu-west-1", "eu-central-1")
MOST_REPEATS = 4


def life(rng: random.Random, round_: int) -> Iterator[tuple[str, ...]]:
    """The commands of one life, from nothing to nothing. Each may be given again."""
    name, copy, renamed = f"a{round_}", f"b{round_}", f"c{round_}"
    yield (
        "create",
        name,
        "--engine",
        "postgres",
        "--engine-version",
        "16.13",
        "--readers",
        "1",
        "--region",
        REGIONS[0],
        "--yes",
    )
    changes = [
        ("scale", name, "--readers", "2", "--yes"),
        ("scale", name, "--class", "db.r6g.large", "--yes"),
        ("apply", name, "--set", "backup.retention=9", "--set", "network.allow=[10.1.0.0/16]", "--yes"),
        ("apply", name, "--set", "monitoring.alarms=true", "--yes"),
        ("clone", name, copy, "--yes"),
    ]
    rng.shuffle(changes)
    yield from changes
    yield ("upgrade", name, "--to", "16.15", "--yes")
    yield ("restore", f"{copy}r", "--from-cluster", name, "--to-time", "latest", "--yes")
    yield ("rename", name, renamed, "--yes")
    wide = f"g{round_}"
    yield ("create", wide, "--engine", "postgres", "--class", "db.r7g.large", "--region", REGIONS[0], "--yes")
    yield ("global", "add-region", wide, REGIONS[1], "--yes")
    for one in (copy, f"{copy}r", renamed, wide):
        yield ("destroy", one, "--confirm", one, "--skip-final-snapshot")


def at_random(rng: random.Random, expected_s: float) -> tuple[float, str]:
    """After how many seconds, and whom to kill."""
    return rng.uniform(0.3, expected_s), rng.choice(WHO)


def killed_once(aurora: Aurora, command: tuple[str, ...], after_s: float, who: str) -> tuple[int, str]:
    """Start the command, and kill after that time."""
    started = time.monotonic()
    return kill_when(aurora, command, lambda: time.monotonic() - started > after_s, who)


def managed(aurora: Aurora) -> list[dict[str, object]]:
    names = sorted(p.name for p in (aurora.home / "sandbox" / "stacks").iterdir())
    return [aurora.state(name) for name in names]


def test_killed_at_random(emulator: object, aurora: Aurora) -> None:
    seed, wanted = int(os.environ.get("SEED") or time.time_ns() % 1_000_000), int(os.environ.get("KILLS") or 8)
    rng = random.Random(seed)  # noqa: S311 - not cryptography
    print(f"SEED={seed} KILLS={wanted}")  # noqa: T201 - to repeat it
    slow_creations(aurora, 0.2)
    kills = repeats = round_ = 0
    kept: Inventory = set()
    while kills < wanted:
        for command in life(rng, round_):
            after_s, who = at_random(rng, 3.5)
            status, out = killed_once(aurora, command, after_s, who)
            told = [out]
            kills += status != 0
            for _ in range(MOST_REPEATS):
                if status == 0:
                    break
                again = aurora.run(*command)
                repeats, status = repeats + 1, again.status
                told.append(again.out + again.err)
            where = f"SEED={seed}, kill {kills}: {' '.join(command)}, {who} after {after_s:.1f} s"
            print(where, "-", len(told), "runs")  # noqa: T201
            assert status == 0, "\n---\n".join([where, *told])
            there = {one for region in REGIONS for one in in_emulator(aurora, region)}
            if command[0] == "rename":  # says so: the logs of before stay
                kept.add(("aws_cloudwatch_log_group", f"/aws/rds/cluster/{command[1]}/postgresql"))
            assert there - kept == in_states(managed(aurora)), "\n---\n".join([where, *told])
        assert left_over(aurora) == kept
        round_ += 1
    print(f"{kills} kills, {repeats} repeats, 0 lost, 0 twice, 0 stuck")  # noqa: T201
