"""What an operation says while it works. Plain data: `ui` decides how it looks; Terraform's own events are passed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

Emit = Callable[[Any], None]
"""Takes one event: one of the classes below, or an event of `aurora_cli.terraform.output.events`."""


@dataclass(frozen=True)
class StepStarted:
    """A named step begins, e.g. `plan`, `apply`, `read endpoints`.

    Attributes:
        step: stable short name: sandbox, init, plan, apply, unprotect, destroy, failover, wait, read.
        text: what a person reads, e.g. "Planning the change".
        tasks: how many `TaskEnded` it has, where that is known.
    """

    step: str
    text: str
    tasks: int | None = None


@dataclass(frozen=True)
class StepFinished:
    """The step of that name has ended.

    Attributes:
        step: the name given in StepStarted.
        elapsed_s: seconds it took.
        text: a closing remark, or None.
        failed: whether it did not reach what it was for, though the operation goes on or ends in order.
    """

    step: str
    elapsed_s: float
    text: str | None = None
    failed: bool = False


@dataclass(frozen=True)
class Note:
    """Something that a person should know.

    Attributes:
        text: one sentence.
        level: `info` or `warning`.
        hint: a command or sentence, or None.
    """

    text: str
    level: Literal["info", "warning"] = "info"
    hint: str | None = None


@dataclass(frozen=True)
class Waiting:
    """Waiting for AWS; sent at each look.

    Attributes:
        what: e.g. "demo-2 to become the writer".
        status: what AWS says now.
        elapsed_s: seconds since the wait began.
    """

    what: str
    status: str
    elapsed_s: float


@dataclass(frozen=True)
class TaskStarted:
    """The command of one cluster of a fleet begins."""

    name: str


@dataclass(frozen=True)
class TaskEnded:
    """The command of one cluster of a fleet has ended.

    Attributes:
        name: of the cluster.
        elapsed_s: seconds that it took.
        failed: whether the cluster is not as it was to be.
        stale: whether that is since another plan is valid for it by now, which is not applied.
    """

    name: str
    elapsed_s: float
    failed: bool
    stale: bool = False


def waiting(emit: Emit) -> Callable[[str, str, float], None]:
    """A callback for what waits: it takes what is waited for, AWS's status and the seconds so far."""
    return lambda what, status, elapsed: emit(Waiting(what, status, elapsed))


@contextmanager
def timed(emit: Emit, step: str, text: str) -> Iterator[None]:
    """A step that takes time: begun, and finished unless the block raises."""
    started = monotonic()
    emit(StepStarted(step, text))
    yield
    emit(StepFinished(step, monotonic() - started))
