"""The legacy rule resource, with several sources per resource."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.networking.security_groups import normal_protocol

# attribute -> list in a permission, key in its elements
_SOURCES = {
    "cidr_blocks": ("IpRanges", "CidrIp"),
    "ipv6_cidr_blocks": ("Ipv6Ranges", "CidrIpv6"),
    "prefix_list_ids": ("PrefixListIds", "PrefixListId"),
}


def _ports(task: Task) -> tuple[int, int]:
    return int(task.get("from_port") or 0), int(task.get("to_port") or 0)


def _permission(task: Task) -> Item:
    protocol, note = normal_protocol(task.get("protocol")), task.get("description")
    permission: Item = {"IpProtocol": protocol}
    if protocol != "-1":
        permission |= dict(zip(("FromPort", "ToPort"), _ports(task), strict=True))
    described = {"Description": note} if note else {}
    for attribute, (member, key) in _SOURCES.items():
        if task.get(attribute):
            permission[member] = [{key: value, **described} for value in task.get(attribute)]
    group = task.get("security_group_id") if task.get("self") else task.get("source_security_group_id")
    if group:
        permission["UserIdGroupPairs"] = [{"GroupId": group, **described}]
    return permission


def _rule_id(task: Task) -> str:
    """`sgrule-` and a hash of the rule."""
    sources = [f"{value}," for name in _SOURCES for value in sorted(task.get(name) or ())]
    parts = [task.get("security_group_id"), *_ports(task), normal_protocol(task.get("protocol")), task.get("type")]
    own = [bool(task.get("self")), task.get("source_security_group_id") or ""]
    return f"sgrule-{zlib.crc32('-'.join(str(part) for part in (*parts, *sources, *own)).encode())}"


def _verb(verb: str) -> Any:
    def call(task: Task) -> Call:
        return Call(
            f"{verb}SecurityGroup{str(task.get('type')).capitalize()}",
            send={"GroupId": "security_group_id", "IpPermissions": lambda task: [_permission(task)]},
            match=False,
        )

    return call


def _revoke(task: Task) -> None:
    task.send(_verb("Revoke")(task))


def _pick(task: Task, answer: Item) -> Item | None:
    """The permission that contains every source of the rule."""
    group = answer["SecurityGroups"][0] if answer["SecurityGroups"] else {}
    wanted = _permission(task)
    for permission in group.get("IpPermissions" if task.get("type") == "ingress" else "IpPermissionsEgress", ()):
        if _covers(permission, wanted):
            found: Item = permission
            return found
    return None


_KEYS = {**dict(_SOURCES.values()), "UserIdGroupPairs": "GroupId"}


def _covers(permission: Item, wanted: Item) -> bool:
    head = all(permission.get(key) == wanted.get(key) for key in ("FromPort", "ToPort") if key in wanted)
    if not head or normal_protocol(permission["IpProtocol"]) != wanted["IpProtocol"]:
        return False
    return all(
        {one[key] for one in wanted.get(member, ())} <= {one.get(key) for one in permission.get(member, ())}
        for member, key in _KEYS.items()
    )


def _described(task: Task, item: Item) -> Mapping[str, Any]:
    wanted = _permission(task)
    # EC2 puts the sources of all rules with the same ports into one permission, each with the description of its own.
    notes = [
        one.get("Description")
        for member, key in _KEYS.items()
        for one in item.get(member, ())
        if one.get(key) in {own[key] for own in wanted.get(member, ())}
    ]
    own = task.get("security_group_id") if task.get("self") else None
    return {
        "description": next((note for note in notes if note), None),
        "protocol": normal_protocol(item["IpProtocol"]),
        "source_security_group_id": task.get("source_security_group_id") or own,
    }


def _rule_in_aws(task: Task, item: Item) -> Mapping[str, Any]:
    """The rule's id in AWS, which a resource with several sources has not."""
    wanted = _permission(task)
    sources = [one[key] for member, key in _KEYS.items() for one in wanted.get(member, ())]
    if len(sources) != 1:
        return {"security_group_rule_id": ""}
    of_group = [{"Name": "group-id", "Values": [task.get("security_group_id")]}]
    rules = task.call("DescribeSecurityGroupRules", Filters=of_group)["SecurityGroupRules"]
    same = [one["SecurityGroupRuleId"] for one in rules if _is_rule(task, one, wanted, sources[0])]
    return {"security_group_rule_id": same[0] if same else ""}


def _is_rule(task: Task, rule: Item, wanted: Item, source: str) -> bool:
    group = (rule.get("ReferencedGroupInfo") or {}).get("GroupId")
    return (
        rule["IsEgress"] == (task.get("type") == "egress")
        and normal_protocol(rule["IpProtocol"]) == wanted["IpProtocol"]
        and all(rule.get(key) == wanted[key] for key in ("FromPort", "ToPort") if key in wanted)
        and source in (rule.get("CidrIpv4"), rule.get("CidrIpv6"), rule.get("PrefixListId"), group)
    )


def _redescribe(task: Task) -> None:
    direction = str(task.get("type")).capitalize()
    task.call(
        f"UpdateSecurityGroupRuleDescriptions{direction}",
        GroupId=task.get("security_group_id"),
        IpPermissions=[_permission(task)],
    )


def _import(task: Task) -> Mapping[str, Any]:
    """`GROUP_TYPE_PROTOCOL_FROM_TO_SOURCE[_SOURCE]...`"""
    parts = (task.id or "").split("_")
    if len(parts) < 6 or parts[1] not in ("ingress", "egress"):
        raise ProviderError(
            f"unexpected format ({task.id}), expected SECURITYGROUPID_TYPE_PROTOCOL_FROMPORT_TOPORT_SOURCE"
        )
    sources = parts[5:]
    values: dict[str, Any] = {
        "security_group_id": parts[0],
        "type": parts[1],
        "protocol": parts[2],
        "from_port": int(parts[3]),
        "to_port": int(parts[4]),
        "self": "self" in sources,
        "cidr_blocks": [one for one in sources if "/" in one and ":" not in one],
        "ipv6_cidr_blocks": [one for one in sources if ":" in one],
        "prefix_list_ids": [one for one in sources if one.startswith("pl-")],
        "source_security_group_id": next((one for one in sources if one.startswith("sg-")), None),
    }
    task.values |= values
    return {**values, "id": _rule_id(task)}


RULE = Resource(
    type="aws_security_group_rule",
    service="ec2",
    label="Security Group Rule",
    create=_verb("Authorize"),
    id=_rule_id,
    exists=("InvalidPermission.Duplicate",),
    read=Read(
        Call("DescribeSecurityGroups", send={"GroupIds": "security_group_id"}, match=False),
        item=_pick,
        shape="",
        gone=("InvalidGroup.NotFound",),
        skip=frozenset({"prefix_list_ids", "from_port", "to_port"}),
        more=(_described, _rule_in_aws),
    ),
    updates=(_redescribe,),
    delete=_revoke,
    import_attributes=_import,
    same={"protocol": lambda before, after: normal_protocol(before) == normal_protocol(after)},
)

ENTRIES = (RULE,)
