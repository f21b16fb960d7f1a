"""Runs in waves: those that there are, and a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput, StackDamaged
from aurora_cli.fleet.members import Member, read_files
from aurora_cli.operations.fleet.rollout.record import ClusterState, RolloutRecord, RolloutRun
from aurora_cli.operations.fleet.runs import begin_run, runs_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def rollout_runs(app: AppContext) -> list[RolloutRun]:
    """The runs in waves, the oldest first."""
    return [run for one in runs_of(app) if (run := RolloutRun(one.folder)).started]


def running(app: AppContext) -> str | None:
    """The newest run in waves that has a controller; None where none has."""
    return next((run.id for run in reversed(rollout_runs(app)) if run.locked_by()), None)


def find_run(app: AppContext, name: str | None) -> RolloutRun:
    """A run in waves, of which nothing is read; default: the newest one. Raises InvalidInput."""
    runs = rollout_runs(app)
    found = [run for run in runs if name in (None, run.id)]
    if not found:
        hint = "List the runs: aurora-cli fleet runs" if runs else "Apply the newest plans: aurora-cli fleet apply"
        told = f"There is no run {name} in waves." if name else "No fleet apply, or other run in waves, was begun here."
        raise InvalidInput(told, hint=hint)
    return found[-1]


def rollout_run(app: AppContext, name: str | None, folders: Sequence[Path] = ()) -> RolloutRun:
    """A run in waves, with its specs where they are now; default: the newest one.

    Args:
        folders: in the place of those that it was begun with; empty where nothing is said.

    Raises:
        InvalidInput. StackDamaged: also where no name was given, since an older run is not what was meant; the hint names one.
    """
    run = find_run(app, name)
    try:
        run.move(folders)
        _ = run.left, run.progress
    except StackDamaged as error:
        other = None if name else next((one.id for one in reversed(rollout_runs(app)) if _has_left(one)), None)
        hint = f"{error.hint} An older run has clusters left: aurora-cli fleet resume {other}" if other else error.hint
        raise StackDamaged(error.message, hint=hint) from None
    return run


def _has_left(run: RolloutRun) -> bool:
    try:
        return bool(run.left and run.progress)
    except StackDamaged:
        return False


def begin_rollout(
    app: AppContext, command: str, record: RolloutRecord, states: Mapping[str, ClusterState]
) -> RolloutRun:
    """A run that was approved.

    Args:
        command: word after `aurora-cli fleet`.
        states: of the clusters with which nothing is to be done.

    Raises:
        InvalidInput: the home cannot be used.
    """
    run = RolloutRun(begin_run(app, command, list(record.clusters)).folder)
    run.begin(record, states)
    return run


def members_of(run: RolloutRun) -> dict[str, Member]:
    """The specs of a run as they are now, by name; one that is not valid is left out where its command reads it."""
    clusters = run.plan.clusters
    found = {member.path: member for member in read_files(Path(one.file) for one in clusters.values())}
    specs = {name: found[Path(one.file)] for name, one in clusters.items()}
    return {
        name: member
        for name, member in specs.items()
        if (member.valid and member.name == name) or not clusters[name].spec
    }
