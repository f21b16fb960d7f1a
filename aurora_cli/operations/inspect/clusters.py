"""The clusters that this home knows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aurora_cli import __version__
from aurora_cli.errors import AuroraError
from aurora_cli.json_input import read_json
from aurora_cli.operations.core.activity import RUNNING, Activity, activity_of
from aurora_cli.operations.cost.support import EndOfSupport, end_of_support, ends_soon, prices_or_none, support_words
from aurora_cli.operations.inspect.lost import LOST
from aurora_cli.prices.amount import ZERO, Amount
from aurora_cli.prices.estimate import capacity_of
from aurora_cli.prices.items import STANDARD
from aurora_cli.prices.shape import Shape
from aurora_cli.spec.facts.tables import ENGINES
from aurora_cli.spec.facts.versions import default_version
from aurora_cli.writing import write_cache

if TYPE_CHECKING:
    from aurora_cli.aws.engine.engine_versions import Support
    from aurora_cli.context import AppContext
    from aurora_cli.prices.table import PriceTable
    from aurora_cli.stacks.stack import Stack

_Sizes = list[list[Any]]
"""For each Region: its name, the vCPUs of provisioned instances and the ACUs of serverless ones, from and to, or null."""
SupportByAws = Callable[[str, str, str], "Support | None"]
"""The ends of support as AWS says, of a Region, an engine and a version."""


class _Facts(NamedTuple):
    """What is shown of a spec.

    Attributes:
        version: empty for AWS's choice.
        sizes: what Extended Support is charged by; None where it does not cover the cluster.
    """

    engine: str
    version: str
    instances: int
    sizes: _Sizes | None


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
        support_ends, extended_support_ends, extended_support_from, extended_support_cost, support_source: as in
            `EndOfSupport`, by the version and the instances of the stored spec.
        support: a sentence on those, where standard support has ended or does within a year.
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
    support_ends: str | None = None
    extended_support_ends: str | None = None
    extended_support_from: str | None = None
    extended_support_cost: dict[str, Any] | None = None
    support_source: str | None = None

    support: str | None = field(default=None, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {key: value for key, value in asdict(self).items() if key != "support"}


def list_clusters(app: AppContext, support: SupportByAws = lambda *_: None) -> list[ListRow]:
    """Every stack of this target, by name; a damaged one is listed as such.

    Args:
        support: asked for the ends of support; without it they are the packaged table's, and AWS is not asked.
    """
    stacks = app.registry.list()
    lost = app.sandbox_manager.lost_clusters() if app.sandbox and stacks else set()
    known = _Specs(app.home.list_cache)
    ends = _Ends(app, support)
    rows = [_row(app, stack, lost, known, ends) for stack in stacks]
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
            return _Facts("", "", 0, None)
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
        from aurora_cli.operations.cost.shapes import is_covered, shapes_of

        spec = stored_spec(stack).spec
        shapes = shapes_of(spec, date.max) if is_covered(spec) else None
        sizes = None if shapes is None else [_sizes(one) for one in shapes]
        return _Facts(spec.engine, spec.engine_version or "", spec.instances.readers + 1, sizes)


def _known(cache: Path) -> dict[str, _Facts]:
    def facts(data: dict[str, Any]) -> dict[str, _Facts]:
        return {key: _facts(*found) for key, found in data.items()}

    return read_json(cache, facts, lambda why: {})


def _facts(engine: Any, version: Any, count: Any, sizes: Any) -> _Facts:
    """From the file. Raises TypeError, ValueError or ArithmeticError for what was not written there."""
    for one in sizes or ():
        _bare_shape(str(engine), one)
    return _Facts(str(engine), str(version), int(count), sizes)


def _sizes(shape: Shape) -> list[Any]:
    every = (shape.vcpus if shape.instances else ZERO, capacity_of(shape) if shape.serverless.high else ZERO)
    return [shape.region, *([str(one.low), str(one.high)] if one else None for one in every)]


def _bare_shape(engine: str, size: list[Any]) -> Shape:
    """A shape of that size, with nothing else."""
    region, vcpus, acus = size
    provisioned, capacity = (Amount(*map(Decimal, one)) if one else None for one in (vcpus, acus))
    return Shape(
        name="",
        region=region,
        engine=engine,
        storage=STANDARD,
        instances={} if provisioned == ZERO else {"": ZERO},
        vcpus=provisioned,
        serverless=ZERO if capacity == ZERO else Amount.of(1),
        acu=capacity,
    )


class _Ends:
    """The ends of support of stacks; the price table is read when the first is asked for."""

    def __init__(self, app: AppContext, by_aws: SupportByAws) -> None:
        self._app, self._by_aws = app, by_aws
        self._today = app.clock.now().date()

    @cached_property
    def _prices(self) -> PriceTable | None:
        return prices_or_none(self._app)

    def of(self, region: str, facts: _Facts) -> EndOfSupport:
        """By the version of the spec; AWS's choice is taken for the default version."""
        if facts.engine not in ENGINES:
            return EndOfSupport()
        version = facts.version or default_version(facts.engine)
        shapes = [_bare_shape(facts.engine, one) for one in facts.sizes or ()]
        by_aws = self._by_aws(region, facts.engine, version)
        return end_of_support(facts.engine, version, shapes, self._prices, self._today, by_aws)

    def words(self, facts: _Facts, end: dict[str, Any]) -> str | None:
        """What is said of an end that is near, from its JSON form."""
        if not ends_soon(end["support_ends"], self._today):
            return None
        return support_words(end, f"{facts.engine} {facts.version or default_version(facts.engine)}", self._today)


def _row(app: AppContext, stack: Stack, lost: set[str], known: _Specs, ends: _Ends) -> ListRow:
    try:
        record = stack.record
        facts = known.of(stack)
        activity = activity_of(stack)
    except AuroraError as error:
        return ListRow(stack.name, "", "", "", "damaged", app.target, 0, "", error.message)
    end = ends.of(record.region, facts).to_dict()
    is_lost = f"{record.region}/{stack.name}" in lost
    return ListRow(
        name=stack.name,
        region=record.region,
        engine=facts.engine,
        engine_version=facts.version,
        status=LOST if is_lost else _status(record.status, activity),
        target=record.target,
        instances=len(record.instance_keys) or facts.instances,
        created_at=record.created_at,
        problem=_LOST.format(name=stack.name) if is_lost else None,
        operation=activity.to_dict() if activity else None,
        **end,
        support=ends.words(facts, end),
    )


def _status(recorded: str, activity: Activity | None) -> str:
    return recorded if activity is None or RUNNING in (activity.state, activity.terraform) else activity.state
