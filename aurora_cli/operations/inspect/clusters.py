"""The clusters that this home knows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError
from aurora_cli.operations.core.activity import RUNNING, Activity, activity_of
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.inspect.lost import LOST

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.stacks.stack import Stack

_LOST = "the sandbox was stopped since, and its contents are lost; to create it again, empty: aurora-cli apply {name}"


@dataclass(frozen=True)
class ListRow:
    """One stack, without asking AWS.

    Attributes:
        status: `ready`; `creating`, `changing` or `destroying` while such an operation runs; `interrupted`, `killed` or
            `failed` after one that has not ended; `lost` when the sandbox was stopped since; `damaged`.
        instances: number of instances in the stored spec.
        operation: what runs, or has not ended, see `Activity`; or None.
        problem: why the stack cannot be read, or None.
    """

    name: str
    region: str
    engine: str
    engine_version: str
    status: str
    target: str
    instances: int
    created_at: str
    problem: str | None = None
    operation: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return asdict(self)


def list_clusters(app: AppContext) -> list[ListRow]:
    """Every stack of this target, by name; a damaged one is listed as such."""
    stacks = app.registry.list()
    lost = app.sandbox_manager.lost_clusters() if app.sandbox and stacks else set()
    return [_row(app, stack, lost) for stack in stacks]


def _row(app: AppContext, stack: Stack, lost: set[str]) -> ListRow:
    try:
        record = stack.record
        spec = stored_spec(stack).spec if stack.has_spec() else None
        activity = activity_of(stack)
    except AuroraError as error:
        return ListRow(stack.name, "", "", "", "damaged", app.target, 0, "", error.message)
    is_lost = f"{record.region}/{stack.name}" in lost
    return ListRow(
        name=stack.name,
        region=record.region,
        engine=spec.engine if spec else "",
        engine_version=(spec.engine_version or "") if spec else "",
        status=LOST if is_lost else _status(record.status, activity),
        target=record.target,
        instances=len(record.instance_keys) or (spec.instances.readers + 1 if spec else 0),
        created_at=record.created_at,
        problem=_LOST.format(name=stack.name) if is_lost else None,
        operation=activity.to_dict() if activity else None,
    )


def _status(recorded: str, activity: Activity | None) -> str:
    return recorded if activity is None or RUNNING in (activity.state, activity.terraform) else activity.state
