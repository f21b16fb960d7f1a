"""Every process of a `fleet apply` killed in turn, from its first call to its last.

No cluster is doubled, none lost, the record is true, and `fleet resume` ends it.

`KILLS` says at how many points (default 6; 40 take a quarter of an hour). A point is a number of calls that AWS has received.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from aurora_cli.sandbox.processes import wait_until
from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.inventory import in_emulator, in_states
from tests.reliability.kills import processes, slow_creations

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(0)]
WHO = ("controller", "worker", "terraform", "provider", "controller and workers", "fork server")
FLEET = """
defaults: {region: eu-west-1, engine: postgres, network: {allow: [10.0.0.0/16]}}
waves: [{name: canary, count: 1}]
"""
NAMES = ("a", "b", "c")
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


def until_call(aurora: Aurora, number: int, process: subprocess.Popen[str]) -> None:
    """Wait until AWS has received that call, or the process has ended."""
    assert wait_until(lambda: last_call(aurora) >= number or process.poll() is not None, timeout_s=600)


def begin(aurora: Aurora) -> None:
    """An account without clusters, which takes its time, and the plans of three."""
    aurora.ok("sandbox", "reset", "--yes")
    slow_creations(aurora, 0.2)
    aurora.ok("fleet", "plan")


def test_killed_from_the_first_call_to_the_last(
    emulator: object, aurora: Aurora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fleet.yaml").write_text(FLEET)
    for name in NAMES:
        (tmp_path / f"{name}.yaml").write_text(f"name: {name}")
    wanted = int(os.environ.get("KILLS") or 6)
    begin(aurora)
    before = last_call(aurora)
    aurora.ok("fleet", "apply", "--yes")
    calls = last_call(aurora) - before
    for number in range(wanted):
        begin(aurora)
        before, point, who = last_call(aurora), number * calls // wanted, WHO[number % len(WHO)]
        where = f"kill {number}: {who} after {point} of {calls} calls"
        alone = ["--parallel", "1"] if who == "fork server" else []  # what finds no room at first is forked
        words = aurora.argv("fleet", "apply", "--yes", "-o", "json", *alone)
        started = subprocess.Popen(
            words, env=aurora.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        until_call(aurora, before + point, started)
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
        assert in_emulator(aurora) == in_states(map(aurora.state, NAMES)), "\n---\n".join([where, *told])
        assert {row["name"]: row["status"] for row in aurora.json("list")["clusters"]} == dict.fromkeys(NAMES, "ready")
        assert [len(aurora.instances(name)) for name in NAMES] == [1] * 3
        assert {one["risk"] for one in aurora.json("fleet", "plan")["members"]} == {"unchanged"}, where
