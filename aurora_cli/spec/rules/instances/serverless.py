"""What may not go with serverless instances, without AWS saying so for sure."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.derived.members import SERVERLESS, members_of
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule

_GUIDE = "Aurora User Guide, Serverless v2 requirements (2023)"
_MEMBERS = "instances.class instances.acu instances.overrides instances.readers"
_ON = ("1", "on", "true")
_CONNECTIONS, _LOW_ACU = 2000, 0.5
_ZONE = "us-east-1e"


def _serverless(spec: ClusterSpec) -> bool:
    return any(member.class_name == SERVERLESS for member in members_of(spec))


@rule(
    "acu-connections",
    hard=False,
    text="With a minimum of 0 or 0.5 ACU, Aurora PostgreSQL allows at most 2000 connections, whatever the value of "
    "`max_connections`.",
    source="Aurora User Guide, Serverless v2, maximum connections (2023): said of 0.5, likely of 0",
    fields="engine instances.acu parameters",
)
def acu_connections(spec: ClusterSpec) -> Iterator[Finding]:
    acu = spec.instances.acu
    if spec.engine != "aurora-postgresql" or acu is None or acu.min > _LOW_ACU:
        return
    for group, values in (("cluster", spec.parameters.cluster), ("instance", spec.parameters.instance)):
        wanted = str(values.get("max_connections", ""))
        if wanted.isascii() and wanted.isdigit() and int(wanted[:9]) > _CONNECTIONS:
            message = f"with a minimum of {acu.min:g} ACU, AWS caps `max_connections` at {_CONNECTIONS}, not {wanted}"
            yield Finding(f"parameters.{group}.max_connections", message, "raise the minimum to 1 ACU")


@rule(
    "cache-serverless",
    hard=False,
    text="Cluster cache management (`apg_ccm_enabled`) needs provisioned classes.",
    source=_GUIDE,
    fields=f"engine parameters.cluster {_MEMBERS}",
)
def cache_serverless(spec: ClusterSpec) -> Iterator[Finding]:
    value = str(spec.parameters.cluster.get("apg_ccm_enabled", "")).strip().lower()
    if spec.engine == "aurora-postgresql" and value in _ON and _serverless(spec):
        message = "AWS may not keep the caches of serverless instances warm, which is what `apg_ccm_enabled` asks for"
        yield Finding("parameters.cluster.apg_ccm_enabled", message, "remove it, or use a provisioned class")


@rule(
    "zone-serverless",
    hard=False,
    text="Serverless instances are not in us-east-1e, which in many accounts is the zone `use1-az3`.",
    source="Aurora User Guide, Regions and zones of Serverless v2; zone names differ by account",
    fields=f"region network.zones {_MEMBERS}",
)
def zone_serverless(spec: ClusterSpec) -> Iterator[Finding]:
    if not _serverless(spec):
        return
    zones = spec.network.zones if isinstance(spec.network.zones, list) else []
    places = [("network.zones", zone) for zone in zones]
    places += [
        (f"instances.overrides.{key}.zone", one.zone) for key, one in spec.instances.overrides.items() if one.zone
    ]
    for path, zone in places:
        if zone == _ZONE:
            message = f"{zone} is often the zone `use1-az3`, which has no serverless instances"
            yield Finding(
                path, message, "use another zone, or look up its ID with `aws ec2 describe-availability-zones`"
            )
