"""Route 53 records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.parts import listed

_QUOTED = ("TXT", "SPF")
# routing policy block -> attribute of it -> member of the record set
_POLICIES = {
    "failover_routing_policy": {"type": "Failover"},
    "latency_routing_policy": {"region": "Region"},
    "weighted_routing_policy": {"weight": "Weight"},
}


def normal_name(name: Any) -> str:
    """The name in lower case, without the trailing dot, with `*` instead of its octal escape."""
    return str(name).lower().removesuffix(".").replace("\\052", "*")


def _zone_id(value: Any) -> str:
    return str(value).rpartition("/")[2]


def _zone_name(task: Task) -> str:
    answer = task.call("GetHostedZone", Id=_zone_id(task.get("zone_id")))
    return normal_name(answer["HostedZone"]["Name"])


def _full_name(name: Any, zone: str) -> str:
    """Append the name of the zone, unless the name ends with it."""
    short = normal_name(name)
    if not short:
        return zone
    return short if short == zone or short.endswith(f".{zone}") else f"{short}.{zone}"


def _record_set(task: Task, values: Mapping[str, Any]) -> Item:
    found: Item = {"Name": _full_name(values.get("name"), _zone_name(task)), "Type": values.get("type")}
    if values.get("records"):
        found["ResourceRecords"] = [{"Value": _sent(str(values["type"]), one)} for one in listed(values["records"])]
        found["TTL"] = int(values.get("ttl") or 0)
    if values.get("alias"):
        found["AliasTarget"] = _alias(values["alias"][0])
    named = {"set_identifier": "SetIdentifier", "health_check_id": "HealthCheckId"}
    found |= {member: values[name] for name, member in named.items() if values.get(name)}
    if values.get("multivalue_answer_routing_policy"):
        found["MultiValueAnswer"] = True
    for block, members in _POLICIES.items():
        for name, member in members.items():
            if values.get(block):
                value = values[block][0].get(name)
                found[member] = int(value) if member == "Weight" else value
    return found


def _alias(block: Item) -> Item:
    return {
        "DNSName": block["name"],
        "HostedZoneId": block["zone_id"],
        "EvaluateTargetHealth": bool(block.get("evaluate_target_health")),
    }


def _sent(kind: str, text: str) -> str:
    return f'"{text}"' if kind in _QUOTED and not text.startswith('"') else text


def _change_batch(task: Task, *changes: tuple[str, Mapping[str, Any]]) -> Item:
    records = [{"Action": action, "ResourceRecordSet": _record_set(task, values)} for action, values in changes]
    return {"Comment": "Managed by Terraform", "Changes": records}


def _creation(task: Task) -> Item:
    return _change_batch(task, ("UPSERT" if task.get("allow_overwrite") else "CREATE", task.values))


def _update(task: Task) -> None:
    moved = task.changed & {"type", "set_identifier"}
    changes = [("DELETE", task.prior), ("CREATE", task.values)] if moved else [("UPSERT", task.values)]
    task.call(
        "ChangeResourceRecordSets",
        HostedZoneId=_zone_id(task.get("zone_id")),
        ChangeBatch=_change_batch(task, *changes),
    )
    task.id = _record_id(task)


def _delete(task: Task) -> None:
    """Delete the record set as AWS returns it, which the call requires."""
    answer = task.call("ListResourceRecordSets", **_lookup(task))
    record = _pick(task, answer)
    if record is not None:
        change = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
        task.call("ChangeResourceRecordSets", HostedZoneId=_zone_id(task.get("zone_id")), ChangeBatch=change)


def _record_id(task: Task) -> str:
    parts = [_zone_id(task.get("zone_id")), normal_name(task.get("name")), str(task.get("type"))]
    return "_".join([*parts, str(task.get("set_identifier"))] if task.get("set_identifier") else parts)


def _lookup(task: Task) -> dict[str, Any]:
    name = _full_name(task.get("name"), _zone_name(task))
    return {
        "HostedZoneId": _zone_id(task.get("zone_id")),
        "StartRecordName": name,
        "StartRecordType": task.get("type"),
    }


def _pick(task: Task, answer: Item) -> Item | None:
    name = _full_name(task.get("name"), _zone_name(task))
    wanted = (name, task.get("type"), task.get("set_identifier") or "")
    for record in answer["ResourceRecordSets"]:
        if (normal_name(record["Name"]), record["Type"], record.get("SetIdentifier") or "") == wanted:
            found: Item = record
            return found
    return None


def _read_record(task: Task, item: Item) -> Mapping[str, Any]:
    kind = item["Type"]
    values = [str(one["Value"]) for one in item.get("ResourceRecords", ())]
    alias = item.get("AliasTarget")
    found: dict[str, Any] = {
        "fqdn": normal_name(item["Name"]),
        "records": [value.strip('"') if kind in _QUOTED else value for value in values],
        "ttl": item.get("TTL"),
        "set_identifier": item.get("SetIdentifier"),
        "health_check_id": item.get("HealthCheckId"),
        "multivalue_answer_routing_policy": bool(item.get("MultiValueAnswer")),
        "alias": [_read_alias(alias)] if alias else [],
    }
    for block, members in _POLICIES.items():
        present = {name: item[member] for name, member in members.items() if member in item}
        found[block] = [present] if present else []
    return found


def _read_alias(alias: Item) -> Item:
    return {
        "name": normal_name(alias["DNSName"]),
        "zone_id": alias["HostedZoneId"],
        "evaluate_target_health": alias.get("EvaluateTargetHealth", False),
    }


def _import(task: Task) -> Mapping[str, Any]:
    parts = (task.id or "").split("_")
    at = next((index for index, part in enumerate(parts) if index > 1 and part.isupper()), 0)
    if not at:
        raise ProviderError(f"unexpected format of ID ({task.id}), expected ZONEID_RECORDNAME_TYPE_SET-IDENTIFIER")
    rest = "_".join(parts[at + 1 :])
    return {
        "zone_id": parts[0],
        "name": normal_name("_".join(parts[1:at])),
        "type": parts[at],
        "set_identifier": rest or None,
    }


RECORD = Resource(
    type="aws_route53_record",
    service="route53",
    label="Route53 Record",
    create=Call(
        "ChangeResourceRecordSets",
        send={"HostedZoneId": lambda task: _zone_id(task.get("zone_id")), "ChangeBatch": _creation},
        match=False,
    ),
    id=_record_id,
    read=Read(
        Call(
            "ListResourceRecordSets",
            send={
                "HostedZoneId": lambda task: _zone_id(task.get("zone_id")),
                "StartRecordName": lambda task: _lookup(task)["StartRecordName"],
                "StartRecordType": "type",
            },
            match=False,
        ),
        item=_pick,
        shape="",
        gone=("NoSuchHostedZone",),
        more=(_read_record,),
        skip=frozenset({"name", "type"}),
    ),
    updates=(_update,),
    delete=_delete,
    import_attributes=_import,
    stored={"name": normal_name, "alias.name": normal_name},
    same={
        "name": lambda before, after: normal_name(before) == normal_name(after),
        "alias.name": lambda before, after: normal_name(before) == normal_name(after),
    },
)

ENTRIES = (RECORD,)
