"""What a diagram of a cluster shows: Regions, VPC, zones and instances, how to connect, who may, keys, copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.events import Emit
from aurora_cli.hcl.values.network import DEFAULT_CIDR, DEFAULT_ZONES
from aurora_cli.operations.core.region_topology import live_regions
from aurora_cli.operations.core.specs import SpecRequest, desired_spec, existing_stack, stored_spec
from aurora_cli.operations.inspect.lost import begin_to_look
from aurora_cli.operations.report.proxy_and_keys import proxy_endpoints
from aurora_cli.operations.report.report import capacity, live_topology
from aurora_cli.spec.derived.cidr import subnets
from aurora_cli.spec.derived.members import SERVERLESS, members_of, override_of
from aurora_cli.spec.derived.regions import global_identifier, regions_of, secondary_spec

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Member, Topology
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.global_results import Endpoint
    from aurora_cli.spec.model.cluster import ClusterSpec

_ANY_ZONE = "In the zones of its subnets"


@dataclass(frozen=True)
class Node:
    """A box of a diagram, with text as users wrote it: each form escapes it.

    Attributes:
        kind: `diagram`, `region`, `cluster`, `vpc`, `zone`, `writer`, `reader`, `instance`
            (its role is not known yet), `endpoint`, `access`, `key`, `copy` or `group`.
        label: its first line.
        details: the lines below it.
        children: the boxes in it.
    """

    kind: str
    label: str
    details: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The label and the details."""
        return (self.label, *self.details)


def diagram_of_spec(app: AppContext, request: SpecRequest) -> Node:
    """The cluster of a spec as it would be; calls nothing.

    Raises:
        SpecInvalid: the spec breaks a rule.
    """
    spec = desired_spec(app, request).spec
    return _diagram(spec, {}, {}, None)


def diagram_of_cluster(app: AppContext, name: str, emit: Emit) -> Node:
    """The cluster as AWS reports it now; its network, keys and who may connect by its spec.

    Raises:
        ClusterNotFound, CredentialsError, AccessDenied, AwsFailed, StackDamaged, SandboxFailed.
    """
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    begin_to_look(app, stack, emit)
    topology = live_topology(app, spec)
    regions = live_regions(app, spec)
    live = {**regions.secondaries, **({spec.region: topology} if topology else {})}
    return _diagram(spec, live, proxy_endpoints(app, spec) if topology else {}, regions.primary_region)


def _diagram(
    spec: ClusterSpec, live: dict[str, Topology], proxy: Mapping[str, Endpoint | None], primary: str | None
) -> Node:
    first = primary or spec.region
    own = _region(spec, live.get(spec.region), proxy, _role(spec, spec.region, first))
    others = [
        _region(secondary_spec(spec, name), live.get(name), {}, _role(spec, name, first), headless=given.headless)
        for name, given in regions_of(spec).items()
    ]
    what = (f"global database {global_identifier(spec)}",) if spec.global_ else ()
    return Node("diagram", f"Aurora cluster {spec.name}", what, (own, *others))


def _role(spec: ClusterSpec, region: str, primary: str) -> tuple[str, ...]:
    if spec.global_ is None:
        return ()
    return ("primary Region",) if region == primary else ("secondary Region",)


def _region(
    spec: ClusterSpec,
    live: Topology | None,
    proxy: Mapping[str, Endpoint | None],
    role: tuple[str, ...],
    *,
    headless: bool = False,
) -> Node:
    version = live.engine_version if live else spec.engine_version or ""
    state = (live.status,) if live else ()
    cluster = Node(
        "cluster",
        f"DB cluster {spec.name}",
        (f"{spec.engine} {version}".strip(), *state),
        (_network(spec, live, headless=headless),),
    )
    groups = (
        _group("Endpoints", _endpoints(spec, live, proxy)),
        _group("Who may connect", _access(spec)),
        _group("Keys", _keys(spec, live)),
        _group("Copies", _copies(spec, live)),
    )
    return Node("region", f"Region {spec.region}", role, (cluster, *(one for one in groups if one.children)))


def _group(label: str, children: Iterator[Node]) -> Node:
    return Node("group", label, (), tuple(children))


def _network(spec: ClusterSpec, live: Topology | None, *, headless: bool) -> Node:
    network = spec.network
    names: list[str] = []
    parts: list[str] = []
    block = network.cidr or DEFAULT_CIDR
    details: tuple[str, ...]
    if network.own_vpc:
        label = f"VPC {block}"
        details = ("public subnets",) if network.public_access else ("private subnets",)
    else:
        label = f"VPC {network.vpc_id}" if network.vpc_id else "Existing VPC"
        given = (f"DB subnet group {network.subnet_group}",) if network.subnet_group else ()
        details = (*given, *(f"subnet {one}" for one in network.subnet_ids))
    if network.own_vpc:
        count = len(network.zones) if isinstance(network.zones, list) else network.zones or DEFAULT_ZONES
        parts = subnets(block, count)
        if isinstance(network.zones, list):
            names = network.zones
        elif live is None:  # which ones they are is in AWS's list
            names = [f"Availability Zone {number}" for number in range(1, count + 1)]
        else:
            details = (*details, *(f"subnet {part}" for part in parts))
    blocks = dict(zip(names, parts, strict=True)) if names else {}
    zones: dict[str, list[Node]] = {name: [] for name in names}
    planned = () if headless else _planned_members(spec, names)
    members = list(_live_members(live) if live else planned)
    details = details if members else (*details, "storage only, without an instance")
    for zone, node in members:
        zones.setdefault(zone or _ANY_ZONE, []).append(node)
    boxes = [
        Node(
            "group" if name == _ANY_ZONE else "zone",
            name,
            (f"subnet {blocks[name]}",) if name in blocks else (),
            tuple(nodes),
        )
        for name, nodes in sorted(zones.items(), key=lambda one: (one[0] == _ANY_ZONE, one[0]))
    ]
    return Node("vpc", label, details, tuple(boxes))


def _live_members(live: Topology) -> Iterator[tuple[str | None, Node]]:
    range_ = capacity(live)
    acu = f"{range_['min']:g}-{range_['max']:g} ACU" if range_ else None
    for one in sorted(live.members, key=lambda m: (m.role != "writer", m.id)):
        yield one.zone, Node(one.role, one.id, (one.role, _class(one.class_, acu), one.status, *_told(one)))


def _told(member: Member) -> Iterator[str]:
    if member.promotion_tier is not None:
        yield f"promotion tier {member.promotion_tier}"
    if member.autoscaled:
        yield "by reader autoscaling"
    if member.waits_for_reboot:
        yield "waits for a reboot"


def _planned_members(spec: ClusterSpec, zones: list[str]) -> Iterator[tuple[str | None, Node]]:
    """Of a cluster that AWS does not have; which instance becomes the writer is AWS's choice.

    In a VPC of its own key 1 is in the first zone, key 2 in the second, as the rendered configuration has it.
    """
    acu = f"{spec.instances.acu.min:g}-{spec.instances.acu.max:g} ACU" if spec.instances.acu else None
    for one in members_of(spec):
        override = override_of(spec, one.key)
        details = (_class(one.class_name, acu), f"promotion tier {one.tier}")
        zone = zones[(int(one.key) - 1) % len(zones)] if zones else None
        yield override.zone or zone, Node("instance", override.identifier or f"{spec.name}-{one.key}", details)
    if spec.autoscaling:
        yield (
            None,
            Node("instance", "Reader autoscaling", (f"{spec.autoscaling.min} to {spec.autoscaling.max} readers",)),
        )


def _class(name: str | None, acu: str | None) -> str:
    return f"{name}, {acu}" if name == SERVERLESS and acu else name or "class not set"


def _endpoints(spec: ClusterSpec, live: Topology | None, proxy: Mapping[str, Endpoint | None]) -> Iterator[Node]:
    port = live.port if live else spec.port
    hosts = {"Writer endpoint": live and live.writer_host, "Reader endpoint": live and live.reader_host}
    for label, host in hosts.items():
        yield Node("endpoint", label, (f"{host}:{port}" if host else f"port {port}",))
    custom: Mapping[str, str] = live.custom if live else dict.fromkeys(spec.endpoints, "")
    for name, address in sorted(custom.items()):
        details = (f"{address}:{port}",) if address else (f"leads to: {spec.endpoints[name].type}",)
        yield Node("endpoint", f"Custom endpoint {name}", details)
    if spec.proxy and spec.proxy.enabled:
        reader = (("Proxy, read-only", "proxy_reader"),) if spec.proxy.read_only_endpoint else ()
        for label, key in (("RDS Proxy", "proxy"), *reader):
            found = proxy.get(key)
            yield Node("endpoint", label, (found.authority,) if found else ())
    if spec.dns:
        for record in (spec.dns.writer, spec.dns.reader):
            if record:
                yield Node("endpoint", "DNS name", (record,))


def _access(spec: ClusterSpec) -> Iterator[Node]:
    for rule in spec.network.allow:
        yield Node("access", rule.source, (rule.description,) if rule.description else ())
    if spec.network.allow_self:
        yield Node("access", "members of its own security group")
    for group in spec.network.security_group_ids:
        yield Node("access", f"security group {group}", ("as its own rules say",))


def _keys(spec: ClusterSpec, live: Topology | None) -> Iterator[Node]:
    if spec.encryption.enabled:
        yield Node("key", "Storage", ((live and live.kms_key) or _key(spec.encryption.kms_key),))
    named = (
        ("Master user's secret", spec.credentials.secret_kms_key),
        ("Logs", spec.logs.kms_key),
        ("Activity stream", spec.activity_stream.kms_key if spec.activity_stream else None),
    )
    yield from (Node("key", label, (_key(key),)) for label, key in named if key)


def _key(given: str | None) -> str:
    return {None: "AWS managed key", "stack": "KMS key of the stack"}.get(given, given or "")


def _copies(spec: ClusterSpec, live: Topology | None) -> Iterator[Node]:
    source = spec.source
    if source and source.clone:
        yield Node("copy", "Clone of", (source.clone,))
    replicates = (live and live.replicates_from) or (source.replica_of if source and not live else None)
    if replicates:
        yield Node("copy", "Replicates from", (replicates,))
    for arn in live.replicas if live else ():
        yield Node("copy", "Replica", (arn,))
