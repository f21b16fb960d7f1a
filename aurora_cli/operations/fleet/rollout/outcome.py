"""What a run in waves has come to, from its record: for people, programs and what reads JUnit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aurora_cli.errors import Interrupted, OperationFailed, PlanStale
from aurora_cli.fleet.report import Case, junit
from aurora_cli.operations.fleet.rollout.record import DONE, FAILED, STALE, UNKNOWN, WAITING, ClusterState, RolloutRun
from aurora_cli.operations.fleet.rollout.spec_files import Behind
from aurora_cli.spec.text.load import shown_path


def exit_status(run: RolloutRun) -> int:
    """130 where it was ended, 1 where something failed or the run stopped, 5 where plans were stale, else 0."""
    outcome, counts = run.progress.outcome, run.counts
    if outcome in ("interrupted", "aborted"):
        return Interrupted.exit_status
    if outcome == "stopped" or counts[FAILED] or counts[UNKNOWN]:
        return OperationFailed.exit_status
    return PlanStale.exit_status if counts[STALE] else 0


def to_dict(run: RolloutRun, files: Sequence[Behind] = ()) -> dict[str, Any]:
    """JSON form, as in the published schema.

    Args:
        files: lines of spec files that say what the clusters had before.
    """
    progress, states = run.progress, run.states()
    waves = zip(run.plan.waves, progress.waves or [WAITING] * len(run.plan.waves), strict=True)
    return {
        "run": run.id,
        "operation": run.command,
        "plan": run.plan.plan,
        "outcome": progress.outcome,
        "reasons": list(progress.reasons),
        "summary": run.counts,
        "waves": [{"name": wave.name, "state": state, "clusters": list(wave.clusters)} for wave, state in waves],
        "members": [_member(run, name, state) for name, state in states.items()],
        "left": run.left,
        "spec_files": [one.to_dict() for one in files],
    }


def said_of(state: ClusterState) -> str:
    """What became of a cluster, in one line."""
    return str(state.error["message"]) if state.error else state.state


def as_junit(run: RolloutRun) -> str:
    """A test case for each cluster: failed unless it is applied or unchanged."""
    return junit(" ".join(("aurora-cli", "fleet", run.command)), list(_cases(run)))


def _cases(run: RolloutRun) -> Iterator[Case]:
    for name, state in run.states().items():
        said = [said_of(state)]
        yield Case(name, shown_path(run.plan.clusters[name].file), *(((), said) if state.state in DONE else (said, ())))


def _member(run: RolloutRun, name: str, state: ClusterState) -> dict[str, Any]:
    cluster = run.plan.clusters[name]
    return {
        "name": name,
        "file": shown_path(cluster.file),
        "region": cluster.region,
        "account": cluster.account,
        "wave": next((wave.name for wave in run.plan.waves if name in wave.clusters), None),
        "risk": cluster.risk,
        "state": state.state,
        "approved": cluster.digest,
        "digest": state.digest or cluster.digest,
        "seconds": state.seconds,
        "error": state.error,
        "log": str(run.result(name).log),
    }
