"""Stop a command in the middle of its work."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

from aurora_cli.stacks.lock import lock_holder
from tests.harness import Aurora
from tests.observe import last_call
from tests.reliability.inventory import in_emulator, in_states
from tests.sandbox.aws_view import READING

CREATE = ("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--readers", "1", "--yes")
DESTROY = ("destroy", "demo", "--confirm", "demo")
LOOK_EVERY_S = 0.01  # each look costs the emulator time that the command wants
DELAYS_S = {"interrupt": 0.02, "kill": 0.3, "hangup": 0.2}
"""Of each answer of AWS. A Terraform that works on must not be done before the next run is there to be killed."""
PATIENCE_S = 600
STOPPED = {"interrupt": 130, "kill": -signal.SIGKILL, "hangup": -signal.SIGHUP}
"""Exit status of a command that was stopped in this way."""


def stopped_again_and_again(aurora: Aurora, args: tuple[str, ...], *, how: str) -> int:
    """Run the command until it ends well, and stop each run once something has changed since it began; gives the number of stops.

    The first run is stopped before anything has changed. What an interrupted run had under way is done when it ends, and a killed
    one leaves a Terraform that works on, so each run is stopped further on than the one before.
    """
    lock = aurora.home / "sandbox" / "locks" / "demo.lock"
    gone: set[int] = set()
    for stops in range(PATIENCE_S):
        since = last_call(aurora)

        def is_at_work(since: int = since, at_once: bool = stops == 0) -> bool:
            holder = lock_holder(lock)
            if holder is None or holder.pid in gone or not (at_once or changes(aurora, since)):
                return False
            gone.add(holder.pid)
            return True

        status = disturb_when(aurora, args, is_at_work, how=how, may_end=True)
        if status == 0:
            return stops
    raise AssertionError("it never ends")


def changes(aurora: Aurora, since: int) -> bool:
    """Whether a call that does more than read was answered after the call numbered `since`."""
    return any(c["status"] and not c["action"].startswith(READING) for c in aurora.emulator.calls(since=since))


def called(aurora: Aurora, action: str, since: int, at_least: int = 1) -> bool:
    """Whether the emulator has answered calls of that action after the call numbered `since`."""
    return len([c for c in aurora.emulator.calls(since=since, action=action) if c["status"]]) >= at_least


def disturb_when(
    aurora: Aurora, args: tuple[str, ...], ready: Callable[[], bool], *, how: str, may_end: bool = False
) -> int:
    """Start the command, and stop it as soon as `ready` says so; gives the exit status.

    Args:
        how: `interrupt` (Ctrl-C), `kill`, or `hangup` (its terminal goes).
        may_end: the command may have ended by itself before; else that fails the test, which would show nothing.
    """

    def stop(process: subprocess.Popen[str]) -> None:
        if how == "interrupt":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(-STOPPED[how])

    status, out = stopped_when(aurora, args, ready, stop)
    stopped = status == STOPPED[how]
    ended = may_end and status == 0
    assert stopped or ended, f"the premise: it was stopped on its way. It ended with {status}: {out}"
    return status


def stopped_when(
    aurora: Aurora, args: tuple[str, ...], ready: Callable[[], bool], stop: Callable[[subprocess.Popen[str]], None]
) -> tuple[int, str]:
    """Start the command, and call `stop` as soon as `ready` says so; gives the exit status and all that it printed.

    A command that ends before that ended by itself.
    """
    process = subprocess.Popen(
        aurora.argv(*args),
        env=aurora.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and not ready():
        assert time.monotonic() < deadline, f"never came to the moment: {args}"
        time.sleep(LOOK_EVERY_S)
    if process.poll() is None:
        stop(process)
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in out and "Internal error" not in out, out
    return process.returncode, out


def assert_state_is_reality(aurora: Aurora, *names: str) -> None:
    """Nothing lost, nothing doubled."""
    assert in_emulator(aurora) == in_states(aurora.state(name) for name in names)
