"""The runs of a home, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import StackDamaged
from aurora_cli.operations.fleet.rollout.outcome import left
from aurora_cli.operations.fleet.rollout.record import ApplyRun
from aurora_cli.operations.fleet.runs import FleetRun, runs_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


@dataclass(frozen=True)
class ListedRun:
    """A run.

    Attributes:
        command: `plan`, `apply`, ...
        started_at, who: when (RFC 3339 in UTC) and by whom; empty where its record is damaged.
        state: of `apply`: `running`, `killed`, `done`, `stopped`, `interrupted`, `aborted` or `damaged`; of `plan`: `planned`, or
            `applied` where a run has applied it; else `ended`.
        clusters: how many it is about.
        plan: of `apply`, the run that it applies; else None.
        summary: of `apply`, from state to number of clusters; else None.
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
    applies = {run.id: ApplyRun(run.folder) for run in runs if run.command == "apply"}
    applied = {run.applies for run in applies.values() if run.started}
    return [_listed(run, applies.get(run.id), run.id in applied) for run in reversed(runs)]


def _listed(run: FleetRun, apply: ApplyRun | None, applied: bool) -> ListedRun:
    record = run.record
    about = (run.id, run.command, str(record.get("started_at", "")), str(record.get("who", "")))
    number = len(record.get("clusters") or ())
    if apply is None or not apply.started:
        return ListedRun(*about, "applied" if applied else "planned" if run.command == "plan" else "ended", number)
    try:
        return _listed_apply(about, number, apply)
    except StackDamaged:
        return ListedRun(*about, "damaged", number)


def _listed_apply(about: tuple[str, str, str, str], number: int, apply: ApplyRun) -> ListedRun:
    """Raises StackDamaged."""
    state = "running" if apply.locked_by() else apply.progress.outcome or "killed"
    return ListedRun(*about, state, number, apply.plan.plan, apply.counts, len(left(apply)))
