"""A global database: its Regions, and what its members cannot have."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from aurora_cli.spec.derived.cidr import parse
from aurora_cli.spec.derived.regions import default_block, global_identifier, regions_of, secondary_spec
from aurora_cli.spec.facts.partitions import REGIONS, is_region, partition_of
from aurora_cli.spec.facts.versions import below_floor
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.keys import STACK_KEY
from aurora_cli.spec.rules.instances.instances import SERVERLESS, classes_of
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import did_you_mean, shown

_GUIDE = "Aurora User Guide, Aurora Global Database: requirements and limitations"
_IDENTIFIER = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|-(?!-|$)){0,62}", re.ASCII)
_MOST_REGIONS, _MOST_READERS, _LONGEST = 10, 15, 63
_EVERYWHERE = ("alias/", "mrk-")
_ADVISED_ACU = 8


@rule(
    "global-identifier",
    hard=True,
    text="A global cluster identifier is 1 to 63 letters, digits and single hyphens, starting with a letter, last no hyphen.",
    source="CloudFormation AWS::RDS::GlobalCluster; RDS API CreateGlobalCluster",
    fields="global.identifier name",
    skippable=False,
)
def global_name(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.global_ is not None and not _IDENTIFIER.fullmatch(global_identifier(spec)):
        message = (
            f'"{shown(global_identifier(spec))}" is not a valid global cluster identifier: 1 to 63 letters, '
            "digits and single hyphens"
        )
        yield Finding("global.identifier", message, "for example `shop-global`")


@rule(
    "global-region",
    hard=True,
    text="A secondary Region is a Region, another one than the cluster's, in the same partition; each has one cluster.",
    source=_GUIDE,
    fields="region global",
    skippable=False,
)
def global_region(spec: ClusterSpec) -> Iterator[Finding]:
    for name in regions_of(spec):
        path = f"global.regions.{name}"
        if not is_region(name):
            hint = did_you_mean(name, REGIONS, "for example `eu-central-1`")
            yield Finding(path, f"{shown(name)} is not a Region", hint)
        elif name == spec.region:
            yield Finding(path, f"{name} is the cluster's own Region, which is the primary", "use another Region")
        elif partition_of(name) != partition_of(spec.region):
            message = f"{name} and {spec.region} are in different AWS partitions: nothing is copied between them"
            yield Finding(path, message, f"use a Region in the partition of {spec.region}")


@rule(
    "global-region-count",
    hard=True,
    text="A global database has up to 10 secondary Regions.",
    source=_GUIDE,
    fields="global",
)
def global_region_count(spec: ClusterSpec) -> Iterator[Finding]:
    count = len(regions_of(spec))
    if count > _MOST_REGIONS:
        message = f"a global database has up to {_MOST_REGIONS} secondary Regions, not {count}"
        yield Finding("global.regions", message, "leave some out")


@rule(
    "global-name",
    hard=True,
    text="`<name>-<region>-<key>`, the instances' names in a secondary Region, fits in 63 characters.",
    source="RDS API CreateDBInstance",
    fields="name global",
    skippable=False,
)
def global_member_name(spec: ClusterSpec) -> Iterator[Finding]:
    for region, given in regions_of(spec).items():
        room = _LONGEST - 1 - len(str(given.instances.readers + 1)) - 1 - len(region)
        if len(spec.name) > room and len(spec.name) <= _LONGEST:
            message = f"instances there are named `<name>-{region}-1` and may have {_LONGEST} characters"
            yield Finding(f"global.regions.{region}", message, f"use a `name` of up to {room} characters")


@rule(
    "global-class",
    hard=True,
    text="Instances of a global database are memory-optimized or serverless: AWS refuses T classes.",
    source=f"{_GUIDE}; provider issue 27736",
    fields="global instances",
)
def global_class(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.global_ is None:
        return
    found = list(classes_of(spec))
    for region, given in regions_of(spec).items():
        own = spec.model_copy(update={"instances": given.instances})
        found += [] if given.headless else [(f"global.regions.{region}.{path}", name) for path, name in classes_of(own)]
    for path, name in found:
        if name.startswith("db.t"):
            yield Finding(
                path, f"a global database does not support {name}", "for example `db.r7g.large`, or `acu: 8-64`"
            )


@rule(
    "global-readers",
    hard=True,
    text="The primary has up to 15 readers, minus the number of secondary Regions.",
    source=_GUIDE,
    fields="global instances.readers",
)
def global_readers(spec: ClusterSpec) -> Iterator[Finding]:
    most = _MOST_READERS - len(regions_of(spec))
    if spec.global_ is not None and spec.instances.readers > most:
        message = f"with {len(regions_of(spec))} secondary Regions the primary has up to {most} readers"
        yield Finding("instances.readers", message, f"write `{most}` or fewer")


@rule(
    "global-backtrack",
    hard=True,
    text="A global database does not support backtrack.",
    source=_GUIDE,
    fields="global backup.backtrack",
)
def global_backtrack(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.global_ is not None and spec.backup.backtrack:
        yield Finding(
            "backup.backtrack",
            "a global database does not support backtrack",
            "leave it out: point-in-time restores reach any second",
        )


@rule(
    "global-rotation",
    hard=True,
    text="AWS does not manage the master password of a global database, so it does not rotate it.",
    source="Aurora User Guide, password management with Secrets Manager: limitations",
    fields="global credentials.rotation",
)
def global_rotation(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.global_ is not None and spec.credentials.rotation is not None:
        message = "AWS does not manage the master password of a global database, so it does not rotate it"
        yield Finding("credentials.rotation", message, "leave it out")


@rule(
    "global-source",
    hard=True,
    text="A cluster that is created from a snapshot, a point in time, a clone, S3 or a replica becomes global afterwards.",
    source="provider: aws_rds_cluster.snapshot_identifier conflicts with global_cluster_identifier",
    fields="global source",
    skippable=False,
)
def global_source(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.global_ is not None and spec.source is not None:
        message = "a cluster cannot be created from a source and within a global database at once"
        yield Finding("source", message, "create it without `global`; then replace `source` by `global`, and apply")


@rule(
    "global-own-key",
    hard=True,
    text="The stack's KMS key belongs to the primary Region.",
    source="AWS KMS Developer Guide: keys belong to a Region",
    fields="global",
)
def global_own_key(spec: ClusterSpec) -> Iterator[Finding]:
    for region, given in regions_of(spec).items():
        if given.encryption.kms_key == STACK_KEY:
            message = f"the stack creates its KMS key only in {spec.region}"
            path = f"global.regions.{region}.encryption.kms_key"
            yield Finding(path, message, "specify a key of that Region, for example `alias/NAME`")


@rule(
    "global-directory",
    hard=False,
    text="A directory belongs to one Region: Kerberos is the primary's.",
    source="AWS Directory Service Administration Guide; RDS API CreateDBCluster.Domain",
    fields="global credentials.domain",
)
def global_directory(spec: ClusterSpec) -> Iterator[Finding]:
    if regions_of(spec) and spec.credentials.domain is not None:
        message = "only the primary Region's cluster joins the directory"
        yield Finding("credentials.domain", message, "use IAM authentication in the other Regions")


@rule(
    "global-minor-upgrades",
    hard=True,
    text="AWS does not upgrade the minor version of a global database automatically.",
    source=_GUIDE,
    fields="global maintenance.auto_minor_upgrades",
)
def global_minor_upgrades(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.global_ is not None and spec.maintenance.auto_minor_upgrades:
        message = "it has no effect in a global database, whose members must all have the same version"
        yield Finding("maintenance.auto_minor_upgrades", message, "write `false`, and set `engine_version`")


@rule(
    "global-headless",
    hard=True,
    text="A headless Region has no instances, so it serves no reads and no writes.",
    source="Aurora User Guide, headless Aurora DB cluster in a secondary Region",
    fields="global",
)
def global_headless(spec: ClusterSpec) -> Iterator[Finding]:
    for region, given in regions_of(spec).items():
        path, own = f"global.regions.{region}", given.instances
        if given.headless and given.write_forwarding:
            yield Finding(f"{path}.write_forwarding", "without an instance, it cannot forward writes", "leave one out")
        if given.headless and (own.readers or own.overrides or own.acu or own.class_):
            yield Finding(
                f"{path}.instances", "a headless Region has no instances", "leave `instances` or `headless` out"
            )


@rule(
    "global-encryption",
    hard=True,
    text="All members of a global database are encrypted with a KMS key, or none is.",
    source="RDS API CreateGlobalCluster.StorageEncrypted",
    fields="global encryption.enabled",
)
def global_encryption(spec: ClusterSpec) -> Iterator[Finding]:
    for region, given in regions_of(spec).items():
        if given.encryption.kms_key and not spec.encryption.enabled:
            path = f"global.regions.{region}.encryption.kms_key"
            yield Finding(
                path, "no KMS key encrypts the cluster, so none encrypts its copies", "set `encryption.enabled: true`"
            )


@rule(
    "global-keys",
    hard=True,
    text="Keys that every Region uses (logs, insights, notifications) are named by an alias that each Region has, or by the id "
    "of a multi-Region key.",
    source="AWS KMS Developer Guide: keys belong to a Region; multi-Region keys have the same id in each",
    fields="global logs.kms_key monitoring",
)
def global_keys(spec: ClusterSpec) -> Iterator[Finding]:
    if not regions_of(spec):
        return
    insights, notifications = spec.monitoring.insights, spec.monitoring.notifications
    keys = {
        "logs.kms_key": spec.logs.kms_key,
        "monitoring.insights.kms_key": insights.kms_key if insights else None,
        "monitoring.notifications.kms_key": notifications.kms_key,
    }
    for path, key in keys.items():
        if key is not None and not key.startswith(_EVERYWHERE):
            message = f"{shown(key)} is a key of one Region, and every Region needs its own"
            hint = (
                "write `alias/NAME`, and create a key with that alias in each Region; or the id of a "
                "multi-Region key, `mrk-...`"
            )
            yield Finding(path, message, hint)


@rule(
    "global-topic",
    hard=False,
    text="An existing topic belongs to the primary Region; the other Regions get new topics.",
    source="CloudWatch API PutMetricAlarm: actions are in the alarm's Region",
    fields="global monitoring",
)
def global_topic(spec: ClusterSpec) -> Iterator[Finding]:
    if regions_of(spec) and spec.monitoring.notifications.topic:
        message = "alarms and events of the other Regions go to topics that the stack creates there"
        yield Finding("monitoring.notifications.topic", message, "set `emails`, which subscribe to all of them")


@rule(
    "global-network",
    hard=False,
    text="The VPCs of a global database do not overlap: overlapping ones cannot be connected.",
    source="Amazon VPC Peering Guide",
    fields="global network.cidr",
)
def global_network(spec: ClusterSpec) -> Iterator[Finding]:
    seen: list[tuple[str, ipaddress.IPv4Network]] = []
    networks = {spec.region: spec.network, **{name: one.network for name, one in regions_of(spec).items()}}
    for region, network in networks.items():
        block = parse(network.cidr) if network.cidr and network.own_vpc else None
        if not isinstance(block, ipaddress.IPv4Network):
            continue
        other = next((name for name, there in seen if block.overlaps(there)), None)
        if other:
            message = f"{block} overlaps with the VPC in {other}, so the two cannot be connected"
            free = default_block(region) or "10.200.0.0/16"
            yield Finding(f"global.regions.{region}.network.cidr", message, f"for example `{free}`")
        seen.append((region, block))


@rule(
    "global-network-missing",
    hard=True,
    text="A Region that this version does not know needs a CIDR block for its VPC.",
    source="spec/derived/regions.py",
    fields="global",
    skippable=False,
)
def global_network_missing(spec: ClusterSpec) -> Iterator[Finding]:
    for region, given in regions_of(spec).items():
        if given.network.own_vpc and given.network.cidr is None:
            message = f"{region} has no default block for its VPC"
            yield Finding(f"global.regions.{region}.network.cidr", message, "for example `10.200.0.0/16`")


@rule(
    "global-capacity",
    hard=False,
    text="The primary of a global database has at least 8 ACU, and never pauses.",
    source=f"{_GUIDE}; Aurora User Guide, auto-pause",
    fields="global instances.acu instances.class",
)
def global_capacity(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    serverless = any(name == SERVERLESS for _, name in classes_of(spec))
    if spec.global_ is not None and acu is not None and serverless and acu.min < _ADVISED_ACU:
        pauses = " It never pauses." if acu.min == 0 else ""
        message = (
            f"AWS advises {_ADVISED_ACU} ACU or more for the primary of a global database, not {acu.min:g}.{pauses}"
        )
        yield Finding("instances.acu.min", message, f"write `acu: {_ADVISED_ACU}-{max(acu.max, _ADVISED_ACU):g}`")


@rule(
    "local-write-forwarding",
    hard=True,
    text="Local write forwarding needs Aurora MySQL 3.04, or Aurora PostgreSQL 14.13, 15.8, 16.4, or newer.",
    source="Aurora User Guide, local write forwarding",
    fields="engine engine_version local_write_forwarding",
)
def local_write_forwarding(spec: ClusterSpec) -> Iterator[Finding]:
    floor = below_floor(spec.engine, "local_write_forwarding", spec.engine_version)
    if spec.local_write_forwarding and floor:
        message = f"{spec.engine} {spec.engine_version} does not support local write forwarding, which requires {floor} or later"
        yield Finding("local_write_forwarding", message, "leave it out, or use a newer version")


@rule(
    "global-write-forwarding",
    hard=False,
    text="Global write forwarding needs Aurora PostgreSQL 14.9 or 15.4, or Aurora MySQL 3.01, or newer.",
    source="Aurora User Guide, write forwarding in an Aurora global database",
    fields="engine engine_version global",
)
def global_write_forwarding(spec: ClusterSpec) -> Iterator[Finding]:
    floor = below_floor(spec.engine, "global_write_forwarding", spec.engine_version)
    for region, given in regions_of(spec).items():
        if given.write_forwarding and floor:
            message = (
                f"{spec.engine} {spec.engine_version} may not support write forwarding, which requires {floor} or later"
            )
            yield Finding(f"global.regions.{region}.write_forwarding", message, "leave it out, or use a newer version")


def members_of_regions(spec: ClusterSpec) -> Iterator[tuple[str, ClusterSpec]]:
    """(prefix of its dotted paths, the cluster's spec) of each secondary Region."""
    for region in regions_of(spec):
        yield f"global.regions.{region}.", secondary_spec(spec, region)
