"""Find what the `source` of a spec names, in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aurora_cli.aws.restore.restore_sources import (
    Origin,
    all_clusters,
    read_backup,
    read_cluster,
    read_instance,
    read_snapshot,
)
from aurora_cli.errors import ClusterNotFound, SourceUnfit
from aurora_cli.stacks.names import is_name

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.source import Source


def find_origin(app: AppContext, source: Source, region: str) -> Origin:
    """What the source names, as AWS has it.

    Args:
        source: any legal source but S3.
        region: of the new cluster.

    Raises:
        ClusterNotFound: there is none. SourceUnfit: it is in another Region, and this kind of source cannot be.
    """
    name, kind = str(source.name), str(source.kind)
    home = region_of(app, name, region) if kind != "snapshot" else region
    if home != region and kind != "replica_of":
        raise SourceUnfit(
            f"{name} is in {home}, and the new cluster would be in {region}: a {kind.replace('_', ' ')} stays in its Region.",
            hint=f"Create it in {home}, or take a snapshot, copy it with "
            f"`aurora-cli snapshot copy SNAPSHOT --to-region {region}`, and restore that.",
        )
    found = _read(app.aws(home).client("rds"), kind, name)
    if found is None:
        what = {"snapshot": "snapshot", "replica_of": "cluster or RDS instance"}.get(kind, "cluster")
        raise ClusterNotFound(f"{home} has no {what} {name} to use as source.", hint=_where_else(app, kind, home))
    return found


def region_of(app: AppContext, name: str, region: str) -> str:
    """The Region of a source: of its ARN, of the cluster of that name that is managed here, else the given one."""
    from aurora_cli.spec.model.source import parse_arn

    arn = parse_arn(name)
    if arn is not None:
        return arn.region
    stack = app.registry.find(name) if is_name(name) else None
    return stack.record.region if stack else region


def clones_of(rds: Any, origin: Origin) -> list[str]:
    """Identifiers of the clusters that share pages with this one."""
    if origin.clone_group is None:
        return []
    return [c.name for c in all_clusters(rds) if c.clone_group == origin.clone_group and c.name != origin.name]


def _read(rds: Any, kind: str, name: str) -> Origin | None:
    from aurora_cli.spec.model.source import is_resource_id

    if kind == "snapshot":
        return read_snapshot(rds, name)
    if is_resource_id(name):
        return read_backup(rds, name)
    found = None if ":db:" in name else read_cluster(rds, name)
    if found is None and kind == "replica_of":
        return read_instance(rds, name)
    return found


def _where_else(app: AppContext, kind: str, region: str) -> str:
    if kind == "snapshot":
        return f"List snapshots: aurora-cli --region {region} snapshot list"
    names = [stack.name for stack in app.registry.list()]
    known = f" Managed here: {', '.join(names)}." if names else ""
    return f"Check the name and the Region; specify a source elsewhere by its ARN.{known}"
