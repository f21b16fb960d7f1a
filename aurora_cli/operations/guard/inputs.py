"""What the guard knows beside the plan, and what it reads in a plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from aurora_cli.aws.topology import Topology
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.terraform.addresses import region_of
from aurora_cli.terraform.plan import Plan, ResourceChange

INSTANCE = "aws_rds_cluster_instance"
CLUSTER = "aws_rds_cluster"
GLOBAL = "aws_rds_global_cluster"


@dataclass(frozen=True)
class Situation:
    """What the guard knows beside the plan.

    Attributes:
        topology: the live cluster, or None if there is none yet (or it cannot be read).
        production: True for the production preset, whose last reader is guarded.
        next_writer: identifier of the instance that a step before the apply makes the writer, or None.
        regions: the live clusters of a global database in its other Regions.
        allowed: Terraform addresses that the user allowed by name.
        one_by_one: identifiers of instances whose class or certificate is changed by steps of their own, which say what
            restarts.
    """

    topology: Topology | None = None
    production: bool = False
    next_writer: str | None = None
    regions: LiveRegions = field(default_factory=LiveRegions)
    allowed: Collection[str] = ()
    one_by_one: Collection[str] = ()


def removed_instances(plan: Plan) -> set[str]:
    """Identifiers of the instances that the plan deletes or replaces."""
    return {identifier(c) for c in plan.resource_changes if c.type == INSTANCE and goes(c)}


def goes(change: ResourceChange) -> bool:
    """Whether the plan deletes or replaces it."""
    return change.action in ("delete", "replace")


def identifier(change: ResourceChange) -> str:
    """What an instance is called."""
    return str(change.before.get("identifier") or change.before.get("id") or change.address)


def why(change: ResourceChange) -> str:
    """The clause that says why something is made anew; empty for what goes for good."""
    if change.action != "replace":
        return ""
    return f" because {', '.join(change.replace_paths)} cannot change in place" if change.replace_paths else ""


def cluster_goes(plan: Plan, beside: str = "") -> bool:
    """Whether the cluster goes that is in the same Region as the address."""
    region = region_of(beside)
    return any(c.type == CLUSTER and goes(c) and region_of(c.address) == region for c in plan.resource_changes)
