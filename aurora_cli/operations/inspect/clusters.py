"""The clusters that this home knows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError
from aurora_cli.operations.core.specs import stored_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.stacks.stack import Stack


@dataclass(frozen=True)
class ListRow:
    """One stack. `status` is ours (creating, changing, ready, destroying, damaged), not AWS's: no API is asked.

    Attributes:
        instances: number of instances in the stored spec.
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

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return asdict(self)


def list_clusters(app: AppContext) -> list[ListRow]:
    """Every stack of this target, by name; a damaged one is listed as such."""
    return [_row(app, stack) for stack in app.registry.list()]


def _row(app: AppContext, stack: Stack) -> ListRow:
    try:
        record = stack.record
        spec = stored_spec(stack).spec if stack.has_spec() else None
    except AuroraError as error:
        return ListRow(stack.name, "", "", "", "damaged", app.target, 0, "", error.message)
    return ListRow(
        name=stack.name,
        region=record.region,
        engine=spec.engine if spec else "",
        engine_version=(spec.engine_version or "") if spec else "",
        status=record.status,
        target=record.target,
        instances=len(record.instance_keys) or (spec.instances.readers + 1 if spec else 0),
        created_at=record.created_at,
    )
