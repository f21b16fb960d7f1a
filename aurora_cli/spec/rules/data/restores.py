"""Where the data comes from: what a cluster that is restored, cloned or imported may say, and what its source says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone

from aurora_cli.spec.facts.versions import major_version, well_formed
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.source import KINDS, LATEST, is_resource_id, parse_arn, parse_time, without_mark
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import listing, shown

_IDENTIFIER = re.compile(r"(?=.{1,255}$)[a-z](?:[a-z0-9]|-(?!-|$))*", re.ASCII)
_BUCKET = re.compile(r"(?=.{3,63}$)[a-z0-9](?:[a-z0-9-]|\.(?!\.))*[a-z0-9]", re.ASCII)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", re.ASCII)
_MYSQL = re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,3}", re.ASCII)
_PATHS = {"point_in_time": "source.point_in_time.cluster"}
_ARN_KINDS = {
    "snapshot": ("cluster-snapshot", "snapshot"),
    "point_in_time": ("cluster",),
    "clone": ("cluster",),
    "replica_of": ("cluster", "db"),
}


def path_of(kind: str) -> str:
    """The dotted path at which a source of that kind names what it comes from."""
    return _PATHS.get(kind, f"source.{kind}")


@rule(
    "source-one",
    hard=True,
    text="A source is exactly one of snapshot, point_in_time, clone, s3 and replica_of.",
    source="provider: snapshot_identifier, restore_to_point_in_time and s3_import are mutually exclusive",
    fields="source",
    skippable=False,
)
def source_one(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.source is None or spec.source.kind is not None:
        return
    given = spec.source.given
    if given:
        words = " and ".join(f"`{kind}`" for kind in given)
        yield Finding("source", f"only one source is allowed, but {words} are given", "keep one of them")
    else:
        yield Finding("source", "no source is given", f"specify {listing(KINDS)}, or leave it out")


@rule(
    "source-name",
    hard=True,
    text="A source is specified by identifier or by an ARN of its kind; a point in time also by a cluster's resource ID.",
    source="RDS API RestoreDBClusterFromSnapshot, RestoreDBClusterToPointInTime, CreateDBCluster",
    fields="source",
    skippable=False,
)
def source_name(spec: ClusterSpec) -> Iterator[Finding]:
    kind, name = (spec.source.kind, spec.source.name) if spec.source else (None, None)
    if kind is None or name is None or (kind == "point_in_time" and is_resource_id(name)):
        return
    plain = without_mark(name) if kind == "snapshot" else name
    arn = parse_arn(name)
    if arn is None and not _IDENTIFIER.fullmatch(plain):
        yield Finding(path_of(kind), f'"{shown(name)}" is not a valid identifier or RDS ARN', "for example `orders`")
    elif arn is not None and arn.kind not in _ARN_KINDS[kind]:
        message = f"this is the ARN of a {arn.kind}, but {kind} needs one of a {listing(_ARN_KINDS[kind])}"
        yield Finding(path_of(kind), message, "specify the ARN, or the identifier, of such a resource")


@rule(
    "source-itself",
    hard=True,
    text="A cluster is not its own source.",
    source="RDS API DBClusterAlreadyExistsFault",
    fields="name region source",
)
def source_itself(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.source is None or spec.source.kind in (None, "snapshot") or spec.source.name is None:
        return
    arn = parse_arn(spec.source.name)
    same = arn.name == spec.name and (arn.kind, arn.region) == ("cluster", spec.region) if arn else False
    if same or spec.source.name == spec.name:
        message = f"{spec.name} is the source, so the new cluster needs another name"
        yield Finding("name", message, f"for example `{spec.name}-copy`")


@rule(
    "source-region",
    hard=True,
    text="A snapshot, a point in time and a clone are of the cluster's own Region.",
    source="RDS API: restores and clones stay in their Region",
    fields="region source",
)
def source_region(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.source is None or spec.source.kind not in ("snapshot", "point_in_time", "clone"):
        return
    arn = parse_arn(spec.source.name or "")
    if arn is None or arn.region == spec.region:
        return
    hints = {"snapshot": f"copy it first: aurora-cli snapshot copy {arn.name} --from-region {arn.region}"}
    hint = hints.get(spec.source.kind, f"use {arn.region}, or copy a snapshot to {spec.region} and restore that")
    yield Finding(path_of(spec.source.kind), f"it is in {arn.region}, but the cluster is in {spec.region}", hint)


@rule(
    "source-time",
    hard=True,
    text="The restore time is `latest`, or RFC 3339 in UTC: 2026-03-01T08:30:00Z.",
    source="RDS API RestoreDBClusterToPointInTime.RestoreToTime",
    fields="source",
    skippable=False,
)
def source_time(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.source.point_in_time if spec.source else None
    if given is not None and given.time != LATEST and parse_time(given.time) is None:
        message = f'"{shown(given.time)}" is not a valid time in UTC'
        yield Finding("source.point_in_time.time", message, "write `latest`, or a time such as `2026-03-01T08:30:00Z`")


@rule(
    "source-time-past",
    hard=True,
    text="The restore time is in the past.",
    source="RDS API RestoreDBClusterToPointInTime.RestoreToTime",
    fields="source",
)
def source_time_past(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.source.point_in_time if spec.source else None
    time = parse_time(given.time) if given else None
    if given is not None and time is not None and time > datetime.now(timezone.utc):
        yield Finding("source.point_in_time.time", f"{given.time} is not in the past", "write `latest` for the newest")


@rule(
    "source-inherited",
    hard=True,
    text="The master user and the databases of a restore, a clone or a replica are those of the source.",
    source="provider and CloudFormation: no master_username with a snapshot or a clone",
    fields="source username database",
    skippable=False,
)
def source_inherited(spec: ClusterSpec) -> Iterator[Finding]:
    if not spec.inherits:
        return
    for path, what in (("username", "the master user"), ("database", "what databases there are")):
        if getattr(spec, path) is not None:
            yield Finding(path, f"{what} is taken from the source", f"leave `{path}` out")


@rule(
    "clone-backtrack",
    hard=False,
    text="A clone has backtrack only if its source has.",
    source="Aurora User Guide, backtrack limitations",
    fields="source backup.backtrack",
)
def clone_backtrack(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.source and spec.source.kind == "clone" and spec.backup.backtrack:
        message = "AWS refuses backtrack for the clone of a cluster without backtrack"
        yield Finding("backup.backtrack", message, "leave it out, unless the source has it")


@rule(
    "s3-engine",
    hard=True,
    text="Only Aurora MySQL can be restored from a backup in S3.",
    source="RDS API RestoreDBClusterFromS3",
    fields="engine source",
)
def s3_engine(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.source and spec.source.s3 and spec.engine != "aurora-mysql":
        message = f"{spec.engine} cannot be restored from files in S3"
        yield Finding("source.s3", message, "write `engine: mysql`; PostgreSQL imports single tables with `aws_s3`")


@rule(
    "s3-names",
    hard=True,
    text="An S3 source has a bucket's name, a MySQL version in full, and an IAM role's ARN if any.",
    source="RDS API RestoreDBClusterFromS3; S3 bucket naming rules",
    fields="source",
)
def s3_names(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.source.s3 if spec.source else None
    if given is None:
        return
    if not _BUCKET.fullmatch(given.bucket):
        yield Finding(
            "source.s3.bucket", f'"{shown(given.bucket)}" is not a valid bucket name', "for example `orders-backups`"
        )
    if not _MYSQL.fullmatch(given.source_engine_version):
        message = f'"{shown(given.source_engine_version)}" is not a full MySQL version'
        yield Finding("source.s3.source_engine_version", message, "for example `8.0.36`")
    if given.role is not None and not _ROLE.fullmatch(given.role):
        message = f'"{shown(given.role)}" is not a valid role ARN'
        yield Finding("source.s3.role", message, "leave it out, and the stack creates one that may read only this")


@rule(
    "s3-version",
    hard=True,
    text="A backup in S3 is restored to Aurora MySQL of the same major version.",
    source="Aurora User Guide, migrating from MySQL by Percona XtraBackup",
    fields="engine engine_version source",
)
def s3_version(spec: ClusterSpec) -> Iterator[Finding]:
    given, version = spec.source.s3 if spec.source else None, spec.engine_version
    if given is None or version is None or spec.engine != "aurora-mysql" or not well_formed(spec.engine, version):
        return
    old, new = ".".join(given.source_engine_version.split(".")[:2]), major_version(spec.engine, version)
    if _MYSQL.fullmatch(given.source_engine_version) and old != new:
        message = f"the backup is of MySQL {old}, but the cluster is of {new}"
        yield Finding("source.s3.source_engine_version", message, f"write `engine_version: {old}`, and upgrade later")
