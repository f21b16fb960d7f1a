"""Secrets Manager: secrets, versions, rotation."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Naming, Read, Resource, Task
from aurora_cli.sandbox.provider.engine.names import generate_name
from aurora_cli.sandbox.provider.resources.documents import equivalent_policy, normal_json
from aurora_cli.sandbox.provider.resources.parts import difference
from aurora_cli.sandbox.provider.resources.tagging import tagging

_BY_ID = {"SecretId": "id"}
_GONE = ("ResourceNotFoundException",)
_NO_POLICY = ("", "{}", None)


def _policy(task: Task, item: Item) -> Mapping[str, Any]:
    return {"policy": task.call("GetResourcePolicy", SecretId=task.id).get("ResourcePolicy") or ""}


def _replicas(task: Task, item: Item) -> Mapping[str, Any]:
    found = [
        {
            "region": one.get("Region"),
            "kms_key_id": one.get("KmsKeyId"),
            "status": one.get("Status"),
            "status_message": one.get("StatusMessage"),
            "last_accessed_date": one.get("LastAccessedDate"),
        }
        for one in item.get("ReplicationStatus") or ()
    ]
    return {"replica": found}


def _set_policy(task: Task) -> None:
    if task.get("policy") not in _NO_POLICY:
        task.call("PutResourcePolicy", SecretId=task.id, ResourcePolicy=task.get("policy"))


def _change_secret(task: Task) -> None:
    if task.changed & {"description", "kms_key_id"}:
        params = {"Description": task.get("description") or ""}
        key = {"KmsKeyId": task.get("kms_key_id")} if task.get("kms_key_id") else {}
        task.call("UpdateSecret", SecretId=task.id, **params, **key)
    if "policy" in task.changed:
        if task.get("policy") in _NO_POLICY:
            task.call("DeleteResourcePolicy", SecretId=task.id)
        else:
            _set_policy(task)
    if "replica" in task.changed:
        _change_replicas(task)


def _change_replicas(task: Task) -> None:
    before = {one["region"] for one in task.prior.get("replica") or ()}
    after = {one["region"]: one for one in task.get("replica") or ()}
    gone = sorted(before - set(after))
    if gone:
        task.call("RemoveRegionsFromReplication", SecretId=task.id, RemoveReplicaRegions=gone)
    new = [_replica(one) for region, one in sorted(after.items()) if region not in before]
    if new:
        task.call("ReplicateSecretToRegions", SecretId=task.id, AddReplicaRegions=new)


def _replica(block: Item) -> Item:
    key = {"KmsKeyId": block["kms_key_id"]} if isinstance(block.get("kms_key_id"), str) and block["kms_key_id"] else {}
    return {"Region": block["region"], **key}


def _token(task: Task) -> str:
    """The provider's own idempotency token, which becomes the ID of the version that the call creates."""
    return generate_name("terraform-")


def _new_replicas(task: Task) -> list[Item] | None:
    return [_replica(one) for one in task.get("replica") or ()] or None


def _delete_secret(task: Task) -> None:
    regions = sorted(one["region"] for one in task.get("replica") or ())
    if regions:
        task.call("RemoveRegionsFromReplication", SecretId=task.id, RemoveReplicaRegions=regions)
    days = task.get("recovery_window_in_days")
    how = {"ForceDeleteWithoutRecovery": True} if days == 0 else {"RecoveryWindowInDays": int(days or 30)}
    task.call("DeleteSecret", SecretId=task.id, **how)


def _same_name(task: Task) -> list[Item]:
    return [{"Key": "name", "Values": [task.get("name")]}]


SECRET = Resource(
    type="aws_secretsmanager_secret",
    service="secretsmanager",
    label="Secrets Manager Secret",
    create=Call(
        "CreateSecret",
        send={
            "AddReplicaRegions": _new_replicas,
            "ForceOverwriteReplicaSecret": lambda task: task.get("force_overwrite_replica_secret") or None,
            "ClientRequestToken": _token,
        },
        omit=frozenset({"Type"}),
    ),
    id="ARN",
    naming=Naming("name", "name_prefix", "terraform-"),
    aliases={"ARN": "arn"},
    exists=("ResourceExistsException",),
    created_at="CreatedDate",
    listing=Listing(Call("ListSecrets", send={"Filters": _same_name}, match=False), ids="SecretList[].ARN"),
    finish=(_set_policy,),
    read=Read(
        Call("DescribeSecret", send=_BY_ID, match=False),
        item="@",
        gone=_GONE,
        exists=lambda item: not item.get("DeletedDate"),
        fields={"kms_key_id": lambda task, item: item.get("KmsKeyId") or ""},
        more=(_policy, _replicas),
    ),
    updates=(_change_secret,),
    delete=_delete_secret,
    tagging=tagging(_BY_ID, item="Tags"),
    import_attributes=lambda task: {
        "name": (task.id or "").rpartition(":")[2].rpartition("-")[0],
        "recovery_window_in_days": 30,
        "force_overwrite_replica_secret": False,
    },
    stored={"policy": normal_json},
    same={"policy": equivalent_policy},
)


def _value(task: Task) -> Any:
    return task.config.get("secret_string_wo") or task.get("secret_string")


def _binary(task: Task) -> bytes | None:
    return base64.b64decode(task.get("secret_binary")) if task.get("secret_binary") else None


def _put_value(task: Task) -> Call:
    return Call(
        "PutSecretValue",
        send={
            "SecretId": "secret_id",
            "ClientRequestToken": _token,
            "SecretString": _value,
            "SecretBinary": _binary,
            "VersionStages": lambda task: sorted(task.get("version_stages") or ()) or None,
        },
        match=False,
    )


def _version_id(task: Task) -> str:
    return (task.id or "").rpartition("|")[2]


def _version_call(task: Task) -> str:
    return (task.id or "").rpartition("|")[0]


def _read_value(task: Task, item: Item) -> Mapping[str, Any]:
    """A write-only value is never stored in the state."""
    written = bool(task.get("secret_string_wo_version")) or bool(task.get("has_secret_string_wo"))
    binary = item.get("SecretBinary")
    return {
        "arn": item["ARN"],
        "secret_arn": item["ARN"],
        "secret_id": task.get("secret_id") or _version_call(task),
        "secret_string": None if written else item.get("SecretString"),
        "secret_binary": base64.b64encode(binary).decode() if binary else None,
        "has_secret_string_wo": written,
    }


def _change_stages(task: Task) -> None:
    if "version_stages" not in task.changed:
        return
    added, removed = difference(task, "version_stages")
    for stage in added:
        _move_stage(task, stage, {"MoveToVersionId": _version_id(task)})
    for stage in removed:
        if stage != "AWSCURRENT":
            _move_stage(task, stage, {"RemoveFromVersionId": _version_id(task)})


def _move_stage(task: Task, stage: str, how: dict[str, str]) -> None:
    holder = _holder(task, stage)
    if "MoveToVersionId" in how and holder and holder != how["MoveToVersionId"]:
        how = {**how, "RemoveFromVersionId": holder}
    task.call("UpdateSecretVersionStage", SecretId=task.get("secret_id"), VersionStage=stage, **how)


def _holder(task: Task, stage: str) -> str:
    stages = task.call("DescribeSecret", SecretId=task.get("secret_id")).get("VersionIdsToStages", {})
    return next((version for version, names in stages.items() if stage in names), "")


def _delete_version(task: Task) -> None:
    """Remove the staging labels of a version; AWSCURRENT can't be removed, so that the current version remains."""
    for stage in sorted(task.get("version_stages") or ()):
        if stage not in ("AWSCURRENT", "AWSPENDING"):
            with accepted(*_GONE, "InvalidRequestException", "InvalidParameterException"):
                _move_stage(task, stage, {"RemoveFromVersionId": _version_id(task)})


VERSION = Resource(
    type="aws_secretsmanager_secret_version",
    service="secretsmanager",
    label="Secrets Manager Secret Version",
    create=_put_value,
    id="join('|', [ARN, VersionId])",
    read=Read(
        Call("GetSecretValue", send={"SecretId": _version_call, "VersionId": _version_id}, match=False),
        item="@",
        gone=(*_GONE, "InvalidRequestException"),
        skip=frozenset({"secret_string", "secret_binary"}),
        more=(_read_value,),
    ),
    updates=(_change_stages,),
    delete=_delete_version,
    import_attributes=lambda task: {"secret_id": _version_call(task)},
)


def _rules(task: Task) -> Item | None:
    block = task.get("rotation_rules")
    if not block:
        return None
    return {name: value for name, value in block[0].items() if value not in (None, "", 0)}


_ROTATE = Call(
    "RotateSecret",
    send={
        "SecretId": "secret_id",
        "RotationLambdaARN": "rotation_lambda_arn",
        "RotationRules": _rules,
        "RotateImmediately": lambda task: bool(task.get("rotate_immediately")),
    },
    match=False,
)


def _change_rotation(task: Task) -> None:
    if task.changed & {"rotation_lambda_arn", "rotation_rules"} and task.get("rotation_rules"):
        task.send(_ROTATE)
    elif "rotation_rules" in task.changed:
        task.call("CancelRotateSecret", SecretId=task.id)


def _read_rules(task: Task, item: Item) -> list[Item]:
    """AWS returns days also for a schedule; the configuration has one of them."""
    rules = item.get("RotationRules")
    if not rules:
        return []
    scheduled = rules.get("ScheduleExpression")
    days = None if scheduled else rules.get("AutomaticallyAfterDays")
    return [
        {"automatically_after_days": days, "duration": rules.get("Duration"), "schedule_expression": scheduled},
    ]


ROTATION = Resource(
    type="aws_secretsmanager_secret_rotation",
    service="secretsmanager",
    label="Secrets Manager Secret Rotation",
    create=_ROTATE,
    id="ARN",
    read=Read(
        Call("DescribeSecret", send=_BY_ID, match=False),
        item="@",
        gone=_GONE,
        exists=lambda item: not item.get("DeletedDate"),
        fields={
            "rotation_rules": _read_rules,
            "rotation_lambda_arn": "RotationLambdaARN",
            "secret_id": lambda task, item: task.get("secret_id") or item["ARN"],
        },
    ),
    updates=(_change_rotation,),
    delete=Call("CancelRotateSecret", send=_BY_ID, match=False),
    import_attributes=lambda task: {"secret_id": task.id, "rotate_immediately": True},
)

ENTRIES = (SECRET, VERSION, ROTATION)
