"""DB cluster and DB parameter groups, whose parameters are sent in batches of 20."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Naming, Read, Resource, Task
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_AT_ONCE = 20  # maximum number of parameters per call


def _key(parameter: Mapping[str, Any]) -> tuple[str, str, str]:
    """The identity of a parameter: name and apply method, without regard to case."""
    method = str(parameter.get("apply_method") or "immediate").lower()
    return str(parameter["name"]).lower(), str(parameter["value"]), method


def _chunks(parameters: list[Item]) -> Iterator[list[Item]]:
    for start in range(0, len(parameters), _AT_ONCE):
        yield parameters[start : start + _AT_ONCE]


def _sent(parameter: Mapping[str, Any]) -> Item:
    method = str(parameter.get("apply_method") or "immediate").lower()
    return {
        "ParameterName": str(parameter["name"]).lower(),
        "ParameterValue": str(parameter["value"]),
        "ApplyMethod": method,
    }


_TURNS = 3


def _turn(parameter: Item) -> int:
    """Character sets, on which others depend, then the other immediate parameters, then the rest; each in calls of their own."""
    if parameter["ApplyMethod"] == "pending-reboot":
        return 2
    return 0 if "character_set" in parameter["ParameterName"] else 1


def _changer(group: str) -> Callable[[Task], None]:
    """Send new and changed parameters and reset removed ones."""
    name_member = f"{group}ParameterGroupName"

    def change(task: Task) -> None:
        before = {_key(parameter) for parameter in task.prior.get("parameter") or ()}
        after = task.get("parameter") or []
        new = [_sent(parameter) for parameter in after if _key(parameter) not in before]
        for turn in range(_TURNS):
            for chunk in _chunks([one for one in new if _turn(one) == turn]):
                task.call(f"Modify{group}ParameterGroup", **{name_member: task.id}, Parameters=chunk)
        kept = {str(parameter["name"]).lower() for parameter in after}
        gone = [p for p in task.prior.get("parameter") or () if str(p["name"]).lower() not in kept]
        removed = [{key: item[key] for key in ("ParameterName", "ApplyMethod")} for item in map(_sent, gone)]
        for chunk in _chunks(removed):
            params = {name_member: task.id, "ResetAllParameters": False}
            task.call(f"Reset{group}ParameterGroup", **params, Parameters=chunk)

    return change


def _every_parameter(task: Task, group: str, **source: str) -> Iterator[Item]:
    params: dict[str, Any] = {f"{group}ParameterGroupName": task.id, **source}
    while True:
        answer = task.call(f"Describe{group}Parameters", **params)
        yield from answer.get("Parameters", ())
        if not answer.get("Marker"):
            return
        params["Marker"] = answer["Marker"]


def _reader(group: str) -> Callable[[Task, Item], Mapping[str, Any]]:
    """Parameters that a user set, and those of the configuration."""

    def read(task: Task, item: Item) -> Mapping[str, Any]:
        known = {_key(parameter): parameter for parameter in task.get("parameter") or ()}
        named = {name for name, _, _ in known}
        found = {p["ParameterName"].lower(): p for p in _every_parameter(task, group, Source="user")}
        if named - set(found):
            everything = {p["ParameterName"].lower(): p for p in _every_parameter(task, group)}
            found |= {name: p for name, p in everything.items() if name in named}
        parameters = [_element(p) for p in found.values() if p.get("ParameterValue") is not None]
        return {"parameter": [known.get(_key(parameter), parameter) for parameter in parameters]}

    return read


def _element(parameter: Item) -> Item:
    return {
        "name": parameter["ParameterName"].lower(),
        "value": parameter["ParameterValue"],
        "apply_method": str(parameter.get("ApplyMethod") or "immediate").lower(),
    }


def _delete(operation: str, name_member: str) -> Callable[[Task], None]:
    def delete(task: Task) -> None:
        if not task.get("skip_destroy"):
            task.call(operation, **{name_member: task.id})

    return delete


def _entry(type_: str, label: str, group: str, arn_kind: str) -> Resource:
    name_member = f"{group}ParameterGroupName"
    return Resource(
        type=type_,
        service="rds",
        label=label,
        create=Call(f"Create{group}ParameterGroup"),
        naming=Naming("name", "name_prefix", "terraform-"),
        aliases={
            name_member: "name",
            "DBParameterGroupFamily": "family",
            f"{group}ParameterGroupArn": "arn",
        },
        exists=("DBParameterGroupAlreadyExists",),
        finish=(_changer(group),),
        read=Read(
            Call(f"Describe{group}ParameterGroups", send={name_member: "id"}, match=False),
            item=f"{group}ParameterGroups[0]",
            gone=("DBParameterGroupNotFound", "DBClusterParameterGroupNotFound"),
            more=(_reader(group),),
        ),
        updates=(_changer(group),),
        delete=_delete(f"Delete{group}ParameterGroup", name_member),
        busy=("InvalidDBParameterGroupState",),
        tagging=rds_tagging(arn_kind),
    )


ENTRIES = (
    _entry("aws_rds_cluster_parameter_group", "RDS Cluster Parameter Group", "DBCluster", "cluster-pg"),
    _entry("aws_db_parameter_group", "DB Parameter Group", "DB", "pg"),
)
