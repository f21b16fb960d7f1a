"""Say before the plan if a cluster cannot come from what its spec's `source` names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.restore.restore_sources import Origin, upgrade_targets
from aurora_cli.errors import AwsFailed, ClusterNotFound, CredentialsError, SourceUnfit
from aurora_cli.operations.source.lookup import clones_of, find_origin, region_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.model.source import S3Import, Source

MOST_CLONES = 15
"""Copy-on-write clones of one source; AWS makes a full copy of the next one (Aurora User Guide, cloning)."""
_FITTING = {
    "aurora-postgresql": ("aurora-postgresql", "postgres"),
    "aurora-mysql": ("aurora-mysql", "mysql"),
}
_NEEDS_ARN = ("snapshot", "db")


def check_origin(app: AppContext, spec: ClusterSpec) -> str | None:
    """Look at the source of a cluster that is about to be made.

    Returns:
        The ARN to render, where the identifier of the spec does not do: a DB snapshot, and whatever is replicated. Else None.

    Raises:
        ClusterNotFound: AWS has no such source. SourceUnfit: the cluster cannot come from it. CredentialsError, AwsFailed.
    """
    source = spec.source
    if source is None or source.kind is None:
        return None
    if source.s3 is not None:
        _check_files(app, spec, source.s3)
        return None
    found = find_origin(app, source, spec.region)
    _fit(app, spec, source, found)
    return found.arn if source.replica_of is not None or found.kind in _NEEDS_ARN else None


Check = Callable[[Any, "ClusterSpec", "Source", Origin], None]


def _fit(app: AppContext, spec: ClusterSpec, source: Source, found: Origin) -> None:
    rds = app.aws(region_of(app, str(source.name), spec.region)).client("rds")
    for check in _checks(str(source.kind)):
        check(rds, spec, source, found)


def _checks(kind: str) -> Iterator[Check]:
    yield _engine
    yield _status
    yield {"snapshot": _version_of_snapshot, "replica_of": _version_of_replica}.get(kind, _same_version)
    yield _encryption
    if kind == "point_in_time":
        yield _time
    if kind == "clone":
        yield _clone


def _engine(rds: Any, spec: ClusterSpec, source: Source, found: Origin) -> None:
    if found.engine not in _FITTING[spec.engine]:
        raise SourceUnfit(
            f"{found.name} is {found.engine} {found.version}, but {spec.name} would be {spec.engine}.",
            hint="Write the engine of the source; data moves to another engine only by an export.",
        )


def _status(rds: Any, spec: ClusterSpec, source: Source, found: Origin) -> None:
    if found.kind != "backup" and found.status in ("creating", "copying", "deleting", "failed"):
        raise SourceUnfit(
            f"{found.name} is {found.status}, so it cannot be used as a source now.", hint="Wait until it is available."
        )


def _same_version(rds: Any, spec: ClusterSpec, source: Source, found: Origin) -> None:
    if not _is(spec, found.version):
        raise SourceUnfit(
            f"{found.name} runs {found.version}, and {spec.name} would run {spec.engine_version}: a copy keeps the version "
            "of its source.",
            hint=f'Write `engine_version: "{found.version}"`, and upgrade the copy afterwards.',
        )


def _version_of_snapshot(rds: Any, spec: ClusterSpec, source: Source, found: Origin) -> None:
    if found.kind == "snapshot":
        _version_of_replica(rds, spec, source, found)
        return
    if _is(spec, found.version):
        return
    targets = upgrade_targets(rds, found.engine, found.version)
    if not any(_is(spec, target) for target in targets):
        more = f", or one of {', '.join(targets[-5:])}" if targets else ""
        raise SourceUnfit(
            f"The snapshot {found.name} has version {found.version}, which AWS does not restore as {spec.engine_version}.",
            hint=f'Write `engine_version: "{found.version}"`{more}.',
        )


def _version_of_replica(rds: Any, spec: ClusterSpec, source: Source, found: Origin) -> None:
    """The same major version, and for the same engine (or PostgreSQL, whose minor versions are the same) not an older one."""
    from aurora_cli.spec.facts.versions import is_exact, major_version, sort_key

    wanted = str(spec.engine_version)
    major = major_version(spec.engine, found.version)
    comparable = found.engine in (spec.engine, "postgres") and is_exact(spec.engine, wanted)
    if major_version(spec.engine, wanted) != major or (comparable and sort_key(wanted) < sort_key(found.version)):
        raise SourceUnfit(
            f"{found.name} is {found.engine} {found.version}, which cannot be migrated to {spec.engine} {wanted}.",
            hint=f'Write `engine_version: "{major}"`, or a full version of it that is not older.',
        )


def _is(spec: ClusterSpec, version: str) -> bool:
    """Whether the version that Terraform is given means that full version."""
    from aurora_cli.spec.facts.versions import rendered_version

    wanted = rendered_version(spec)
    return version == wanted or version.startswith(f"{wanted}.")


def _encryption(rds: Any, spec: ClusterSpec, source: Source, found: Origin) -> None:
    replica, wanted = source.replica_of is not None, spec.encryption
    if replica and found.by_kms_key and not wanted.enabled:
        raise SourceUnfit(
            f"{found.name} is encrypted with a KMS key, so its replica must be, too.",
            hint="Write `encryption.enabled: true`.",
        )
    if found.shared_by and found.by_kms_key and wanted.kms_key is None:
        raise SourceUnfit(
            f"{found.name} is encrypted with a key of the account {found.shared_by}, and {spec.name} would depend on that key.",
            hint="Specify a key of this account: `encryption.kms_key: alias/aws/rds`, or a customer managed key.",
        )
    elsewhere = replica and f":{spec.region}:" not in found.arn
    if elsewhere and wanted.enabled and wanted.kms_key is None:
        raise SourceUnfit(
            f"{found.name} is in another Region, whose keys do not work in {spec.region}.",
            hint="Specify a key of this Region: `encryption.kms_key: alias/aws/rds`, or a customer managed key.",
        )
    if not replica and not found.by_kms_key and wanted.enabled and wanted.kms_key is None:
        how = "encrypted with an AWS owned key" if found.encryption == "sse-rds" else "not encrypted"
        raise SourceUnfit(
            f"{found.name} is {how}, so {spec.name} would not have a KMS key.",
            hint="Name one: `encryption.kms_key: alias/aws/rds`. To go without: `encryption.enabled: false`.",
        )


def _time(rds: Any, spec: ClusterSpec, source: Source, found: Origin) -> None:
    from aurora_cli.spec.model.source import parse_time

    time = parse_time(source.point_in_time.time) if source.point_in_time else None
    if time is None or found.earliest is None or found.latest is None:
        return
    if not found.earliest.replace(microsecond=0) <= time <= found.latest:
        window = f"{found.earliest:%Y-%m-%dT%H:%M:%SZ} to {found.latest:%Y-%m-%dT%H:%M:%SZ}"
        raise SourceUnfit(
            f"{found.name} can be restored to {window}, and {time:%Y-%m-%dT%H:%M:%SZ} is outside.",
            hint="Choose a time inside, or `latest`; for an older state restore a snapshot.",
        )


def _clone(rds: Any, spec: ClusterSpec, source: Source, found: Origin) -> None:
    if not found.instances:
        raise SourceUnfit(
            f"{found.name} has no instance, and a clone needs one at its source.",
            hint="Add an instance to it, or use `point_in_time` with `latest`.",
        )
    if spec.backup.backtrack and not found.backtrack:
        raise SourceUnfit(
            f"{found.name} does not have backtrack, so its clone cannot have it.", hint="Leave `backup.backtrack` out."
        )
    clones = clones_of(rds, found)
    if len(clones) >= MOST_CLONES:
        raise SourceUnfit(
            f"{found.name} has {len(clones)} clones already, and AWS allows {MOST_CLONES} copy-on-write clones: "
            f"{', '.join(clones)}.",
            hint="Destroy one, or create a full copy with `point_in_time` and `latest`, which takes longer and uses "
            "its own storage.",
        )


def _check_files(app: AppContext, spec: ClusterSpec, given: S3Import) -> None:
    """Whether something is there. Who may make a cluster need not be allowed to look into the bucket: then RDS will see."""
    where = f"{given.bucket}/{given.prefix or ''}"
    try:
        with aws_errors(f"looking into the bucket {given.bucket}"):
            answer = (
                app.aws(spec.region)
                .client("s3")
                .list_objects_v2(Bucket=given.bucket, Prefix=given.prefix or "", MaxKeys=1)
            )
    except CredentialsError:
        return
    except AwsFailed as error:
        if error.details.get("aws_code") != "NoSuchBucket":
            raise
        raise ClusterNotFound(f"The bucket {given.bucket} does not exist.", hint="Check `source.s3.bucket`.") from error
    if not answer.get("KeyCount"):
        raise SourceUnfit(f"No file exists at {where}.", hint="Check `source.s3.prefix`: keys begin with it, exactly.")
