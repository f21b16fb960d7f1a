"""The clusters that this home knows."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli import __version__
from aurora_cli.errors import AuroraError
from aurora_cli.json_input import read_json
from aurora_cli.operations.core.activity import RUNNING, Activity, activity_of
from aurora_cli.operations.inspect.lost import LOST
from aurora_cli.writing import write_cache

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.stacks.stack import Stack

_Facts = tuple[str, str, int]
"""Engine, version (empty for AWS's choice) and number of instances."""
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
    known = _Specs(app.home.list_cache)
    rows = [_row(app, stack, lost, known) for stack in stacks]
    known.keep()
    return rows


class _Specs:
    """Engine, version and number of instances of stored specs: reading one takes longer than all the rest of its row."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._used: dict[str, _Facts] = {}
        self._known = _known(cache)

    def of(self, stack: Stack) -> _Facts:
        """What `list` shows of the spec. Raises StackDamaged: it cannot be read."""
        if not stack.has_spec():
            return ("", "", 0)
        key = hashlib.sha256(f"{__version__} {stack.read_spec()}".encode()).hexdigest()
        self._used[key] = self._known.get(key) or self._read(stack)
        return self._used[key]

    def keep(self) -> None:
        """For the next time; of specs that are no longer there nothing."""
        if self._used != self._known:
            write_cache(self._cache, self._used)

    @staticmethod
    def _read(stack: Stack) -> _Facts:
        from aurora_cli.operations.core.specs import stored_spec

        spec = stored_spec(stack).spec
        return spec.engine, spec.engine_version or "", spec.instances.readers + 1


def _known(cache: Path) -> dict[str, _Facts]:
    def facts(data: dict[str, Any]) -> dict[str, _Facts]:
        return {key: (str(engine), str(version), int(count)) for key, (engine, version, count) in data.items()}

    return read_json(cache, facts, lambda why: {})


def _row(app: AppContext, stack: Stack, lost: set[str], known: _Specs) -> ListRow:
    try:
        record = stack.record
        engine, version, instances = known.of(stack)
        activity = activity_of(stack)
    except AuroraError as error:
        return ListRow(stack.name, "", "", "", "damaged", app.target, 0, "", error.message)
    is_lost = f"{record.region}/{stack.name}" in lost
    return ListRow(
        name=stack.name,
        region=record.region,
        engine=engine,
        engine_version=version,
        status=LOST if is_lost else _status(record.status, activity),
        target=record.target,
        instances=len(record.instance_keys) or instances,
        created_at=record.created_at,
        problem=_LOST.format(name=stack.name) if is_lost else None,
        operation=activity.to_dict() if activity else None,
    )


def _status(recorded: str, activity: Activity | None) -> str:
    return recorded if activity is None or RUNNING in (activity.state, activity.terraform) else activity.state
