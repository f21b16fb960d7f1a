"""Clusters that cannot be adopted, and the way out of each case."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.errors import NotAdoptable

_ENGINES = ("aurora-postgresql", "aurora-mysql")


def refuse(found: DiscoveredCluster) -> None:
    """Raise NotAdoptable if the cluster is of a kind that a spec cannot describe, or is not at rest.

    Source: RDS API DBCluster (EngineMode, ClusterScalabilityType, ReplicationSourceIdentifier, Status).
    """
    for reason, way_out in _reasons(found):
        raise NotAdoptable(f"{found.identifier} cannot be adopted: {reason}.", hint=way_out)


def _reasons(found: DiscoveredCluster) -> Iterator[tuple[str, str]]:
    cluster, name = found.cluster, found.identifier
    engine, mode = cluster.get("Engine", ""), cluster.get("EngineMode") or "provisioned"
    if engine in ("mysql", "postgres"):
        yield (
            f"it is an RDS Multi-AZ DB cluster ({engine}), not Aurora",
            "Create an Aurora cluster from a snapshot of it, and adopt that one.",
        )
    elif engine not in _ENGINES:
        yield (
            f"its engine is {engine}",
            "Aurora PostgreSQL and Aurora MySQL (aurora-mysql) can be adopted; upgrade to one of them first.",
        )
    elif mode == "serverless":
        yield (
            "it is Aurora Serverless v1, which AWS has ended",
            f"Copy it into Serverless v2: aurora-cli migrate serverless-v1 {name} --into NAME",
        )
    elif mode != "provisioned":
        yield f"its engine mode is {mode}", "Restore a snapshot of it as a provisioned cluster, and adopt that one."
    if cluster.get("ClusterScalabilityType") == "limitless":
        yield (
            "it is an Aurora Limitless Database, which a spec cannot describe",
            "Keep managing it with the tool that created it.",
        )
    if found.global_cluster:
        yield (
            f"it belongs to the global database {found.global_cluster}",
            (
                "Keep managing it with the tool that created it, or remove it from the global database first: "
                f"aws rds remove-from-global-cluster --global-cluster-identifier {found.global_cluster} "
                f"--db-cluster-identifier {cluster.get('DBClusterArn')}"
            ),
        )
    if cluster.get("ReplicationSourceIdentifier"):
        yield (
            f"it replicates from {cluster['ReplicationSourceIdentifier']}",
            f"Promote it first: aws rds promote-read-replica-db-cluster --db-cluster-identifier {name}",
        )
    yield from _unrest(found)


def _unrest(found: DiscoveredCluster) -> Iterator[tuple[str, str]]:
    status = found.cluster.get("Status")
    if status != "available":
        again = f"Wait until it is available, then run `aurora-cli adopt {found.identifier}` again."
        yield f"its status is {status}", f"Start it first. {again}" if status == "stopped" else again
    if not found.managed:
        yield (
            "it has no instance",
            (
                f"Create one: aws rds create-db-instance --db-cluster-identifier {found.identifier} "
                f"--db-instance-identifier {found.identifier}-1 --engine {found.cluster.get('Engine')} "
                "--db-instance-class db.r7g.large"
            ),
        )
    for instance in found.managed:
        if instance.get("DBInstanceStatus") != "available":
            yield (
                f"its instance {instance['DBInstanceIdentifier']} is {instance.get('DBInstanceStatus')}",
                "Wait until it is available, then run the same command again.",
            )
