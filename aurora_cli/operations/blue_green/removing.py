"""The steps that take things away: the deployment, a cluster outside Terraform, parameter groups, and our own record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aurora_cli.aws.cluster.topology import Topology, read_topology
from aurora_cli.aws.engine.blue_green import delete_deployment, deployment
from aurora_cli.aws.engine.parameter_groups import Kind, drop_group, user_values
from aurora_cli.aws.modify.cluster_removal import delete_cluster, delete_instance
from aurora_cli.aws.replication.global_database import lift_protection
from aurora_cli.operations.pipeline.step import Step
from aurora_cli.stacks.blue_green import read_blue_green, remove_blue_green

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext

DELETION_TIMEOUT_S = 6 * 3600.0
"""A final snapshot of a large cluster takes its time."""


def deployment_step(context: OperationContext, identifier: str, *, green: str | None) -> Step:
    """Delete the deployment.

    Args:
        green: identifier of the green cluster, if it goes as well.
    """

    def look() -> tuple[None, str | None]:
        found = deployment(context.rds, identifier)
        if found is not None:
            return None, found.status
        left = read_topology(context.rds, green) if green else None
        return None, f"{green} is {left.status}" if left else None

    def run() -> str | None:
        if deployment(context.rds, identifier) is not None:
            delete_deployment(context.rds, identifier, with_target=green is not None)
        context.wait(look, "the deployment to be deleted", timeout_s=DELETION_TIMEOUT_S)
        return None

    text = f"Delete the deployment {identifier}" + (f" and the green cluster {green}" if green else "")
    return Step("deployment", text, lambda: look()[1] is None, run)


def unprotect_step(context: OperationContext, cluster: str) -> Step:
    """Lift the deletion protection of a cluster."""

    def look() -> tuple[Topology | None, str | None]:
        found = read_topology(context.rds, cluster)
        return found, "protected" if found is not None and found.deletion_protection else None

    def run() -> str | None:
        lift_protection(context.rds, cluster)
        context.wait(look, f"the deletion protection of {cluster} to be disabled")
        return None

    text = f"Disable the deletion protection of {cluster} only"
    return Step("unprotect", text, lambda: look()[1] is None, run)


def removal_steps(context: OperationContext, topology: Topology, snapshot: str | None) -> list[Step]:
    """Delete a cluster: protection, readers, writer, then the cluster itself with its final snapshot."""
    cluster = topology.identifier
    ordered = sorted(topology.members, key=lambda member: member.role == "writer")
    steps = [unprotect_step(context, cluster)] if topology.deletion_protection else []
    steps += [_instance_step(context, cluster, member.id) for member in ordered]
    return [*steps, _cluster_step(context, cluster, snapshot)]


def _instance_step(context: OperationContext, cluster: str, identifier: str) -> Step:
    def look() -> tuple[None, str | None]:
        found = read_topology(context.rds, cluster)
        member = next((m for m in found.members if m.id == identifier), None) if found else None
        return None, member.status if member else None

    def run() -> str | None:
        delete_instance(context.rds, identifier)
        context.wait(look, f"{identifier} to be deleted", timeout_s=DELETION_TIMEOUT_S)
        return None

    return Step(f"delete {identifier}", f"Delete the instance {identifier}", lambda: look()[1] is None, run)


def _cluster_step(context: OperationContext, cluster: str, snapshot: str | None) -> Step:
    def look() -> tuple[None, str | None]:
        found = read_topology(context.rds, cluster)
        return None, found.status if found else None

    def run() -> str | None:
        delete_cluster(context.rds, cluster, snapshot)
        context.wait(look, f"{cluster} to be deleted", timeout_s=DELETION_TIMEOUT_S)
        return f"the final snapshot is {snapshot}" if snapshot else None

    kept = f"after the final snapshot {snapshot}" if snapshot else "without a final snapshot"
    return Step(f"delete {cluster}", f"Delete {cluster} with its data, {kept}", lambda: look()[1] is None, run)


def group_steps(context: OperationContext, groups: Sequence[tuple[str, Kind, str]]) -> list[Step]:
    """Delete parameter groups that nothing uses any more."""
    return [_group_step(context, kind, name) for _, kind, name in groups]


def _group_step(context: OperationContext, kind: Kind, name: str) -> Step:
    def run() -> str | None:
        drop_group(context.rds, kind, name)
        return None

    words = "cluster" if kind == "cluster" else "DB"
    text = f"Delete the {words} parameter group {name}"
    return Step(f"group {kind} {name}", text, lambda: user_values(context.rds, kind, name) is None, run)


def record_step(context: OperationContext) -> Step:
    """Remove the record of the deployment."""

    def run() -> str | None:
        remove_blue_green(context.stack.folder)
        return None

    return Step(
        "forget", "Remove the record of the deployment", lambda: read_blue_green(context.stack.folder) is None, run
    )
