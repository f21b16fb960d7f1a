"""Parameters of Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Source, Task
from aurora_cli.sandbox.provider.resources.tagging import listed_tagging


def _value(task: Task) -> Any:
    return task.config.get("value_wo") or task.get("value") or task.get("insecure_value")


def _put(overwrite: bool) -> Call:
    return Call(
        "PutParameter",
        send={
            "Name": "name",
            "Value": _value,
            "Type": "type",
            "Description": "description",
            "KeyId": "key_id",
            "AllowedPattern": "allowed_pattern",
            "DataType": "data_type",
            "Tier": "tier",
            "Overwrite": lambda task: overwrite or bool(task.get("overwrite")),
        },
        match=False,
    )


def _change(task: Task) -> None:
    task.send(_put(True))


def _read_value(task: Task, item: Item) -> Mapping[str, Any]:
    """value or insecure_value, as in the configuration; write-only values are not stored in the state."""
    written = bool(task.get("value_wo_version")) or bool(task.get("has_value_wo"))
    value, plain = item.get("Value"), bool(task.get("insecure_value"))
    return {
        "value": None if written or plain else value,
        "insecure_value": value if plain and not written else None,
        "has_value_wo": written,
    }


def _described(task: Task, item: Item) -> Mapping[str, Any]:
    answer = task.call(
        "DescribeParameters", ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [task.id]}]
    )
    found = answer["Parameters"][0] if answer.get("Parameters") else {}
    return {
        "description": found.get("Description"),
        "tier": found.get("Tier") or "Standard",
        "allowed_pattern": found.get("AllowedPattern"),
        "key_id": found.get("KeyId"),
        "data_type": found.get("DataType") or "text",
    }


_BY_NAME: dict[str, Source] = {"ResourceType": lambda task: "Parameter", "ResourceId": "id"}

PARAMETER = Resource(
    type="aws_ssm_parameter",
    service="ssm",
    label="SSM Parameter",
    create=_put(False),
    id=lambda task: str(task.get("name")),
    aliases={"ARN": "arn"},
    exists=("ParameterAlreadyExists",),
    read=Read(
        Call("GetParameter", send={"Name": "id", "WithDecryption": lambda task: True}, match=False),
        item="Parameter",
        gone=("ParameterNotFound",),
        skip=frozenset({"value"}),
        more=(_read_value, _described),
    ),
    updates=(_change,),
    delete=Call("DeleteParameter", send={"Name": "id"}, match=False),
    tagging=listed_tagging(_BY_NAME),
    import_attributes=lambda task: {"name": task.id},
    renewed={
        "value": ("insecure_value", "version"),
        "insecure_value": ("value", "insecure_value"),
        "value_wo_version": ("has_value_wo",),
    },
    same={"tier": lambda before, after: after == "Intelligent-Tiering"},
    replace_if={"tier": lambda prior, planned: (prior.get("tier"), planned.get("tier")) == ("Advanced", "Standard")},
)

ENTRIES = (PARAMETER,)
