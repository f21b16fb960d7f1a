"""The network that another configuration's module made for a cluster alone: the stack takes it over with the cluster.

Its DB subnet group and its security group leave that configuration with the module (`handover.py`). The rendered files have a
place for both, if the rules are of the kind that `network.allow` and `network.egress` say; else they stay as they are, unmanaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.discovery import DiscoveredCluster, Item
from aurora_cli.aws.errors import aws_errors
from aurora_cli.operations.from_state.handover import handover_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.from_state.origin import StateOrigin

_SUBNETS, _GROUP = "aws_db_subnet_group", "aws_security_group"
_SOURCES = ("CidrIpv4", "CidrIpv6", "PrefixListId")


def with_own_network(app: AppContext, found: DiscoveredCluster, origin: StateOrigin, region: str) -> DiscoveredCluster:
    """The cluster with `own_subnets` and `own_group`, where a module that leaves as a whole made them.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    leaving = handover_of(origin, found, ()).leaving
    made = {one.id for one in leaving if one.type == _GROUP}
    groups = [one for one in found.security_groups if one["GroupId"] in made]
    return replace(
        found,
        own_subnets=bool(found.subnet_group.get("Subnets")) and any(one.type == _SUBNETS for one in leaving),
        own_group=_own_group(app, groups[0], found, region) if len(groups) == 1 else None,
    )


def _own_group(app: AppContext, group: Item, found: DiscoveredCluster, region: str) -> Item | None:
    """The group with its rules as `network.allow` and `network.egress` say them; None where they cannot."""
    ec2, wanted = app.aws(region).client("ec2"), [{"Name": "group-id", "Values": [group["GroupId"]]}]
    with aws_errors(f"reading the rules of {group['GroupId']}"):
        pages = ec2.get_paginator("describe_security_group_rules").paginate(Filters=wanted)
        rules = [rule for page in pages for rule in page["SecurityGroupRules"]]
    port = found.cluster.get("Port")
    allow = list(_rules((r for r in rules if not r["IsEgress"]), "source", port))
    egress = list(_rules((r for r in rules if r["IsEgress"]), "destination", None))
    if None in allow or None in egress:
        return None
    return {**group, "Allow": allow, "Egress": egress}


def _rules(rules: Iterator[Item], side: str, port: int | None) -> Iterator[dict[str, Any] | None]:
    """Each as the spec says it, with its id; None for one that the spec cannot say.

    Args:
        port: the one that rules are for; None for any, or for every port.
    """
    for rule in sorted(rules, key=lambda one: str(one["SecurityGroupRuleId"])):
        other = next((rule[name] for name in _SOURCES if rule.get(name)), None)
        other = other or (rule.get("ReferencedGroupInfo") or {}).get("GroupId")
        ports = (rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort"))
        every = ports[0] == "-1"
        fits = (every and port is None) or ports == ("tcp", port or ports[1], port or ports[1])
        if other is None or not fits:
            yield None
            continue
        said = {side: other, "description": rule.get("Description") or None, "id": rule["SecurityGroupRuleId"]}
        yield said if port is not None else {**said, "port": None if every else ports[1]}
