"""What is in a network or uses a security group: interfaces, security groups with their rules, subnets. Read only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from aurora_cli.aws.errors import aws_errors

Item = dict[str, Any]


def interfaces(ec2: Any, by: str, ids: Collection[str]) -> list[Item]:
    """The network interfaces with one of the values of a filter: `vpc-id` or `group-id`."""
    return _all(ec2, "describe_network_interfaces", "NetworkInterfaces", by, ids)


def groups(ec2: Any, by: str, ids: Collection[str]) -> list[Item]:
    """The security groups with one of the values of a filter: `vpc-id`, or `ip-permission.group-id` for those with such rules."""
    return _all(ec2, "describe_security_groups", "SecurityGroups", by, ids)


def subnets(ec2: Any, vpcs: Collection[str]) -> list[Item]:
    """The subnets of VPCs."""
    return _all(ec2, "describe_subnets", "Subnets", "vpc-id", vpcs)


def refers_to(group: Item, ids: Collection[str]) -> bool:
    """Whether a rule of the security group names one of others."""
    rules = (*group.get("IpPermissions", ()), *group.get("IpPermissionsEgress", ()))
    return any(pair.get("GroupId") in ids for rule in rules for pair in rule.get("UserIdGroupPairs", ()))


def _all(ec2: Any, operation: str, key: str, by: str, ids: Collection[str]) -> list[Item]:
    with aws_errors("reading what uses the network"):
        pages = ec2.get_paginator(operation).paginate(Filters=[{"Name": by, "Values": sorted(ids)}])
        return [one for page in pages for one in page[key]]
