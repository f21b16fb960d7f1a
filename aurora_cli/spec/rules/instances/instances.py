"""Instance classes and what one instance has of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.facts.tables import instance_classes, regions_without, table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import did_you_mean, nearest, shown

SERVERLESS = "db.serverless"
_CLASS = re.compile(r"db\.(serverless|[a-z]+\d+[a-z]*\.[a-z0-9]+)", re.ASCII)
_NEVER = re.compile(r"db\.([mc]\d.*|.*\.(micro|nano))", re.ASCII)
_MOST_KEYS = 16


def classes_of(spec: ClusterSpec) -> Iterator[tuple[str, str]]:
    """(dotted path, class) of every place that names a class."""
    if spec.instances.class_ is not None:
        yield "instances.class", spec.instances.class_
    for key, override in spec.instances.overrides.items():
        if override.class_ is not None:
            yield f"instances.overrides.{key}.class", override.class_


@rule(
    "instance-class",
    hard=True,
    text="A class is written `db.<family>.<size>`; Aurora has no `db.m*` or `db.c*` and no `micro`.",
    source="Aurora User Guide, DB instance classes; cfn-lint 1.58.0",
    fields="engine instances.class instances.overrides",
)
def instance_class(spec: ClusterSpec) -> Iterator[Finding]:
    known = instance_classes(spec.engine)
    for path, name in classes_of(spec):
        if _NEVER.fullmatch(name):
            memory = nearest(re.sub(r"^db\.[a-z]+\d+[a-z]*", "db.r7g", name), known) or "db.r7g.large"
            yield Finding(
                path,
                f"Aurora does not support {name}: it has memory-optimized, burstable and serverless classes",
                f"for example `{memory}`",
            )
        elif not _CLASS.fullmatch(name):
            hint = did_you_mean(name if name.startswith("db.") else f"db.{name}", known, "for example `db.r7g.large`")
            yield Finding(path, f"{shown(name)} is not an instance class", hint)


@rule(
    "instance-class-known",
    hard=False,
    text="The class is one that the packaged table has for the engine, in some Region.",
    source="facts/classes.json (cfn-lint 1.58.0)",
    fields="engine instances.class instances.overrides",
)
def instance_class_known(spec: ClusterSpec) -> Iterator[Finding]:
    known = instance_classes(spec.engine)
    for path, name in classes_of(spec):
        if _CLASS.fullmatch(name) and not _NEVER.fullmatch(name) and name not in known:
            message = f"{name} is not in the table of {spec.engine} classes, as of {table('classes')['read']}"
            yield Finding(path, message, did_you_mean(name, known))


@rule(
    "instance-class-region",
    hard=False,
    text="The Region has the class, as of the packaged table.",
    source="facts/classes.json (cfn-lint 1.58.0)",
    fields="engine region instances.class instances.overrides",
)
def instance_class_region(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name in classes_of(spec):
        if spec.region in regions_without(spec.engine, name):
            message = f"{spec.region} has no {name}, as of {table('classes')['read']}"
            yield Finding(path, message, _in_region(spec, name))


def _in_region(spec: ClusterSpec, name: str) -> str | None:
    size = name.rpartition(".")[2]
    same = [c for c in instance_classes(spec.engine) if c.endswith(f".{size}")]
    there = [c for c in same if spec.region not in regions_without(spec.engine, c)]
    return f"for example `{there[-1]}`" if there else None


@rule(
    "instance-class-burstable",
    hard=False,
    text="Production does not use burstable (T) classes.",
    source="Aurora User Guide, DB instance classes: for development and test",
    fields="preset instances.class instances.overrides",
)
def instance_class_burstable(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name in classes_of(spec):
        if spec.preset == "production" and re.match(r"db\.t\d", name):
            yield Finding(
                path, f"{name} is a burstable class, meant for development and test", "for example `db.r7g.large`"
            )


@rule(
    "instance-class-small",
    hard=False,
    text="No instance has a class of size `small`: only old versions and few Regions support it.",
    source="facts/classes.json (cfn-lint 1.58.0); AWS publishes no list by version",
    fields="engine instances.class instances.overrides",
)
def instance_class_small(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name in classes_of(spec):
        if _CLASS.fullmatch(name) and name.endswith(".small"):
            message = f"AWS supports {name} only for old versions and in few Regions"
            yield Finding(path, message, "for example `db.t4g.medium`")


@rule(
    "failover-target",
    hard=False,
    text="Production has a reader: without one, AWS recreates the writer after a failure, which takes minutes.",
    source="Aurora User Guide, high availability",
    fields="preset instances.readers",
)
def failover_target(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.preset == "production" and spec.instances.readers == 0:
        message = "the cluster has no reader, so a failure of the writer means minutes of downtime"
        yield Finding("instances.readers", message, "set `readers: 1`")


@rule(
    "override-key",
    hard=True,
    text="Keys of `instances.overrides` are instance keys: whole numbers from 1 to 16.",
    source="instance names are `<name>-<key>`; Aurora quotas: 16 instances a cluster",
    fields="instances.overrides instances.readers",
    skippable=False,
)
def override_key(spec: ClusterSpec) -> Iterator[Finding]:
    keys = [str(number) for number in range(1, _MOST_KEYS + 1)]
    for key in spec.instances.overrides:
        if key not in keys:
            digits = re.search(r"[1-9]\d*$", key)
            suggestion = digits[0] if digits and digits[0] in keys else None
            hint = f"did you mean `{suggestion}`?" if suggestion else f"keys here are 1 to {spec.instances.readers + 1}"
            yield Finding(
                f"instances.overrides.{key}",
                f'"{shown(key)}" is not a valid instance key: keys are 1, 2, 3, ... up to 16',
                hint,
            )


@rule(
    "override-unused",
    hard=False,
    text="Overrides are for instances that the cluster has: keys 1 to readers + 1, unless scaling left a gap.",
    source="instance names are `<name>-<key>`",
    fields="instances.overrides instances.readers",
)
def override_unused(spec: ClusterSpec) -> Iterator[Finding]:
    count = spec.instances.readers + 1
    for key in spec.instances.overrides:
        if key.isascii() and key.isdigit() and count < int(key[:9]) <= _MOST_KEYS:
            message = (
                f"with {spec.instances.readers} readers a new cluster has the keys 1 to {count}, so `{key}` is not used"
            )
            yield Finding(
                f"instances.overrides.{key}", message, f"set `instances.readers` to {int(key) - 1}, or remove it"
            )


@rule(
    "override-zone",
    hard=True,
    text="An instance's zone is one of `network.zones`, or at least one of the Region.",
    source="RDS API CreateDBInstance: a zone of the subnet group",
    fields="region instances.overrides network.zones",
)
def override_zone(spec: ClusterSpec) -> Iterator[Finding]:
    zones = spec.network.zones if isinstance(spec.network.zones, list) else None
    for key, override in spec.instances.overrides.items():
        zone, path = override.zone, f"instances.overrides.{key}.zone"
        if zone is None:
            continue
        if not re.fullmatch(re.escape(spec.region) + r"[a-z]", zone, re.ASCII):
            yield Finding(
                path,
                f"{shown(zone)} is not a zone of {spec.region}",
                f"for example `{(zones or [spec.region + 'a'])[0]}`",
            )
        elif zones is not None and zone not in zones:
            hint = f"choose one of {', '.join(zones)}"
            yield Finding(path, f"{zone} is not in `network.zones`, so no subnet is there", hint)


@rule(
    "override-zone-unsure",
    hard=False,
    text="Zones of instances need zones by name: with a number of zones, the choice depends on AWS's list.",
    source="EC2 API DescribeAvailabilityZones",
    fields="instances.overrides network.zones network.vpc_id network.subnet_ids network.subnet_group",
)
def override_zone_unsure(spec: ClusterSpec) -> Iterator[Finding]:
    if not spec.network.own_vpc or isinstance(spec.network.zones, list):
        return
    named = [(key, o.zone) for key, o in spec.instances.overrides.items() if o.zone]
    for key, zone in named:
        message = f"`network.zones` is a number, so it is not sure that a subnet is in {shown(zone)}"
        wanted = ", ".join(dict.fromkeys(str(z) for _, z in named))
        yield Finding(
            f"instances.overrides.{key}.zone", message, f"list the zones in `network.zones`, {shown(wanted)} among them"
        )
