"""Where the data came from, as the templates need it.

What counts only at creation is rendered once and ignored from then on: a changed or removed source must not replace a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.names import LONGEST_ROLE, bounded
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.source import INHERITING, KINDS, LATEST, PROMOTED, S3Import, is_resource_id, parse_arn
from aurora_cli.spec.model.source import Source as SourceSpec


@dataclass(frozen=True)
class Restore:
    """The block `restore_to_point_in_time`; what is None is left out."""

    cluster: str | None = None
    resource_id: str | None = None
    type: str | None = None
    time: str | None = None
    latest: bool | None = None


@dataclass(frozen=True)
class Source:
    """What the templates ask about the source.

    Attributes:
        kind: how the cluster was, or will be, made: a kind of source, `promoted`, or None for an empty cluster.
        inherits: user, databases and encryption flag are the source's, so they are not written.
        managed_password: AWS keeps a secret of the cluster's own; a replica has none.
        snapshot: identifier or ARN to restore.
        restore: the point in time, or the clone; None for none.
        s3: the import; None for none.
        import_role: name of the role that is made for it; None if none is.
        replica_of: ARN of, or reference to, what is replicated.
        cluster: identifier of what is replicated, where its ARN is put together from it.
        region: its Region, where that is another one.
    """

    kind: str | None
    inherits: bool = False
    managed_password: bool = True
    snapshot: str | None = None
    restore: Restore | None = None
    s3: S3Import | None = None
    import_role: str | None = None
    replica_of: Any = None
    cluster: str | None = None
    region: str | None = None


def source_of(spec: ClusterSpec, options: RenderOptions) -> Source:
    """The source part of a resolved spec. What a cluster was born from outweighs what the spec says now."""
    wanted = spec.source.kind if spec.source else None
    kind = wanted if options.created_from is None else options.created_from
    if kind == PROMOTED:
        # As long as the spec still says what it replicated, the users are those of before.
        return Source(kind, inherits=True, managed_password=wanted != "replica_of")
    if kind not in KINDS:
        return Source(None)
    given = spec.source if spec.source and wanted == kind else None
    return Source(
        kind=kind,
        inherits=kind in INHERITING,
        managed_password=kind != "replica_of",
        **(_arguments(spec, given, options) if given else {}),
    )


def _arguments(spec: ClusterSpec, given: SourceSpec, options: RenderOptions) -> dict[str, Any]:
    if given.snapshot is not None:
        return {"snapshot": options.source_arn or given.snapshot}
    if given.s3 is not None:
        own = given.s3.role is None
        name = bounded(f"{spec.base_name}-{spec.region}-s3-import", LONGEST_ROLE) if own else None
        return {"s3": given.s3, "import_role": name}
    if given.replica_of is not None:
        return _replica(spec, options.source_arn or given.replica_of)
    return {"restore": _restore(given)}


def _restore(given: SourceSpec) -> Restore:
    if given.point_in_time is None:
        return Restore(cluster=given.clone, type="copy-on-write", latest=True)
    named, time = given.point_in_time.cluster, given.point_in_time.time
    by_id = is_resource_id(named)
    return Restore(
        cluster=None if by_id else named,
        resource_id=named if by_id else None,
        time=None if time == LATEST else time,
        latest=True if time == LATEST else None,
    )


def _replica(spec: ClusterSpec, named: str) -> dict[str, Any]:
    arn = parse_arn(named)
    if arn is None:
        return {"replica_of": Expression("local.source_arn"), "cluster": named}
    return {"replica_of": named, "region": arn.region if arn.region != spec.region else None}
