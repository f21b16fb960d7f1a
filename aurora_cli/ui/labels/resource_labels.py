"""What a person calls a Terraform resource: "Aurora cluster demo", "instance demo-2 (db.r7g.large)", "subnet 1 of 3".

Works from a planned change, which has the values, and from an event, which has the address alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aurora_cli.terraform.state.addresses import region_of
from aurora_cli.ui.text import clean

Values = Mapping[str, Any]


class Addressed(Protocol):
    """What has a Terraform address: a planned change or the resource of an event."""

    @property
    def address(self) -> str:
        """E.g. `aws_subnet.database["1"]`."""

    @property
    def type(self) -> str:
        """E.g. `aws_subnet`."""


@dataclass(frozen=True)
class Name:
    """A friendly name.

    Attributes:
        text: kind and label, e.g. `instance demo-2`.
        detail: what tells more, e.g. `db.r7g.large`; may be empty.
    """

    text: str
    detail: str = ""

    @property
    def full(self) -> str:
        """`instance demo-2 (db.r7g.large)`."""
        return f"{self.text} ({self.detail})" if self.detail else self.text


@dataclass(frozen=True)
class Kind:
    """How resources of one type are called.

    Attributes:
        word: the kind of thing.
        label: attributes that may hold its own name, best first.
        details: attributes whose values tell more.
        rank: order on the screen, lowest first.
        keyed: True when the `for_each` key is the label if no attribute is known.
    """

    word: str
    label: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    rank: int = 50
    keyed: bool = True


KINDS: dict[str, Kind] = {
    "aws_rds_global_cluster": Kind("global cluster", ("global_cluster_identifier",), ("engine",), 0),
    "aws_rds_cluster": Kind("Aurora cluster", ("cluster_identifier",), ("engine", "engine_version"), 1),
    "aws_rds_cluster_instance": Kind("instance", ("identifier",), ("instance_class", "availability_zone"), 2),
    "aws_rds_cluster_endpoint": Kind("custom endpoint", ("cluster_endpoint_identifier",), rank=3),
    "aws_db_subnet_group": Kind("DB subnet group", ("name",), rank=10, keyed=False),
    "aws_rds_cluster_parameter_group": Kind("cluster parameter group", ("name",), rank=11, keyed=False),
    "aws_db_parameter_group": Kind("instance parameter group", ("name",), rank=12, keyed=False),
    "aws_vpc": Kind("VPC", (), ("cidr_block",), 20, keyed=False),
    "aws_subnet": Kind("subnet", (), ("cidr_block", "availability_zone"), 21),
    "aws_internet_gateway": Kind("internet gateway", rank=22, keyed=False),
    "aws_route_table": Kind("route table", rank=23),
    "aws_route": Kind("route", ("destination_cidr_block", "destination_ipv6_cidr_block"), rank=24),
    "aws_route_table_association": Kind("route table link of subnet", rank=25),
    "aws_security_group": Kind("security group", ("name",), rank=30, keyed=False),
    "aws_vpc_security_group_ingress_rule": Kind("security group rule: allow", rank=31),
    "aws_vpc_security_group_egress_rule": Kind("security group rule: allow out to", rank=32),
    "aws_kms_key": Kind("KMS key", ("description",), rank=33, keyed=False),
    "aws_kms_alias": Kind("KMS key alias", ("name",), rank=34),
    "aws_secretsmanager_secret": Kind("secret", ("name",), rank=35),
    "aws_iam_policy": Kind("IAM policy", ("name",), rank=36),
    "aws_iam_role": Kind("IAM role", ("name",), rank=36),
    "aws_secretsmanager_secret_version": Kind("value of the secret", rank=35),
    "aws_secretsmanager_secret_rotation": Kind("password rotation", rank=35),
    "aws_route53_record": Kind("DNS name", ("name",), ("type",), 4),
    "aws_iam_role_policy_attachment": Kind("IAM policy attachment", rank=37),
    "aws_iam_role_policy": Kind("IAM policy", ("name",), rank=37),
    "aws_cloudwatch_log_group": Kind("log group", ("name",), rank=40),
    "aws_cloudwatch_metric_alarm": Kind("alarm", ("alarm_name",), rank=41),
    "aws_appautoscaling_target": Kind("reader autoscaling", rank=42, keyed=False),
    "aws_appautoscaling_policy": Kind("reader autoscaling policy", ("name",), rank=43),
    "aws_appautoscaling_scheduled_action": Kind("reader autoscaling schedule", ("name",), rank=43),
    "aws_cloudwatch_dashboard": Kind("dashboard", ("dashboard_name",), rank=41),
    "aws_sns_topic_subscription": Kind("SNS subscription", ("endpoint",), rank=44),
    "aws_sns_topic": Kind("SNS topic", ("name",), rank=44),
    "aws_db_event_subscription": Kind("event subscription", ("name",), rank=45),
    "aws_db_proxy": Kind("database proxy", ("name",), rank=46),
    "aws_db_proxy_endpoint": Kind("database proxy endpoint", ("db_proxy_endpoint_name",), rank=46),
    "aws_db_proxy_default_target_group": Kind("database proxy pool", rank=46, keyed=False),
    "aws_db_proxy_target": Kind("database proxy target", ("db_cluster_identifier",), rank=46, keyed=False),
    "aws_rds_cluster_role_association": Kind("role of the cluster for", rank=38),
    "aws_rds_cluster_activity_stream": Kind("activity stream", rank=47, keyed=False),
    "aws_vpc_endpoint": Kind("VPC endpoint", ("service_name",), rank=26),
    "aws_vpc_endpoint_route_table_association": Kind("VPC endpoint route table link", rank=27),
}

HOLDS_DATA = frozenset(
    {
        "aws_rds_cluster",
        "aws_rds_global_cluster",
        "aws_kms_key",
        "aws_cloudwatch_log_group",
        "aws_secretsmanager_secret",
    }
)
"""Types whose deletion takes data, or the key to it, away."""

_ADDRESS = re.compile(
    r"(?:.*\.)?(?P<type>[a-z0-9]+_[a-z0-9_]+)\.(?P<name>[\w-]+)(?:\[\"?(?P<key>.*?)\"?\])?", re.DOTALL
)
_RULE_SOURCES = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")


def rank_of(resource: Addressed) -> tuple[int, list[Any]]:
    """Sort key: what matters most first, then by address with numbers in numeric order."""
    kind = KINDS.get(_type_of(resource))
    parts: list[Any] = [(int(p), "") if p.isdecimal() else (-1, p) for p in re.split(r"(\d+)", resource.address)]
    return (kind.rank if kind else 60, parts)


def name_of(resource: Addressed, values: Values | None = None, *, among: Sequence[Addressed] = ()) -> Name:
    """The friendly name.

    Args:
        resource: what it is about.
        values: its attributes as far as known.
        among: the other resources of the plan, so that "subnet 1 of 3" can be said.
    """
    values = values or {}
    special = _SPECIAL.get(_type_of(resource))
    name = special(resource, values, among) if special else _by_kind(resource, values)
    region = region_of(resource.address)
    told = region is None or region in name.text
    return name if told else Name(f"{name.text} in {region}", name.detail)


def key_of(address: str) -> str | None:
    """The `for_each` key or index in an address, or None."""
    match = _ADDRESS.fullmatch(address)
    return match["key"] if match else None


def _by_kind(resource: Addressed, values: Values) -> Name:
    kind = KINDS.get(_type_of(resource)) or Kind(_words(_type_of(resource)), ("name", "identifier"))
    label = _first(values, kind.label) or _tag_name(values, kind) or (key_of(resource.address) if kind.keyed else None)
    details = [str(values[d]) for d in kind.details if values.get(d)]
    text = f"{kind.word} {label}" if label else kind.word
    return Name(clean(text), clean(_joined(kind, details)))


def _joined(kind: Kind, details: Sequence[str]) -> str:
    return " ".join(details) if kind.word == "Aurora cluster" else ", ".join(details)


def _subnet(resource: Addressed, values: Values, among: Sequence[Addressed]) -> Name:
    name = _by_kind(resource, values)
    key = key_of(resource.address) or ""
    region = region_of(resource.address)
    total = len({a.address for a in among if _type_of(a) == "aws_subnet" and region_of(a.address) == region})
    text = (
        f"subnet {key} of {total}" if total > 1 and key.isdecimal() and int(key) <= total else f"subnet {key}".strip()
    )
    return Name(clean(text), name.detail)


def _rule(resource: Addressed, values: Values, among: Sequence[Addressed]) -> Name:
    kind = KINDS[_type_of(resource)]
    source = _first(values, _RULE_SOURCES) or key_of(resource.address) or "?"
    return Name(clean(f"{kind.word} {source}"), clean(values.get("description") or ""))


def _route_table(resource: Addressed, values: Values, among: Sequence[Addressed]) -> Name:
    kind = "public" if "public" in resource.address else "database"
    return Name(f"{kind} route table")


def _route(resource: Addressed, values: Values, among: Sequence[Addressed]) -> Name:
    return Name("route to the internet") if resource.address.endswith(".internet") else _by_kind(resource, values)


_SPECIAL: dict[str, Callable[[Addressed, Values, Sequence[Addressed]], Name]] = {
    "aws_subnet": _subnet,
    "aws_vpc_security_group_ingress_rule": _rule,
    "aws_vpc_security_group_egress_rule": _rule,
    "aws_route_table": _route_table,
    "aws_route": _route,
}


def _type_of(resource: Addressed) -> str:
    if resource.type:
        return resource.type
    match = _ADDRESS.fullmatch(resource.address)
    return match["type"] if match else resource.address


def _first(values: Values, keys: Sequence[str]) -> str | None:
    return next((str(values[k]) for k in keys if values.get(k)), None)


def _tag_name(values: Values, kind: Kind) -> str | None:
    """The Name tag, for what has no name of its own in AWS."""
    tags = values.get("tags")
    return str(tags["Name"]) if not kind.label and isinstance(tags, Mapping) and tags.get("Name") else None


def _words(type_: str) -> str:
    return type_.removeprefix("aws_").replace("_", " ")
