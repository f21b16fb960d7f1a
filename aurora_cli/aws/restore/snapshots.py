"""Manual cluster snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.waiters import OnWait, wait_until
from aurora_cli.aws.describe import encryption_of, first
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AwsFailed, OperationFailed

_TIMEOUT_S = 6 * 3600.0
"""A copy into another Region of a large cluster takes hours."""


def snapshot_exists(rds: Any, identifier: str) -> bool:
    """Whether a cluster snapshot of that name exists in the Region. Raises CredentialsError, AccessDenied, AwsFailed."""
    call, doing = rds.describe_db_cluster_snapshots, f"looking for snapshot {identifier}"
    return first(call, "DBClusterSnapshots", doing, DBClusterSnapshotIdentifier=identifier) is not None


@dataclass(frozen=True)
class SnapshotInfo:
    """One cluster snapshot.

    Attributes:
        id, arn: of the snapshot.
        cluster: identifier of its cluster, which may be gone.
        type: `manual` or `automated`.
        encryption: `none`, `sse-rds` (an AWS owned key) or `sse-kms`.
        created_at: RFC 3339 in UTC; None while AWS makes it.
        copied_from: ARN of the snapshot that it is a copy of, or None.
    """

    id: str
    arn: str
    cluster: str | None
    type: str
    status: str
    engine: str
    engine_version: str
    encrypted: bool
    encryption: str = "sse-kms"
    created_at: str | None = None
    progress: int | None = None
    copied_from: str | None = None


def list_snapshots(rds: Any, cluster: str | None, identifier: str | None = None) -> list[SnapshotInfo]:
    """Cluster snapshots of the Region, newest first, of one cluster or of one name if given."""
    wanted = {"DBClusterIdentifier": cluster, "DBClusterSnapshotIdentifier": identifier}
    params = {key: value for key, value in wanted.items() if value}
    try:
        with aws_errors("listing the snapshots"):
            pages = rds.get_paginator("describe_db_cluster_snapshots").paginate(**params)
            found = [_info(one) for page in pages for one in page["DBClusterSnapshots"]]
    except AwsFailed as error:
        if error.details.get("aws_code") == "DBClusterSnapshotNotFoundFault":
            return []
        raise
    return sorted(found, key=lambda one: one.created_at or "~", reverse=True)


def await_snapshot(rds: Any, identifier: str, *, clock: Clock, waiting: OnWait) -> SnapshotInfo:
    """The snapshot once it is available.

    Raises:
        OperationFailed: AWS could not make it, or it is gone. WaitTimeout: it takes longer than six hours.
    """

    def look() -> tuple[SnapshotInfo, str | None]:
        found = next(iter(list_snapshots(rds, None, identifier)), None)
        if found is None or found.status in ("failed", "deleting"):
            status = found.status if found else "gone"
            raise OperationFailed(
                f"The snapshot {identifier} is {status}.", hint="Run the command again with another name."
            )
        return found, None if found.status == "available" else found.status

    return wait_until(
        look,
        what=f"the snapshot {identifier}",
        clock=clock,
        waiting=waiting,
        timeout_s=_TIMEOUT_S,
        hint="AWS continues the copy or snapshot. Run the same command again to keep waiting.",
    )


def _info(found: dict[str, Any]) -> SnapshotInfo:
    created = found.get("SnapshotCreateTime")
    return SnapshotInfo(
        id=found["DBClusterSnapshotIdentifier"],
        arn=found["DBClusterSnapshotArn"],
        cluster=found.get("DBClusterIdentifier"),
        type=found.get("SnapshotType", "manual"),
        status=found.get("Status", "unknown"),
        engine=found.get("Engine", "unknown"),
        engine_version=found.get("EngineVersion", "unknown"),
        encrypted=encryption_of(found) != "none",
        encryption=encryption_of(found),
        created_at=f"{created:%Y-%m-%dT%H:%M:%SZ}" if created else None,
        progress=found.get("PercentProgress"),
        copied_from=found.get("SourceDBClusterSnapshotArn") or None,
    )
