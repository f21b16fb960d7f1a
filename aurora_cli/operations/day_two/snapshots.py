"""Manual snapshots of clusters: made, listed, copied and deleted by the RDS API; Terraform does not know them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.restore.restore_sources import Origin, read_cluster, read_snapshot
from aurora_cli.aws.restore.snapshots import SnapshotInfo, await_snapshot, list_snapshots, snapshot_exists
from aurora_cli.errors import ClusterNotFound, Declined, InvalidInput
from aurora_cli.events import Emit, timed, waiting
from aurora_cli.operations.core.final_snapshot import is_final_name
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.specs import act_for

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

_IDENTIFIER = re.compile(r"(?=.{1,255}$)[A-Za-z](-?[A-Za-z0-9])*")


@dataclass(frozen=True)
class SnapshotResult:
    """One snapshot, and what was done to it: created, copied, deleted, or unchanged."""

    snapshot: SnapshotInfo
    outcome: str
    region: str
    target: str

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "region": self.region,
            "target": self.target,
            "outcome": self.outcome,
            "changed": self.outcome != "unchanged",
            "snapshot": row(self.snapshot),
        }


def row(snapshot: SnapshotInfo) -> dict[str, Any]:
    """JSON form of one snapshot."""
    return {**asdict(snapshot), "final": is_final(snapshot)}


def is_final(snapshot: SnapshotInfo) -> bool:
    """Whether a destroy took it: by the name that a destroy gives."""
    return snapshot.cluster is not None and is_final_name(snapshot.id, snapshot.cluster)


def snapshots(app: AppContext, cluster: str | None, *, region: str | None, emit: Emit) -> list[SnapshotInfo]:
    """The cluster snapshots of a Region, or of one cluster, newest first; automated ones too.

    Args:
        cluster: identifier, also of a cluster that is gone; None for all.
        region: None for that of the cluster managed here, else the session's.
    """
    app.begin(emit)
    return list_snapshots(_rds(app, region_for(app, cluster, region)), cluster)


@dataclass(frozen=True)
class WantedSnapshot:
    """What a `snapshot create` would do.

    Attributes:
        cluster, region: of which, and where.
        id: of the snapshot.
        there: the snapshot where it exists already.
    """

    cluster: str
    region: str
    target: str
    id: str
    there: SnapshotInfo | None

    @property
    def changes(self) -> bool:
        """Whether there is something to do or to wait for."""
        return self.there is None or self.there.status != "available"

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.cluster,
            "region": self.region,
            "target": self.target,
            "operation": "snapshot create",
            "changed": False,
            "changes": self.changes,
            "dry_run": True,
            "id": self.id,
            "snapshot": row(self.there) if self.there else None,
        }


def wanted_snapshot(
    app: AppContext, cluster: str, identifier: str | None, *, region: str | None, emit: Emit
) -> WantedSnapshot:
    """What taking a snapshot would come to; changes nothing.

    Args:
        identifier: None for `<cluster>-<UTC time>`.

    Raises:
        ClusterNotFound, InvalidInput (no valid name, or it is that of another cluster's), AwsFailed.
    """
    app.begin(emit)
    home = region_for(app, cluster, region)
    if read_cluster(_rds(app, home), cluster) is None:
        raise ClusterNotFound(f"{home} has no cluster {cluster}.", hint="Check the name and the Region.")
    name = identifier or f"{cluster}-{app.clock.now():%Y%m%d%H%M%S}"
    if not _IDENTIFIER.fullmatch(name):
        raise InvalidInput(
            f'"{name}" is not a valid snapshot identifier.',
            hint="It has at most 255 letters, digits and single hyphens, begins with a letter, and ends with no hyphen.",
        )
    return WantedSnapshot(cluster, home, app.target, name, _existing(_rds(app, home), name, cluster))


def create_snapshot(
    app: AppContext,
    cluster: str,
    identifier: str | None,
    *,
    region: str | None,
    emit: Emit,
    tags: Mapping[str, str] | None = None,
) -> SnapshotResult:
    """Take a snapshot and wait until it is available. An existing one of that name and cluster is waited for, not doubled.

    Args:
        identifier: None for `<cluster>-<UTC time>`.
        tags: of a new one.

    Raises:
        What `wanted_snapshot` raises, and WaitTimeout.
    """
    wanted = wanted_snapshot(app, cluster, identifier, region=region, emit=emit)
    if wanted.there is not None and not wanted.changes:
        return SnapshotResult(wanted.there, "unchanged", wanted.region, app.target)
    outcome, rds, name = "unchanged" if wanted.there else "created", _rds(app, wanted.region), wanted.id
    if outcome == "created":
        more: dict[str, Any] = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
        with aws_errors(f"taking the snapshot {name}"):
            rds.create_db_cluster_snapshot(DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=name, **more)
    done = _wait(app, rds, name, emit, f"Taking the snapshot {name}")
    return SnapshotResult(done, outcome, wanted.region, app.target)


def copy_snapshot(
    app: AppContext,
    source: str,
    target: str | None,
    *,
    from_region: str | None,
    to_region: str | None,
    kms_key: str | None,
    emit: Emit,
) -> SnapshotResult:
    """Copy a snapshot, within a Region or into another one, and wait until it is available.

    Args:
        source: identifier or ARN.
        target: name of the copy; None for the same, which needs another Region.
        from_region, to_region: None for the ARN's, else the session's.
        kms_key: key of the target Region that encrypts the copy; an encrypted snapshot from another Region needs one.

    Raises:
        ClusterNotFound: no such snapshot. InvalidInput: a key is missing, or the name is taken. AwsFailed, WaitTimeout.
    """
    from aurora_cli.spec.model.source import parse_arn, without_mark

    app.begin(emit)
    arn = parse_arn(source)
    here = from_region or (arn.region if arn else region_for(app, None, None))
    there = to_region or region_for(app, None, None, otherwise=here)
    found = read_snapshot(_rds(app, here), source)
    if found is None or found.kind != "cluster-snapshot":
        raise ClusterNotFound(
            f"{here} has no cluster snapshot {source}.", hint=f"aurora-cli --region {here} snapshot list"
        )
    name = target or without_mark(found.name)
    _refuse_copy(found, name, here, there, kms_key)
    rds = _rds(app, there)
    outcome = "unchanged" if _existing(rds, name, found.cluster) else "copied"
    if outcome == "copied":
        more: dict[str, Any] = {"SourceRegion": here} if here != there else {}
        more |= {"KmsKeyId": kms_key} if kms_key else {}
        with aws_errors(f"copying the snapshot {found.name}"):
            rds.copy_db_cluster_snapshot(
                SourceDBClusterSnapshotIdentifier=found.arn if here != there else found.name,
                TargetDBClusterSnapshotIdentifier=name,
                CopyTags=True,
                **more,
            )
    done = _wait(app, rds, name, emit, f"Copying {found.name} to {name} in {there}")
    return SnapshotResult(done, outcome, there, app.target)


def _refuse_copy(source: Origin, name: str, here: str, there: str, kms_key: str | None) -> None:
    if here == there and source.name == name:
        raise InvalidInput(
            f"{here} already has the snapshot {name}: a copy there needs another name.",
            hint="Specify a name, or --to-region.",
        )
    if source.by_kms_key and not kms_key and (here != there or source.shared_by):
        whose = f"the account {source.shared_by}, so AWS does not copy it without another key"
        raise InvalidInput(
            f"{source.name} is encrypted with a key of "
            f"{whose if source.shared_by else f'{here}, which does not work in {there}'}.",
            hint="Specify a key of the target Region: --kms-key alias/aws/rds, or a customer managed key.",
        )


def delete_snapshot(
    app: AppContext, identifier: str, *, region: str | None, confirm: Callable[[SnapshotInfo], bool], emit: Emit
) -> SnapshotResult:
    """Delete a manual snapshot permanently.

    Args:
        confirm: shows it and has its identifier typed; False declines.

    Raises:
        ClusterNotFound, InvalidInput (an automated snapshot), Declined, AwsFailed.
    """
    app.begin(emit)
    home = region_for(app, None, region)
    rds = _rds(app, home)
    found = next((s for s in list_snapshots(rds, None, identifier) if s.id == identifier), None)
    if found is None:
        raise ClusterNotFound(f"{home} has no cluster snapshot {identifier}.", hint="See `aurora-cli snapshot list`.")
    if found.type != "manual":
        raise InvalidInput(
            f"{identifier} is an automated snapshot: AWS deletes it after the backup retention, or with its cluster.",
            hint="A shorter `backup.retention` deletes it earlier.",
        )
    if not confirm(found):
        raise Declined("Nothing was deleted: the identifier was not confirmed.")
    with aws_errors(f"deleting the snapshot {identifier}"):
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=identifier)
    return SnapshotResult(found, "deleted", home, app.target)


def region_for(app: AppContext, cluster: str | None, region: str | None, *, otherwise: str | None = None) -> str:
    """The Region: as given, that of the cluster managed here, the session's, or `otherwise`. Raises InvalidInput."""
    from aurora_cli.stacks.names import is_name

    stack = app.registry.find(cluster) if cluster and is_name(cluster) else None
    if stack is not None:
        act_for(app, stack)
    fallback = app.fallback_region()
    chosen = region or (stack.record.region if stack else None) or app.region or otherwise
    chosen = chosen or (fallback[0] if fallback else None)
    if chosen is None:
        raise InvalidInput("No Region is set.", hint="Specify it with --region, e.g. eu-west-1.")
    return chosen


def _rds(app: AppContext, region: str) -> Any:
    return app.aws(region).client("rds")


def _existing(rds: Any, name: str, cluster: str | None) -> SnapshotInfo | None:
    """This very snapshot, e.g. one that an interrupted run has begun. Raises InvalidInput for one of another cluster."""
    if not snapshot_exists(rds, name):
        return None
    (there,) = list_snapshots(rds, None, name)
    if there.cluster != cluster:
        raise InvalidInput(f"A snapshot {name} of {there.cluster} already exists.", hint="Specify another name.")
    return there


def _wait(app: AppContext, rds: Any, name: str, emit: Emit, title: str) -> SnapshotInfo:
    with timed(emit, "snapshot", title):
        return await_snapshot(rds, name, clock=app.clock, waiting=waiting(emit))
