"""The parameter groups that another configuration's module made for a cluster alone: the stack takes them over with the cluster.

What they set is in the spec afterwards. Whether the rendered files say exactly that is seen in the trial's plan: a group that
would change is used as it is, unmanaged, as without this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.hcl.values.parameters import GROUPS
from aurora_cli.operations.adopt.differences import differences_of
from aurora_cli.operations.adopt.members import parameter_groups
from aurora_cli.operations.from_state.handover import handover_of

if TYPE_CHECKING:
    from aurora_cli.operations.from_state.origin import StateOrigin
    from aurora_cli.terraform.plan.plan import Plan


def with_own_parameters(found: DiscoveredCluster, origin: StateOrigin) -> DiscoveredCluster:
    """The cluster with `own_parameters`, where a module that leaves as a whole made the groups."""
    made = {(one.type, one.id) for one in handover_of(origin, found, ()).leaving}
    kinds = {kind for kind, name in parameter_groups(found).items() if (GROUPS[kind], name) in made}
    return replace(found, own_parameters=frozenset(kinds))


def without_own_parameters(found: DiscoveredCluster) -> Iterator[DiscoveredCluster]:
    """The cluster as it is, then, if it has any, without `own_parameters`."""
    yield found
    if found.own_parameters:
        yield replace(found, own_parameters=frozenset())


def changes_groups(plan: Plan) -> bool:
    """Whether a plan of the trial changes a parameter group."""
    return any(one.address in {f"{kind}.this" for kind in GROUPS.values()} for one in differences_of(plan))
