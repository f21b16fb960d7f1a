"""Runs that were left alone: our process died while Terraform worked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aurora_cli.errors import AuroraError
from aurora_cli.terraform.output.events import Emit
from aurora_cli.terraform.output.outcome import ApplySummary, Outcome
from aurora_cli.terraform.run.failures import KILLED, errored_state, failure, killed
from aurora_cli.terraform.run.interrupts import Interrupts
from aurora_cli.terraform.run.process import Follower
from aurora_cli.terraform.run.run_folder import Run, unfinished_runs
from aurora_cli.terraform.state.state import ERRORED_STATE

Ending = Literal["succeeded", "failed", "interrupted", "unknown", "not-started"]


@dataclass(frozen=True)
class RecoveredRun:
    """A run of an earlier command that nobody had seen the end of.

    Attributes:
        operation: init, plan, apply, ...
        started_at: RFC 3339 in UTC.
        ending: `unknown` when Terraform was killed or the machine went down; `not-started` when it was never begun.
        followed: True when it was still working when we found it.
        exit_status: Terraform's, None if nobody noted it.
        summary: what it did.
        in_flight: addresses that were begun and whose end is not known.
        unrecorded: address -> id of what was made and is not in the state; only looked for when the ending is unknown.
        error: why it failed, or that the state is at risk; None if it succeeded or changes nothing by ending early.
    """

    operation: str
    started_at: str
    ending: Ending
    followed: bool
    exit_status: int | None
    summary: ApplySummary
    in_flight: tuple[str, ...] = ()
    unrecorded: tuple[tuple[str, str | None], ...] = ()
    error: AuroraError | None = None

    @property
    def changes(self) -> bool:
        """Whether that run could change something: others only read."""
        return self.operation in ("apply", "push")


@dataclass(frozen=True)
class Found:
    """A run that was left alone, followed to its end."""

    run: Run
    outcome: Outcome
    followed: bool
    ending: Ending


def follow_left_alone(runs_dir: Path, emit: Emit) -> list[Found]:
    """Follow every run without a known end to its end, oldest first; their events are passed on only while they go on."""
    return [_follow(run, emit) for run in unfinished_runs(runs_dir)]


def _follow(run: Run, emit: Emit) -> Found:
    alive = run.is_alive()
    outcome = Outcome()
    with Interrupts() as interrupts, Follower(run) as follower:
        for event in follower.events(interrupts):
            outcome.take(event)
            if alive:
                emit(event)
        outcome.killed = follower.killed
    outcome.exit_status = run.exit_status()
    outcome.interrupts = interrupts.count
    return Found(run, outcome, alive, _ending(run, outcome))


def _ending(run: Run, outcome: Outcome) -> Ending:
    if outcome.exit_status in KILLED:
        return "unknown" if run.pid() is not None else "not-started"
    if outcome.interrupts:
        return "interrupted"
    return "succeeded" if ended_well(run.record.operation, outcome.exit_status) else "failed"


def ended_well(operation: str, exit_status: int | None) -> bool:
    """Whether that exit status is a good end: `plan` tells "there are changes" by 2."""
    return exit_status in ((0, 2) if operation == "plan" else (0,))


def describe(found: Found, folder: Path, recorded: Callable[[], set[str]]) -> RecoveredRun:
    """What to say about a run that was left alone.

    Args:
        found: the run, followed to its end.
        folder: Terraform's folder.
        recorded: gives the addresses in the state; asked only when the ending is unknown.
    """
    record = found.run.record
    unrecorded: tuple[tuple[str, str | None], ...] = ()
    if record.operation == "apply" and found.ending == "unknown":
        known = recorded()
        unrecorded = tuple((a, i) for a, i in found.outcome.created.items() if a not in known)
    return RecoveredRun(
        operation=record.operation,
        started_at=record.started_at,
        ending=found.ending,
        followed=found.followed,
        exit_status=found.outcome.exit_status,
        summary=found.outcome.applied if record.operation == "apply" else ApplySummary(),
        in_flight=found.outcome.in_flight,
        unrecorded=unrecorded,
        error=_error(found, folder, unrecorded),
    )


def _error(found: Found, folder: Path, unrecorded: Sequence[tuple[str, str | None]]) -> AuroraError | None:
    operation = found.run.record.operation
    if operation != "apply" or found.ending in ("succeeded", "not-started"):
        return None
    if (folder / ERRORED_STATE).exists():
        return errored_state(folder)
    if found.ending == "unknown":
        return killed(found.outcome, unrecorded) if unrecorded or found.outcome.in_flight else None
    return failure(operation, found.outcome, folder=folder, stderr=found.run.errors())
