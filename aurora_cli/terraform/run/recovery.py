"""Runs that were left alone, since our process died; and applies that may have created what the state does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aurora_cli.terraform.output.events import Emit
from aurora_cli.terraform.output.outcome import Outcome
from aurora_cli.terraform.run.failures import KILLED
from aurora_cli.terraform.run.interrupts import Interrupts
from aurora_cli.terraform.run.process import Follower
from aurora_cli.terraform.run.run_folder import Run, unfinished_runs, unreconciled_runs

Ending = Literal["succeeded", "failed", "interrupted", "unknown", "not-started"]


@dataclass(frozen=True)
class FoundRun:
    """A run of an earlier command.

    Attributes:
        run: its folder.
        outcome: what its events say.
        followed: True when it was still working when we found it.
        ending: `unknown` when Terraform was killed or the machine went down; `not-started` when it was never begun.
    """

    run: Run
    outcome: Outcome
    followed: bool
    ending: Ending

    @property
    def operation(self) -> str:
        """Of Terraform: init, plan, apply, ..."""
        return self.run.record.operation

    @property
    def changes(self) -> bool:
        """Whether that run could change something: others only read."""
        return self.operation in ("apply", "push")


def follow_left_alone(runs_dir: Path, emit: Emit) -> list[FoundRun]:
    """Follow every run without a known end to its end, oldest first; their events are passed on only while they go on."""
    return [_follow(run, emit) for run in unfinished_runs(runs_dir)]


def unreconciled_applies(runs_dir: Path, recorded: Callable[[], set[str]]) -> list[FoundRun]:
    """Applies after which AWS may have what the state does not hold, oldest first; those after which it cannot are settled.

    Args:
        runs_dir: where the runs are.
        recorded: the addresses that the state holds.
    """
    found = [_follow(run, lambda event: None) for run in unreconciled_runs(runs_dir)]
    known = recorded() if found else set()
    left = [one for one in found if one.ending == "unknown" or one.outcome.creations - known]
    for one in found:
        if one not in left:
            one.run.mark_reconciled()
    return left


def _follow(run: Run, emit: Emit) -> FoundRun:
    alive = run.is_alive()
    outcome = Outcome()
    with Interrupts() as interrupts, Follower(run) as follower:
        for event in follower.events(interrupts):
            outcome.take(event)
            if alive:
                emit(event)
        outcome.killed = follower.killed
    outcome.exit_status = run.exit_status()
    outcome.interrupts, outcome.stopped_by = interrupts.count, interrupts.by
    return FoundRun(run, outcome, alive, _ending(run, outcome))


def _ending(run: Run, outcome: Outcome) -> Ending:
    if outcome.exit_status in KILLED:
        return "unknown" if run.pid() is not None else "not-started"
    if outcome.interrupts:
        return "interrupted"
    return "succeeded" if ended_well(run.record.operation, outcome.exit_status) else "failed"


def ended_well(operation: str, exit_status: int | None) -> bool:
    """Whether that exit status is a good end: `plan` tells "there are changes" by 2."""
    return exit_status in ((0, 2) if operation == "plan" else (0,))
