"""Security groups with inline rules, and the two rule resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Naming, Read, Resource, Task, Update
from aurora_cli.sandbox.provider.protocol.types import canonical
from aurora_cli.sandbox.provider.resources.tagging import ec2_tagging

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
_ALL = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0}
_EVERYWHERE: tuple[Item, ...] = (
    {**_ALL, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    {**_ALL, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
)
# kind of source of a permission -> (list in the permission, key in its elements, attribute of the inline rule)
_SOURCES = (
    ("IpRanges", "CidrIp", "cidr_blocks"),
    ("Ipv6Ranges", "CidrIpv6", "ipv6_cidr_blocks"),
    ("PrefixListIds", "PrefixListId", "prefix_list_ids"),
    ("UserIdGroupPairs", "GroupId", "security_groups"),
)


def normal_protocol(value: Any) -> str:
    """A normalized protocol: lower-case name, or -1 for all."""
    text = str(value).lower()
    return _PROTOCOLS.get(text, text)


def _permission(task: Task, rule: Item) -> Item:
    """Convert an inline rule to a permission of EC2."""
    protocol = normal_protocol(rule["protocol"])
    ports: Item = {"FromPort": int(rule["from_port"]), "ToPort": int(rule["to_port"])}
    permission: Item = dict(_ALL) if protocol == "-1" else {"IpProtocol": protocol, **ports}
    described = {"Description": rule["description"]} if rule.get("description") else {}
    for member, key, attribute in _SOURCES:
        values = list(rule.get(attribute) or ())
        if attribute == "security_groups" and rule.get("self"):
            values.append(task.id)
        if values:
            permission[member] = [{key: value, **described} for value in values]
    return permission


def _rules_of(task: Task, permissions: list[Item]) -> list[Item]:
    """Convert permissions to inline rules: one per protocol, ports and description."""
    rules: dict[tuple[Any, ...], Item] = {}
    for permission in permissions:
        protocol = normal_protocol(permission["IpProtocol"])
        ports = (0, 0) if protocol == "-1" else (permission.get("FromPort", 0), permission.get("ToPort", 0))
        for member, key, attribute in _SOURCES:
            for source in permission.get(member, ()):
                note = source.get("Description") or ""
                rule = rules.setdefault((protocol, *ports, note), _empty_rule(protocol, ports, note))
                if attribute == "security_groups" and source[key] == task.id:
                    rule["self"] = True
                else:
                    rule[attribute].append(source[key])
    return list(rules.values())


def _empty_rule(protocol: str, ports: tuple[int, int], note: str) -> Item:
    lists: Item = {attribute: [] for _, _, attribute in _SOURCES}
    return {
        "protocol": protocol,
        "from_port": ports[0],
        "to_port": ports[1],
        "description": note,
        "self": False,
    } | lists


def _authorize(task: Task, direction: str, rules: list[Item]) -> None:
    if rules:
        operation = f"AuthorizeSecurityGroup{direction.capitalize()}"
        task.call(operation, GroupId=task.id, IpPermissions=[_permission(task, rule) for rule in rules])


def _revoke(task: Task, direction: str, rules: list[Item]) -> None:
    if rules:
        operation = f"RevokeSecurityGroup{direction.capitalize()}"
        task.call(operation, GroupId=task.id, IpPermissions=[_permission(task, rule) for rule in rules])


def clear_rules(task: Task, group: Item) -> None:
    """Revoke every rule of a group."""
    for direction, member in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress")):
        _revoke(task, direction, _rules_of(task, group.get(member, [])))


def _finish_group(task: Task) -> None:
    """AWS allows all egress of a new group; Terraform revokes that, then adds the configured rules."""
    for permission in _EVERYWHERE:
        with accepted("InvalidPermission.NotFound"):
            task.call("RevokeSecurityGroupEgress", GroupId=task.id, IpPermissions=[permission])
    for direction in ("ingress", "egress"):
        _authorize(task, direction, task.get(direction) or [])


def _change_rules(task: Task) -> None:
    for direction in ("ingress", "egress"):
        if direction not in task.changed:
            continue
        type_ = task.schema.block.type.attributes[direction].item
        before = {canonical(rule, type_): rule for rule in task.prior.get(direction) or ()}
        after = {canonical(rule, type_): rule for rule in task.get(direction) or ()}
        _revoke(task, direction, [rule for key, rule in before.items() if key not in after])
        _authorize(task, direction, [rule for key, rule in after.items() if key not in before])


def _delete_group(task: Task) -> None:
    if task.get("revoke_rules_on_delete"):
        for direction in ("ingress", "egress"):
            _revoke(task, direction, task.get(direction) or [])
    task.call("DeleteSecurityGroup", GroupId=task.id)


SECURITY_GROUP = Resource(
    type="aws_security_group",
    service="ec2",
    label="Security Group",
    create=Call("CreateSecurityGroup"),
    id="GroupId",
    naming=Naming("name", "name_prefix", "terraform-"),
    aliases={"GroupName": "name", "SecurityGroupArn": "arn"},
    exists=("InvalidGroup.Duplicate",),
    listing=Listing(
        Call(
            "DescribeSecurityGroups",
            send={
                "Filters": lambda task: [
                    {"Name": "group-name", "Values": [task.get("name")]},
                    {"Name": "vpc-id", "Values": [task.get("vpc_id")]},
                ]
            },
            match=False,
        ),
        ids="SecurityGroups[].GroupId",
    ),
    finish=(_finish_group,),
    read=Read(
        Call("DescribeSecurityGroups", send={"GroupIds": "id"}, match=False),
        item="SecurityGroups[0]",
        gone=("InvalidGroup.NotFound", "InvalidGroupId.Malformed"),
        fields={
            "ingress": lambda task, item: _rules_of(task, item.get("IpPermissions", [])),
            "egress": lambda task, item: _rules_of(task, item.get("IpPermissionsEgress", [])),
        },
    ),
    updates=(_change_rules,),
    delete=_delete_group,
    busy=("DependencyViolation", "InvalidGroup.InUse"),
    tagging=ec2_tagging("security-group"),
)

_KINDS = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")


def _rule_permission(task: Task) -> list[Item]:
    permission: Item = {"IpProtocol": normal_protocol(task.get("ip_protocol"))}
    for member, attribute in (("FromPort", "from_port"), ("ToPort", "to_port")):
        if task.get(attribute) is not None:
            permission[member] = int(task.get(attribute))
    kind = next((name for name in _KINDS if task.get(name)), "cidr_ipv4")
    member, key, _ = _SOURCES[_KINDS.index(kind)]
    described = {"Description": task.get("description")} if task.get("description") else {}
    permission[member] = [{key: task.get(kind), **described}]
    return [permission]


def _modified_rule(task: Task) -> list[Item]:
    rule = {
        "IpProtocol": normal_protocol(task.get("ip_protocol")),
        "FromPort": task.get("from_port"),
        "ToPort": task.get("to_port"),
        "CidrIpv4": task.get("cidr_ipv4"),
        "CidrIpv6": task.get("cidr_ipv6"),
        "PrefixListId": task.get("prefix_list_id"),
        "ReferencedGroupId": task.get("referenced_security_group_id"),
        "Description": task.get("description") or ("" if "description" in task.changed else None),
    }
    known = {key: value for key, value in rule.items() if value is not None}
    return [{"SecurityGroupRuleId": task.id, "SecurityGroupRule": known}]


def _port(attribute: str, member: str) -> Any:
    """With all protocols AWS returns -1 as ports; the state keeps null, as in the configuration."""

    def read(task: Task, item: Item) -> Any:
        every = normal_protocol(item.get("IpProtocol")) == "-1"
        return None if every and task.get(attribute) is None else item.get(member)

    return read


def _kind_changes(prior: Mapping[str, Any], planned: Mapping[str, Any]) -> bool:
    return any((prior.get(kind) is None) != (planned.get(kind) is None) for kind in _KINDS)


def _rule(direction: str) -> Resource:
    title = direction.capitalize()
    return Resource(
        type=f"aws_vpc_security_group_{direction}_rule",
        service="ec2",
        label=f"VPC Security Group {title} Rule",
        framework=True,
        create=Call(
            f"AuthorizeSecurityGroup{title}",
            send={"GroupId": "security_group_id", "IpPermissions": _rule_permission},
            match=False,
        ),
        id="SecurityGroupRules[0].SecurityGroupRuleId",
        exists=("InvalidPermission.Duplicate",),
        listing=Listing(
            Call(
                "DescribeSecurityGroupRules",
                send={"Filters": lambda task: [{"Name": "group-id", "Values": [task.get("security_group_id")]}]},
                match=False,
            ),
            ids=f"SecurityGroupRules[?IsEgress==`{str(direction == 'egress').lower()}`].SecurityGroupRuleId",
        ),
        identifying=frozenset({*_KINDS, "ip_protocol", "from_port", "to_port", "description"}),
        read=Read(
            Call("DescribeSecurityGroupRules", send={"SecurityGroupRuleIds": "id"}, match=False),
            item="SecurityGroupRules[0]",
            gone=("InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound", "InvalidPermission.NotFound"),
            fields={
                "arn": lambda task, item: task.arn(f"security-group-rule/{task.id}"),
                "from_port": _port("from_port", "FromPort"),
                "to_port": _port("to_port", "ToPort"),
                "referenced_security_group_id": "ReferencedGroupInfo.GroupId",
                "ip_protocol": lambda task, item: normal_protocol(item.get("IpProtocol")),
            },
        ),
        aliases={"GroupId": "security_group_id"},
        updates=(
            Update(
                Call(
                    "ModifySecurityGroupRules",
                    send={"GroupId": "security_group_id", "SecurityGroupRules": _modified_rule},
                    match=False,
                ),
                when=frozenset({*_KINDS, "ip_protocol", "from_port", "to_port", "description"}),
            ),
        ),
        delete=Call(
            f"RevokeSecurityGroup{title}",
            send={"GroupId": "security_group_id", "SecurityGroupRuleIds": "id"},
            match=False,
        ),
        tagging=ec2_tagging("security-group-rule"),
        same={"ip_protocol": lambda before, after: normal_protocol(before) == normal_protocol(after)},
        replace_if=dict.fromkeys(_KINDS, _kind_changes),
    )


ENTRIES = (SECURITY_GROUP, _rule("ingress"), _rule("egress"))
