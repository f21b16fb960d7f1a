"""Network ACLs, the default network ACL of a VPC, and the rule resource."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Read, Resource, Task
from aurora_cli.sandbox.provider.engine.tags import change_tags, tag_map
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.parts import difference, import_parts, same_text
from aurora_cli.sandbox.provider.resources.tagging import ec2_tagging

_FIXED_RULES = (32767, 32768)  # deny everything; nobody can change them
_NUMBERS = {"all": "-1", "icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58"}
_GONE = ("InvalidNetworkAclID.NotFound",)
_ACL = Call("DescribeNetworkAcls", send={"NetworkAclIds": "id"}, match=False)


def protocol_number(value: Any) -> str:
    """The number of a protocol, which is all that network ACLs store; -1 for all."""
    text = str(value).lower()
    return _NUMBERS.get(text, text)


def _entry(task: Task, rule: Item, egress: bool) -> Item:
    protocol = protocol_number(rule["protocol"])
    ports = {"From": int(rule.get("from_port") or 0), "To": int(rule.get("to_port") or 0)}
    if protocol == "-1" and any(ports.values()):
        raise ProviderError(
            f"to_port ({ports['To']}) and from_port ({ports['From']}) must both be 0 to use the 'all' \"-1\" protocol!"
        )
    sent: Item = {
        "NetworkAclId": task.get("network_acl_id") or task.id,
        "Egress": egress,
        "RuleNumber": int(rule["rule_no"]),
        "RuleAction": rule["action"].lower(),
        "Protocol": protocol,
        "PortRange": ports,
    }
    if protocol in ("1", "58"):
        sent["IcmpTypeCode"] = {"Code": int(rule.get("icmp_code") or 0), "Type": int(rule.get("icmp_type") or 0)}
    blocks = {"CidrBlock": rule.get("cidr_block"), "Ipv6CidrBlock": rule.get("ipv6_cidr_block")}
    return sent | {member: block for member, block in blocks.items() if block}


def _rule(entry: Item) -> Item:
    """An entry of AWS as an element of `ingress` or `egress`."""
    ports, icmp = entry.get("PortRange") or {}, entry.get("IcmpTypeCode") or {}
    return {
        "rule_no": entry["RuleNumber"],
        "action": entry["RuleAction"],
        "protocol": protocol_number(entry["Protocol"]),
        "cidr_block": entry.get("CidrBlock") or "",
        "ipv6_cidr_block": entry.get("Ipv6CidrBlock") or "",
        "from_port": ports.get("From") or 0,
        "to_port": ports.get("To") or 0,
        "icmp_code": icmp.get("Code") or 0,
        "icmp_type": icmp.get("Type") or 0,
    }


def _same_protocol(before: Any, after: Any) -> bool:
    return protocol_number(before) == protocol_number(after)


def _same_rules(before: Any, after: Any) -> bool:
    """Whether rules differ only in the form of protocols and actions."""
    return _comparable(before) == _comparable(after)


def _comparable(rules: Any) -> list[tuple[Any, ...]]:
    names = ("from_port", "to_port", "icmp_type", "icmp_code", "cidr_block", "ipv6_cidr_block")
    return sorted(
        (
            one["rule_no"],
            one["action"].lower(),
            protocol_number(one["protocol"]),
            *(str(one.get(name) or "") for name in names),
        )
        for one in rules or ()
    )


def _rules(egress: bool) -> Any:
    def read(task: Task, item: Item) -> list[Item]:
        return [
            _rule(entry)
            for entry in item.get("Entries", ())
            if bool(entry["Egress"]) is egress and entry["RuleNumber"] not in _FIXED_RULES
        ]

    return read


def _remove(task: Task, numbers: Any, egress: bool) -> None:
    for number in numbers:
        with accepted("InvalidNetworkAclEntry.NotFound"):
            task.call("DeleteNetworkAclEntry", NetworkAclId=task.id, Egress=egress, RuleNumber=int(number))


def _associate(task: Task, subnets: list[Any], acl: str) -> None:
    """Give subnets another network ACL: their association is replaced, since a subnet is never without one."""
    if not subnets:
        return
    filters = [{"Name": "association.subnet-id", "Values": subnets}]
    for one in task.call("DescribeNetworkAcls", Filters=filters)["NetworkAcls"]:
        for association in one["Associations"]:
            if association["SubnetId"] in subnets:
                taken = association["NetworkAclAssociationId"]
                task.call("ReplaceNetworkAclAssociation", AssociationId=taken, NetworkAclId=acl)


def _leave(task: Task, subnets: list[Any]) -> None:
    """Give subnets back to the default network ACL of the VPC."""
    if subnets:
        of_vpc = {"Name": "vpc-id", "Values": [task.get("vpc_id")]}
        found = task.call("DescribeNetworkAcls", Filters=[of_vpc, {"Name": "default", "Values": ["true"]}])
        _associate(task, subnets, found["NetworkAcls"][0]["NetworkAclId"])


def _fill(task: Task) -> None:
    for direction in ("egress", "ingress"):
        for rule in task.get(direction) or ():
            task.call("CreateNetworkAclEntry", **_entry(task, rule, direction == "egress"))
    _associate(task, list(task.get("subnet_ids") or ()), str(task.id))


def _by_number(task: Task, values: Mapping[str, Any], direction: str) -> dict[int, Item]:
    entries = [_entry(task, rule, direction == "egress") for rule in values.get(direction) or ()]
    return {entry["RuleNumber"]: entry for entry in entries}


def _change(task: Task) -> None:
    for direction in ("ingress", "egress"):
        if direction not in task.changed:
            continue
        egress = direction == "egress"
        before, after = _by_number(task, task.prior, direction), _by_number(task, task.values, direction)
        _remove(task, [number for number, entry in before.items() if after.get(number) != entry], egress)
        for number, entry in after.items():
            if before.get(number) != entry:
                task.call("CreateNetworkAclEntry", **entry)
    added, removed = difference(task, "subnet_ids")
    _associate(task, added, str(task.id))
    if not task.get("default_network_acl_id"):
        _leave(task, removed)


def _delete(task: Task) -> None:
    acls = task.send(_ACL)["NetworkAcls"]
    _leave(task, [one["SubnetId"] for one in acls[0].get("Associations", ())] if acls else [])
    task.call("DeleteNetworkAcl", NetworkAclId=task.id)


def _import(task: Task) -> Mapping[str, Any]:
    acls = task.send(_ACL)["NetworkAcls"]
    if acls and acls[0]["IsDefault"]:
        raise ProviderError("use the `aws_default_network_acl` resource instead")
    return {}


_READ = Read(
    _ACL,
    item="NetworkAcls[0]",
    gone=_GONE,
    fields={
        "arn": lambda task, item: task.arn(f"network-acl/{task.id}"),
        "egress": _rules(egress=True),
        "ingress": _rules(egress=False),
        "subnet_ids": "Associations[].SubnetId",
    },
)

NETWORK_ACL = Resource(
    type="aws_network_acl",
    service="ec2",
    label="EC2 Network ACL",
    create=Call("CreateNetworkAcl", send={"VpcId": "vpc_id"}, match=False),
    id="NetworkAcl.NetworkAclId",
    listing=Listing(Call("DescribeNetworkAcls", match=False), ids="NetworkAcls[].NetworkAclId", before=True),
    finish=(_fill,),
    read=_READ,
    updates=(_change,),
    delete=_delete,
    busy=("DependencyViolation",),
    tagging=ec2_tagging("network-acl"),
    import_attributes=_import,
    same={"egress": _same_rules, "ingress": _same_rules},
)


def _take_over(task: Task) -> None:
    """Remove the rules that the default network ACL has, and give it the configured tags and rules."""
    (acl,) = task.send(_ACL)["NetworkAcls"]
    if not acl["IsDefault"]:
        raise ProviderError("use the `aws_network_acl` resource instead")
    for egress in (True, False):
        _remove(task, [one["rule_no"] for one in _rules(egress)(task, acl)], egress)
    take_tags(task, acl)
    _fill(task)


def take_tags(task: Task, item: Item) -> None:
    """Replace the tags of what AWS created by the configured ones."""
    tagging = task.entry.tagging
    if tagging is not None:
        task.prior = {"tags_all": tag_map(item.get("Tags"))}
        change_tags(task, tagging)


DEFAULT_NETWORK_ACL = Resource(
    type="aws_default_network_acl",
    service="ec2",
    label="EC2 Default Network ACL",
    create=Call("DescribeNetworkAcls", send={"NetworkAclIds": "default_network_acl_id"}, match=False),
    id="NetworkAcls[0].NetworkAclId",
    finish=(_take_over,),
    read=_READ,
    updates=(_change,),
    tagging=ec2_tagging("network-acl"),
    import_attributes=lambda task: {"default_network_acl_id": task.id},
    same={
        "egress": _same_rules,
        "ingress": _same_rules,
        **{f"{name}.protocol": _same_protocol for name in ("egress", "ingress")},
        **{f"{name}.action": same_text for name in ("egress", "ingress")},
    },
)


def _own_entry(task: Task) -> Call:
    rule = {name: task.get(name) for name in ("protocol", "cidr_block", "ipv6_cidr_block", "from_port", "to_port")}
    rule |= {"icmp_code": task.get("icmp_code"), "icmp_type": task.get("icmp_type")}
    rule |= {"rule_no": task.get("rule_number"), "action": task.get("rule_action")}
    entry = _entry(task, rule, bool(task.get("egress")))
    return Call("CreateNetworkAclEntry", send={member: _given(value) for member, value in entry.items()}, match=False)


def _given(value: Any) -> Callable[[Task], Any]:
    return lambda task: value


def _rule_id(task: Task) -> str:
    parts = (task.get("network_acl_id"), task.get("rule_number"), str(bool(task.get("egress"))).lower())
    text = "".join(f"{part}-" for part in (*parts, task.get("protocol")))
    return f"nacl-{zlib.crc32(text.encode())}"


def _pick(task: Task, answer: Item) -> Item | None:
    entries = answer["NetworkAcls"][0]["Entries"] if answer["NetworkAcls"] else ()
    key = (int(task.get("rule_number")), bool(task.get("egress")))
    return next((one for one in entries if (one["RuleNumber"], bool(one["Egress"])) == key), None)


def _shown(task: Task, item: Item) -> Mapping[str, Any]:
    rule = _rule(item)
    names = ("protocol", "cidr_block", "ipv6_cidr_block", "from_port", "to_port", "icmp_code", "icmp_type")
    return {**{name: rule[name] or None for name in names}, "rule_action": rule["action"], "egress": item["Egress"]}


def _delete_rule(task: Task) -> None:
    with accepted("InvalidNetworkAclEntry.NotFound", *_GONE):
        number, egress = int(task.get("rule_number")), bool(task.get("egress"))
        acl = task.get("network_acl_id")
        task.call("DeleteNetworkAclEntry", NetworkAclId=acl, Egress=egress, RuleNumber=number)


def _import_rule(task: Task) -> Mapping[str, Any]:
    acl, number, protocol, egress = import_parts(task, ":", 4, "NETWORK_ACL_ID:RULE_NUMBER:PROTOCOL:EGRESS")
    values = {"network_acl_id": acl, "rule_number": int(number), "egress": egress == "true", "protocol": protocol}
    task.values |= values
    return {**values, "id": _rule_id(task)}


NETWORK_ACL_RULE = Resource(
    type="aws_network_acl_rule",
    service="ec2",
    label="EC2 Network ACL Rule",
    create=_own_entry,
    id=_rule_id,
    exists=("NetworkAclEntryAlreadyExists",),
    read=Read(
        Call("DescribeNetworkAcls", send={"NetworkAclIds": "network_acl_id"}, match=False),
        item=_pick,
        shape="NetworkAcls[0].Entries[0]",
        gone=_GONE,
        skip=frozenset({"protocol", "egress"}),
        more=(_shown,),
    ),
    delete=_delete_rule,
    import_attributes=_import_rule,
    same={"protocol": _same_protocol, "rule_action": same_text},
)

ENTRIES = (NETWORK_ACL, DEFAULT_NETWORK_ACL, NETWORK_ACL_RULE)
