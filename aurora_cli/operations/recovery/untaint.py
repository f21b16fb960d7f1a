"""What Terraform believes to be half-made though it is alive: keep it.

When a creation is interrupted, Terraform marks the resource as tainted and would replace it next time. AWS meanwhile finishes a
cluster or an instance by itself; replacing it would be pointless, and deletion protection stands in the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.waiters import wait_until
from aurora_cli.events import Emit, Note, waiting
from aurora_cli.operations.core.region_topology import live_at

if TYPE_CHECKING:
    from aurora_cli.aws.clock import Clock
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.operations.core.concern import StackContext
    from aurora_cli.terraform.plan.changes import AttributeChange
    from aurora_cli.terraform.plan.plan import Action, Plan, ResourceChange
    from aurora_cli.terraform.runner import Terraform
    from aurora_cli.terraform.state.state import StateResource

CLUSTER = "aws_rds_cluster"
INSTANCE = "aws_rds_cluster_instance"
AVAILABLE = "available"
TIMEOUT_S = 3600.0
# What is written for it and what the API reports. The provider knows it of a resource that exists, and not in a plan to make it
# anew. RDS reports nothing for Standard storage.
_SAME: dict[tuple[str, str], tuple[object, tuple[object, ...]]] = {(CLUSTER, "storage_type"): ("aurora", (None, ""))}


def live_resource(context: StackContext, resource: StateResource) -> Topology | None:
    """The live cluster that a resource is, or belongs to; None if AWS has none."""
    return live_at(context.app, context.spec, resource.address)


def tainted_survivors(resources: Sequence[StateResource]) -> list[StateResource]:
    """The clusters and instances that Terraform would replace because their creation was interrupted."""
    return [r for r in resources if r.tainted and r.type in (CLUSTER, INSTANCE)]


def would_keep(
    resources: Sequence[StateResource], look: Callable[[StateResource], Topology | None], emit: Emit
) -> frozenset[str]:
    """Addresses that the next change would keep though Terraform would replace them; writes nothing.

    Args:
        resources: what the state holds.
        look: the live cluster that a resource is, or belongs to.
        emit: told what would be kept, and what would be waited for.
    """
    kept = [r for r in tainted_survivors(resources) if not _is_lost(_status(r, look(r)))]
    for resource in kept:
        done = _status(resource, look(resource)) == AVAILABLE
        now = "AWS has completed it" if done else "AWS is still creating it"
        emit(Note(f"The creation of {resource.id} had been interrupted. {now}: the next change keeps it."))
    return frozenset(r.address for r in kept)


def as_kept(plan: Plan, addresses: Set[str]) -> Plan:
    """The plan as it will be once these resources are no longer marked: only what is known to differ changes in place."""
    changes = tuple(_as_kept(c) if addresses & {c.address, c.previous_address} else c for c in plan.resource_changes)
    return replace(plan, resource_changes=changes)


def _as_kept(change: ResourceChange) -> ResourceChange:
    if change.action != "replace" or change.reason != "replace_because_tainted":
        return change
    differing = tuple(a for a in change.changed if a.known and not _is_same(change, a))
    action: Action = "update" if differing else "no-op"
    return replace(change, action=action, changed=differing, reason=None, replace_paths=())


def _is_same(change: ResourceChange, attribute: AttributeChange) -> bool:
    written, reported = _SAME.get((change.type, attribute.path), (None, ()))
    return attribute.after == written and attribute.before in reported


def keep_survivors(
    terraform: Terraform,
    resources: Sequence[StateResource],
    look: Callable[[StateResource], Topology | None],
    *,
    clock: Clock,
    emit: Emit,
    timeout_s: float = TIMEOUT_S,
) -> None:
    """Take the mark off every tainted cluster and instance that is alive, once AWS has completed it.

    Args:
        terraform: of the stack, initialised, its lock held.
        resources: what the state holds.
        look: reads the live cluster that a resource is, or belongs to.
        clock: time to wait by.
        emit: told what is kept, and what is waited for.
        timeout_s: seconds to wait for each (an hour covers the creation of a large clone).

    Raises:
        WaitTimeout: AWS has not completed in time. TerraformFailed and its kin.
    """
    for resource in tainted_survivors(resources):
        if _finished(resource, look, clock, emit, timeout_s):
            terraform.untaint(resource.address)
            emit(Note(f"The creation of {resource.id} had been interrupted. AWS has completed it, so it is kept."))


def _finished(
    resource: StateResource,
    look: Callable[[StateResource], Topology | None],
    clock: Clock,
    emit: Emit,
    timeout_s: float,
) -> bool:
    """Whether it is alive and well; waits while AWS is at work on it. False when it is gone or has failed."""

    def seen() -> tuple[bool, str | None]:
        status = _status(resource, look(resource))
        lost = _is_lost(status)
        return not lost, None if lost or status == AVAILABLE else status

    what = f"AWS to complete {resource.id}"
    hint = "Run the same command again later."
    return wait_until(seen, what=what, clock=clock, waiting=waiting(emit), timeout_s=timeout_s, hint=hint)


def _is_lost(status: str | None) -> bool:
    """Gone, failed, being deleted, inaccessible-..., incompatible-..."""
    return status is None or "fail" in status or status == "deleting" or status.startswith("in")


def _status(resource: StateResource, topology: Topology | None) -> str | None:
    if topology is None:
        return None
    if resource.type == CLUSTER:
        return topology.status
    return next((m.status for m in topology.members if m.id == resource.id), None)
