"""What takes over when the writer fails."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.derived.members import FOLLOWING_TIER, SERVERLESS, members_of, memory_of, override_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule

_GUIDE = "Aurora User Guide, high availability; Serverless v2, choosing the promotion tier"
_READS = "instances.class instances.acu instances.readers instances.overrides"


@rule(
    "failover-size",
    hard=False,
    text="The first failover targets (promotion tiers 0 and 1) are as large as the writer.",
    source=_GUIDE,
    fields=_READS,
)
def failover_size(spec: ClusterSpec) -> Iterator[Finding]:
    writer, *readers = members_of(spec)
    needed = memory_of(spec, writer.class_name)
    for reader in readers:
        has = memory_of(spec, reader.class_name)
        if reader.tier <= FOLLOWING_TIER and has is not None and needed is not None and has < needed:
            message = (
                f"instance {reader.key} is a first failover target, but {reader.class_name} ({has:g} GiB) is smaller "
                f"than the writer's {writer.class_name} ({needed:g} GiB)"
            )
            hint = "give it `promotion_tier: 15`, or as much memory as the writer"
            yield Finding(f"instances.overrides.{reader.key}", message, hint)


@rule(
    "failover-following",
    hard=False,
    text="Of several serverless readers one scales with the writer (tier 0 or 1), so that it can take over.",
    source=_GUIDE,
    fields=_READS,
)
def failover_following(spec: ClusterSpec) -> Iterator[Finding]:
    writer, *readers = members_of(spec)
    if writer.class_name != SERVERLESS or not readers:
        return
    if all(reader.tier > FOLLOWING_TIER for reader in readers):
        message = "every reader scales independently, so the failover target may be far too small"
        yield Finding("instances.overrides", message, "give one of them `scale_with_writer: true`")


@rule(
    "high-availability",
    hard=True,
    text="`high_availability` needs a reader, in another zone than the writer.",
    source="Aurora User Guide, high availability: failover to a reader in another zone",
    fields="high_availability instances.readers instances.overrides",
)
def high_availability(spec: ClusterSpec) -> Iterator[Finding]:
    if not spec.high_availability:
        return
    zones = [override_of(spec, member.key).zone for member in members_of(spec)]
    if len(zones) == 1:
        message = "`high_availability` is on, but there is no reader to fail over to"
        yield Finding("instances.readers", message, "set `readers: 1`, or remove it")
    elif zones[0] is not None and all(zone == zones[0] for zone in zones):
        message = f"`high_availability` is on, but all instances are in {zones[0]}"
        yield Finding("instances.overrides", message, "put a reader into another zone")
