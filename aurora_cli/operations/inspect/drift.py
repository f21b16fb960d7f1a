"""What was changed outside: each attribute as Terraform left it, and as AWS has it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.events import Emit, timed
from aurora_cli.operations.core.concern import StackContext
from aurora_cli.operations.core.instances import keys_in_state
from aurora_cli.operations.core.region_topology import former_regions
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.results import about
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.core.unfinished import refuse_destroying, refuse_unfinished
from aurora_cli.operations.inspect.lost import begin_to_look
from aurora_cli.operations.inspect.own_rules import only_own_rules
from aurora_cli.operations.recovery.recover import recover
from aurora_cli.spec.facts.versions import rendered_version
from aurora_cli.spec.layers.arguments import field_of
from aurora_cli.spec.layers.diff import leaves
from aurora_cli.terraform.plan.changes import AttributeChange
from aurora_cli.terraform.plan.plan import ResourceChange
from aurora_cli.terraform.state.addresses import region_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec

_RUNNING = frozenset(
    {
        "ca_certificate_valid_till",
        "cluster_members",
        "endpoint",
        "engine_version_actual",
        "latest_restorable_time",
        "master_user_secret",
        "reader_endpoint",
        "writer",
    }
)
"""Facts that change in the normal run of things (a failover, an autoscaled reader, an upgrade by AWS), and that nobody set."""


@dataclass(frozen=True)
class Drifted:
    """One attribute: `expected` by Terraform, `actual` in AWS, and the `field` of the spec that says it (None: none does)."""

    path: str
    expected: Any
    actual: Any
    field: str | None
    sensitive: bool = False


@dataclass(frozen=True)
class DriftedResource:
    """One resource; `gone` when it was deleted outside Terraform. `id` is what AWS calls it."""

    address: str
    type: str
    id: str | None
    gone: bool
    attributes: tuple[Drifted, ...] = ()


@dataclass(frozen=True)
class DriftReport:
    """What differs in one cluster."""

    name: str
    region: str
    target: str
    resources: tuple[DriftedResource, ...]

    @property
    def drifted(self) -> bool:
        """Whether anything differs."""
        return bool(self.resources)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            **about(self),
            "drift": self.drifted,
            "resources": [
                {**vars(one), "attributes": [vars(attribute) for attribute in one.attributes]} for one in self.resources
            ],
        }


def drift(app: AppContext, name: str, *, emit: Emit) -> DriftReport:
    """Compare Terraform's state with AWS. Neither is changed.

    Raises:
        ClusterNotFound, StackLocked; SpecConflict, OperationUnfinished: a destroy or an operation is under way.
        TerraformFailed and its kin.
    """
    stack = existing_stack(app, name)
    begin_to_look(app, stack, emit)
    with stack.lock("drift"):
        refuse_destroying(stack)
        refuse_unfinished(stack)
        spec = stored_spec(stack).spec
        context = StackContext(app, stack, emit, spec)
        terraform = context.terraform
        recover(context, look_only=True)
        write_rendered(stack, spec)
        with timed(emit, "plan", "Comparing the state with AWS"):
            terraform.init()
            state = terraform.state_resources()
            write_rendered(stack, spec, former_regions=former_regions(spec, [r.address for r in state]))
            plan = terraform.plan(refresh_only=True)
            terraform.plan_file.unlink(missing_ok=True)
    news = (change for change in plan.drift if not only_own_rules(change, state))
    found = tuple(one for change in news if (one := _resource(change, spec)) is not None)
    return DriftReport(name, spec.region, app.target, found)


def _resource(change: ResourceChange, spec: ClusterSpec) -> DriftedResource | None:
    identifier = change.before.get("id")
    if change.action == "delete":
        return DriftedResource(change.address, change.type, identifier, gone=True)
    counted = (_attribute(one, change.type) for one in change.changed if _counts(one, change))
    attributes = tuple(one for one in counted if not _as_specified(one, change, spec))
    if not attributes:
        return None
    return DriftedResource(change.address, change.type, identifier, gone=False, attributes=attributes)


def _attribute(change: AttributeChange, resource: str) -> Drifted:
    return Drifted(change.path, change.before, change.after, field_of(resource, _top(change.path)), change.sensitive)


def _counts(one: AttributeChange, change: ResourceChange) -> bool:
    """Not what changes by itself; not null beside nothing; and each tag once."""
    top = _top(one.path)
    nothing: tuple[object, ...] = (None, "", False, 0, [], {})
    if top in _RUNNING or (one.before in nothing and one.after in nothing):
        return False
    return not (top == "tags" and "tags_all" in {_top(other.path) for other in change.changed})


def _as_specified(one: Drifted, change: ResourceChange, spec: ClusterSpec) -> bool:
    """Whether AWS has what the spec says: the RDS API has set it for us, which Terraform has yet to read."""
    if region_of(change.address) is not None or one.field is None or one.actual is None:
        return False
    if one.path == "engine_version":
        wanted = rendered_version(spec)
        return one.actual == wanted or str(one.actual).startswith(f"{wanted}.")
    (key,) = keys_in_state([change.address]) or [""]
    said, values = leaves(spec), one.field.replace(".KEY.", f".{key}.").split(", ")
    # What an instance has of its own comes after what it shares.
    return [v for path in values if (v := said.get(path)) is not None][-1:] == [one.actual]


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
