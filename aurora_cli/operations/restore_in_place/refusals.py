"""What must not be renamed, or get other data in its place: others know the cluster by its name, or AWS refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.blue_green.active import refuse_in_deployment
from aurora_cli.operations.day_two.failover import require_available

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.operations.pipeline.context import OperationContext


def refuse_bound(context: OperationContext, topology: Topology, doing: str) -> None:
    """Refuse a cluster that others hold by its name.

    Args:
        doing: e.g. `renamed`, for the message.

    Raises:
        InvalidInput: it is in a global database, replicates or is replicated, has a proxy, an activity stream, or a
            blue/green deployment; or it is stopped.
    """
    name = context.spec.name
    require_available(topology)
    for holds, why, hint in (
        (
            context.spec.global_ is not None,
            "it is in a global database",
            f"Remove its other Regions first: aurora-cli global remove-region {name} REGION",
        ),
        (
            bool(topology.replicates_from),
            f"it replicates {topology.replicates_from}",
            "Promote it first; AWS ties a replica to its source.",
        ),
        (
            bool(topology.replicas),
            f"it has the replicas {', '.join(topology.replicas)}",
            "Promote or destroy the replica first: it refers to its source by name.",
        ),
        (
            context.spec.proxy is not None,
            "its RDS proxy refers to it by name",
            f"Remove the proxy first (aurora-cli apply {name} --set proxy=null), and add it again afterwards.",
        ),
        (
            topology.activity_stream is not None or context.spec.activity_stream is not None,
            "it has an activity stream",
            f"Stop the stream first: aurora-cli apply {name} --set activity_stream=null",
        ),
    ):
        if holds:
            raise InvalidInput(f"{name} cannot be {doing}: {why}. Nothing was changed.", hint=hint)
    refuse_in_deployment(context.rds, name, f"it cannot be {doing} meanwhile")
