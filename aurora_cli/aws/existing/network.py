"""Resources of EC2: AWS gives the ids, so the tags that Terraform sends with the creation tell which is which."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.existing.entry import Entry, Item, Values, pairs


def _carried(ec2: Any, item: Item) -> dict[str, str]:
    return pairs(item.get("Tags"))


def _tagged(call: str, items: str, key: str, status: str | None = None) -> Entry:
    """Found by cluster and `Name`, which no two resources of one type in a stack share."""
    ask = {"Filters": [{"Name": "tag:Name", "Values": ["{Name}"]}]}
    return Entry("ec2", call, items, f"{{{key}}}", ask, match=_is_kept, tags=_carried, status=status)


def _is_kept(item: Item, values: Values) -> bool:
    return item.get("State") not in ("deleting", "deleted")


_RULE = {
    "IpProtocol": "ip_protocol",
    "FromPort": "from_port",
    "ToPort": "to_port",
    "CidrIpv4": "cidr_ipv4",
    "CidrIpv6": "cidr_ipv6",
    "PrefixListId": "prefix_list_id",
}


def _rule(egress: bool) -> Entry:
    def match(item: Item, values: Values) -> bool:
        group = (item.get("ReferencedGroupInfo") or {}).get("GroupId")
        pairs = [(item.get(key), values.get(name)) for key, name in _RULE.items()]
        pairs.append((group, values.get("referenced_security_group_id")))
        return item.get("IsEgress") is egress and all(_text(there) == _text(planned) for there, planned in pairs)

    ask = {"Filters": [{"Name": "group-id", "Values": ["{security_group_id}"]}]}
    return Entry("ec2", "describe_security_group_rules", "SecurityGroupRules", "{SecurityGroupRuleId}", ask, match)


def _text(value: object) -> str:
    """A port that a rule does not have is -1 in EC2's responses, and not set in Terraform."""
    return "" if value in (None, -1) else str(value)


def _leads_there(item: Item, values: Values) -> bool:
    return any(r.get("DestinationCidrBlock") == values["destination_cidr_block"] for r in item.get("Routes") or ())


def _is_associated(item: Item, values: Values) -> bool:
    return bool(item.get("RouteTableId") == values["route_table_id"])


ENTRIES = {
    "aws_vpc": _tagged("describe_vpcs", "Vpcs", "VpcId"),
    "aws_subnet": _tagged("describe_subnets", "Subnets", "SubnetId"),
    "aws_internet_gateway": _tagged("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "aws_route_table": _tagged("describe_route_tables", "RouteTables", "RouteTableId"),
    "aws_security_group": _tagged("describe_security_groups", "SecurityGroups", "GroupId"),
    "aws_vpc_endpoint": _tagged("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", "State"),
    "aws_vpc_security_group_ingress_rule": _rule(egress=False),
    "aws_vpc_security_group_egress_rule": _rule(egress=True),
    "aws_route": Entry(
        "ec2",
        "describe_route_tables",
        "RouteTables",
        "{route_table_id}_{destination_cidr_block}",
        {"RouteTableIds": ["{route_table_id}"]},
        match=_leads_there,
    ),
    "aws_route_table_association": Entry(
        "ec2",
        "describe_route_tables",
        "RouteTables",
        "{subnet_id}/{route_table_id}",
        {"Filters": [{"Name": "association.subnet-id", "Values": ["{subnet_id}"]}]},
        match=_is_associated,
    ),
}


def revoke_default_egress(ec2: Any, group: str) -> None:
    """Revoke the rules that EC2 gives to a new group; those of Terraform carry tags. Raises AccessDenied, AwsFailed, ..."""
    with aws_errors(f"reading the rules of the security group {group}"):
        found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    rules = [rule["SecurityGroupRuleId"] for rule in found["SecurityGroupRules"] if _is_default_egress(rule)]
    if rules:
        with aws_errors(f"revoking the default egress rule of the security group {group}"):
            ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=rules)


def _is_default_egress(rule: Item) -> bool:
    everywhere = rule.get("CidrIpv4") == "0.0.0.0/0" or rule.get("CidrIpv6") == "::/0"
    return bool(rule.get("IsEgress") and rule.get("IpProtocol") == "-1" and everywhere and not rule.get("Tags"))
