"""Stop a command in the middle of its work, at a point counted in the API calls that it has made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable

from tests.harness import Aurora
from tests.reliability.inventory import in_emulator, in_states

POINTS = range(1, 11)
CREATE = ("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")
DESTROY = ("destroy", "demo", "--confirm", "demo")
LOOK_EVERY_S = 0.01  # each look costs the emulator time that the command wants
PATIENCE_S = 600
STOPPED = {"interrupt": 130, "kill": -signal.SIGKILL}
"""Exit status of a command that was stopped in this way."""


def last_call(endpoint: str, since: int = 0) -> int:
    """Number of the newest API call that the emulator has seen, counted over its whole life."""
    with urllib.request.urlopen(f"{endpoint}/_aurora/calls?since={since}", timeout=10) as answer:
        calls = json.load(answer)["calls"]
    return int(calls[-1]["number"]) if calls else since


def undisturbed(aurora: Aurora, *commands: tuple[str, ...]) -> list[int]:
    """How many API calls each of these commands makes, one after the other, when nothing disturbs them."""
    endpoint = aurora.json("sandbox", "start")["endpoint"]
    counts = []
    for args in commands:
        before = last_call(endpoint)
        aurora.ok(*args)
        counts.append(last_call(endpoint, before) - before)
    return counts


def disturb(aurora: Aurora, args: tuple[str, ...], *, after_calls: int, how: str) -> int:
    """Start the command, and stop it once the emulator has answered that many of its calls; gives the exit status.

    How many calls it makes differs from run to run, so it may have ended before: then the status is 0.
    """
    endpoint = str(aurora.emulator.status().endpoint)
    before = last_call(endpoint)
    return disturb_when(
        aurora, args, lambda: last_call(endpoint, before) - before >= after_calls, how=how, may_end=True
    )


def called(endpoint: str, action: str, since: int, at_least: int = 1) -> bool:
    """Whether the emulator has answered calls of that action after the call numbered `since`."""
    with urllib.request.urlopen(f"{endpoint}/_aurora/calls?since={since}&action={action}", timeout=10) as answer:
        return len([c for c in json.load(answer)["calls"] if c["status"]]) >= at_least


def disturb_when(
    aurora: Aurora, args: tuple[str, ...], ready: Callable[[], bool], *, how: str, may_end: bool = False
) -> int:
    """Start the command, and stop it as soon as `ready` says so; gives the exit status.

    Args:
        how: `interrupt` (Ctrl-C) or `kill`.
        may_end: the command may have ended by itself before; else that fails the test, which would show nothing.
    """
    process = subprocess.Popen(
        aurora.argv(*args),
        env=aurora.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and not ready():
        assert time.monotonic() < deadline
        time.sleep(LOOK_EVERY_S)
    if process.poll() is None:
        if how == "interrupt":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.kill()
    _, err = process.communicate(timeout=PATIENCE_S)
    assert b"Traceback" not in err
    stopped = process.returncode == STOPPED[how]
    assert stopped or may_end, f"the premise: it was stopped on its way. It ended with {process.returncode}: {err!r}"
    return process.returncode


def assert_state_is_reality(aurora: Aurora, *names: str) -> None:
    """Nothing lost, nothing doubled."""
    assert in_emulator(aurora) == in_states(aurora.state(name) for name in names)
