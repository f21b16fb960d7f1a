"""Kill a command at each boundary in turn, in one life: what was killed goes on, and is killed again a boundary later.

A boundary is what the journal of an operation says (a step has begun, a step has ended), or a call that was just answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.harness import Aurora
from tests.observe import last_call, slowly
from tests.reliability.interrupt import called, disturb_when

LATENCY_S = 0.8
"""How long AWS takes for a change: long enough that a command does not pass a boundary before it is seen there and killed."""

Boundary = tuple[str, str]
"""("began" or "ended", a pattern in the step's name) or ("called", an API action)."""


def journal(aurora: Aurora) -> dict[str, dict[str, Any]]:
    """The steps of the operations under way in that home, by name; without a journal none."""
    found: dict[str, dict[str, Any]] = {}
    for path in (aurora.home / "sandbox" / "stacks").glob("*/operation.json"):
        try:
            found |= json.loads(path.read_text())["steps"]
        except (FileNotFoundError, NotADirectoryError):  # it has ended, or its stack is being renamed
            continue
    return found


def reached(aurora: Aurora, boundary: Boundary) -> Callable[[], bool]:
    """Whether the operation that is about to begin has come to that boundary, by whichever run of its command."""
    kind, what = boundary
    before = last_call(aurora)
    if kind == "called":
        return lambda: called(aurora, what, before)
    note = {"began": "began", "ended": "finished"}[kind]
    return lambda: any(step[note] for name, step in journal(aurora).items() if re.search(what, name))


def kill_at(aurora: Aurora, args: tuple[str, ...], boundaries: list[Boundary], *, journaled: bool = True) -> None:
    """Start the command again and again, and kill it at one boundary after the other.

    Args:
        journaled: the operation keeps a journal, in which what was begun stays; a creation has none.
    """
    for boundary, is_reached in [(one, reached(aurora, one)) for one in boundaries]:
        disturb_when(aurora, args, is_reached, how="kill")
        assert journal(aurora) or not journaled, f"the premise: it was killed on its way, at {boundary}"


def killed_and_repeated(
    aurora: Aurora, args: tuple[str, ...], boundaries: list[Boundary], *, journaled: bool = True
) -> list[dict[str, Any]]:
    """Kill the command there, and run it to its end; gives the calls to RDS that were answered well, of all runs together."""
    since = last_call(aurora)
    with slowly(aurora, LATENCY_S):
        kill_at(aurora, args, boundaries, journaled=journaled)
        aurora.ok(*args)
    assert not journal(aurora)
    return [c for c in aurora.emulator.calls(since=since, service="rds") if c["status"] == 200]
