"""What a run of `fleet apply` has come to, from its record: for people, programs and what reads JUnit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aurora_cli.errors import Interrupted, OperationFailed, PlanStale
from aurora_cli.fleet.report import Case, junit
from aurora_cli.operations.fleet.rollout.record import DONE, FAILED, STALE, UNKNOWN, WAITING, ApplyRun, ClusterState
from aurora_cli.spec.text.load import shown_path


def exit_status(run: ApplyRun) -> int:
    """130 where it was ended, 1 where something failed or the run stopped, 5 where plans were stale, else 0."""
    outcome, counts = run.progress.outcome, run.counts
    if outcome in ("interrupted", "aborted"):
        return Interrupted.exit_status
    if outcome == "stopped" or counts[FAILED] or counts[UNKNOWN]:
        return OperationFailed.exit_status
    return PlanStale.exit_status if counts[STALE] else 0


def left(run: ApplyRun) -> list[str]:
    """Clusters that a `fleet resume` would take up; those without a plan need another one."""
    return [name for name, one in run.states().items() if one.state not in DONE and run.plan.clusters[name].digest]


def to_dict(run: ApplyRun) -> dict[str, Any]:
    """JSON form, as in the published schema."""
    progress, states = run.progress, run.states()
    waves = zip(run.plan.waves, progress.waves or [WAITING] * len(run.plan.waves), strict=True)
    return {
        "run": run.id,
        "plan": run.plan.plan,
        "outcome": progress.outcome,
        "reasons": list(progress.reasons),
        "summary": run.counts,
        "waves": [{"name": wave.name, "state": state, "clusters": list(wave.clusters)} for wave, state in waves],
        "members": [_member(run, name, state) for name, state in states.items()],
        "left": left(run),
    }


def said_of(state: ClusterState) -> str:
    """What became of a cluster, in one line."""
    return str(state.error["message"]) if state.error else state.state


def as_junit(run: ApplyRun) -> str:
    """A test case for each cluster: failed unless it is applied or unchanged."""
    return junit("aurora-cli fleet apply", list(_cases(run)))


def _cases(run: ApplyRun) -> Iterator[Case]:
    for name, state in run.states().items():
        said = [said_of(state)]
        yield Case(name, shown_path(run.plan.clusters[name].file), *(((), said) if state.state in DONE else (said, ())))


def _member(run: ApplyRun, name: str, state: ClusterState) -> dict[str, Any]:
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
