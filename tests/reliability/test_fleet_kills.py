"""Every process of a `fleet apply` killed at random: no cluster doubled, none lost, the record true, and `fleet resume` ends it.

`KILLS` says how many (default 6) and `SEED` which; both are printed, so that a failure can be repeated.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.reliability.inventory import in_emulator, in_states
from tests.reliability.kills import processes, slow_creations

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(0)]
WHO = ("controller", "worker", "terraform", "provider", "controller and workers", "fork server")
FLEET = """
defaults: {region: eu-west-1, engine: postgres, network: {allow: [10.0.0.0/16]}}
waves: [{name: canary, count: 1}]
"""
MOST_REPEATS = 4


def workers(home: Path) -> list[int]:
    """Process ids of the commands on the clusters, which write to the files of a run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "fd" / "1").readlink().is_relative_to(home / "sandbox" / "fleet"):
                found.append(int(entry.name))
    return found


def fork_servers(home: Path) -> list[int]:
    """Process ids of what commands are forked from, whose environment names the home."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            ours = os.fsencode(f"AURORA_HOME={home}") in (entry / "environ").read_bytes().split(b"\0")
            if ours and b"aurora_cli.fork_server" in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def kill(aurora: Aurora, controller: subprocess.Popen[str], who: str) -> None:
    if "controller" in who:
        controller.kill()
    if "worker" in who:
        victims = workers(aurora.home)
    elif who == "fork server":
        victims = fork_servers(aurora.home)
    else:
        victims = processes(aurora.home / "sandbox" / "stacks", who)
    for pid in victims if who != "controller" else ():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_killed_at_random(emulator: object, aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed, wanted = int(os.environ.get("SEED") or time.time_ns() % 1_000_000), int(os.environ.get("KILLS") or 6)
    rng = random.Random(seed)  # noqa: S311 - not cryptography
    print(f"SEED={seed} KILLS={wanted}")  # noqa: T201 - to repeat it
    slow_creations(aurora, 0.2)
    (tmp_path / "fleet.yaml").write_text(FLEET)
    for number in range(wanted):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        names = [f"{letter}{number}" for letter in "abc"]
        for name in names:
            (folder / f"{name}.yaml").write_text(f"name: {name}")
        (folder / "fleet.yaml").write_text(FLEET)
        aurora.ok("fleet", "plan")
        after_s, who = rng.uniform(0.3, 12), WHO[number % len(WHO)]
        where = f"SEED={seed}, kill {number}: {who} after {after_s:.1f} s"
        alone = ["--parallel", "1"] if who == "fork server" else []  # what finds no room at first is forked
        words = aurora.argv("fleet", "apply", "--yes", "-o", "json", *alone)
        started = subprocess.Popen(
            words, env=aurora.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        with suppress(subprocess.TimeoutExpired):
            started.wait(after_s)
        kill(aurora, started, who)
        told, status = ["\n".join(started.communicate())], started.returncode
        for _ in range(MOST_REPEATS):
            if status == 0:
                break
            run = json.loads(aurora.run("fleet", "runs", "-o", "json").out)["runs"][0]
            assert run["state"] in ("killed", "stopped", "planned"), (where, run)
            again = ("apply", "--yes") if run["state"] == "planned" else ("resume",)
            done = aurora.process("fleet", *again, "-o", "json", timeout=600)
            told.append(done.out + done.err)
            status = done.status
        print(where, "-", len(told), "runs")  # noqa: T201
        assert status == 0, "\n---\n".join([where, *told])
        stacks = sorted(path.name for path in (aurora.home / "sandbox" / "stacks").iterdir())
        assert in_emulator(aurora) == in_states(map(aurora.state, stacks)), "\n---\n".join([where, *told])
        assert {row["name"]: row["status"] for row in aurora.json("list")["clusters"]} == dict.fromkeys(stacks, "ready")
        assert set(names) <= set(stacks)
        assert [len(aurora.instances(name)) for name in names] == [1] * 3
