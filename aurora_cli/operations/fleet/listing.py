"""The runs of a home, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import StackDamaged
from aurora_cli.operations.fleet.rollout.record import RolloutRun
from aurora_cli.operations.fleet.runs import FleetRun, runs_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


@dataclass(frozen=True)
class ListedRun:
    """A run.

    Attributes:
        command: `plan`, `apply`, `upgrade`, ...
        started_at, who: when (RFC 3339 in UTC) and by whom; empty where its record is damaged.
        state: of a run in waves: `running`, `killed`, `done`, `stopped`, `interrupted`, `aborted` or `damaged`; of `plan`:
            `planned`, or `applied` where a run has applied it; else `ended`.
        clusters: how many it is about.
        plan: of a run in waves, the run that has its plans; else None.
        summary: of a run in waves, from state to number of clusters; else None.
        left: how many clusters `fleet resume` would take up.
    """

    id: str
    command: str
    started_at: str
    who: str
    state: str
    clusters: int
    plan: str | None = None
    summary: Mapping[str, int] | None = None
    left: int = 0

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return asdict(self)


def listed_runs(app: AppContext) -> list[ListedRun]:
    """The newest first."""
    runs = runs_of(app)
    rollouts = {run.id: one for run in runs if (one := RolloutRun(run.folder)).started}
    applied = {run.applies for run in rollouts.values()}
    return [_listed(run, rollouts.get(run.id), run.id in applied) for run in reversed(runs)]


def _listed(run: FleetRun, rollout: RolloutRun | None, applied: bool) -> ListedRun:
    record = run.record
    about = (run.id, run.command, str(record.get("started_at", "")), str(record.get("who", "")))
    number = len(record.get("clusters") or ())
    if rollout is None:
        return ListedRun(*about, _state(run, applied=applied), number)
    try:
        return _listed_rollout(about, number, rollout)
    except StackDamaged:
        return ListedRun(*about, "damaged", number)


def _state(run: FleetRun, *, applied: bool) -> str:
    if run.command != "plan":
        return "ended"
    return "applied" if applied else "planned"


def _listed_rollout(about: tuple[str, str, str, str], number: int, run: RolloutRun) -> ListedRun:
    """Raises StackDamaged."""
    state = "running" if run.locked_by() else run.progress.outcome or "killed"
    return ListedRun(*about, state, number, run.plan.plan, run.counts, len(run.left))
