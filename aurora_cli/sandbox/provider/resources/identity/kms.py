"""KMS keys and aliases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Listing, Naming, Read, Resource, Tagging, Task, Update
from aurora_cli.sandbox.provider.resources.documents import equivalent_policy, normal_json

_BY_KEY = {"KeyId": "id"}


def _policy(task: Task, item: Item) -> Mapping[str, Any]:
    return {"policy": task.call("GetKeyPolicy", KeyId=task.id, PolicyName="default")["Policy"]}


def _rotation(task: Task, item: Item) -> Mapping[str, Any]:
    status = task.call("GetKeyRotationStatus", KeyId=task.id)
    enabled = status.get("KeyRotationEnabled", False)
    days = status.get("RotationPeriodInDays") if enabled else None
    return {"enable_key_rotation": enabled, "rotation_period_in_days": days}


def _set_rotation(task: Task) -> None:
    if not task.get("enable_key_rotation"):
        task.call("DisableKeyRotation", KeyId=task.id)
        return
    days = task.get("rotation_period_in_days")
    task.call("EnableKeyRotation", KeyId=task.id, **({"RotationPeriodInDays": int(days)} if days else {}))


def _finish(task: Task) -> None:
    if task.get("enable_key_rotation"):
        _set_rotation(task)
    if task.get("is_enabled") is False:
        task.call("DisableKey", KeyId=task.id)


def _change(task: Task) -> None:
    """The rotation of a disabled key can't change: enable first, disable last."""
    if "is_enabled" in task.changed and task.get("is_enabled"):
        task.call("EnableKey", KeyId=task.id)
    if task.changed & {"enable_key_rotation", "rotation_period_in_days"}:
        _set_rotation(task)
    if "policy" in task.changed and task.get("policy"):
        task.call("PutKeyPolicy", KeyId=task.id, PolicyName="default", Policy=task.get("policy"))
    if "is_enabled" in task.changed and not task.get("is_enabled"):
        task.call("DisableKey", KeyId=task.id)


def _bypass(task: Task) -> bool | None:
    return task.get("bypass_policy_lockout_safety_check") or None


KEY = Resource(
    type="aws_kms_key",
    service="kms",
    label="KMS Key",
    create=Call("CreateKey", send={"BypassPolicyLockoutSafetyCheck": _bypass}),
    id="KeyMetadata.KeyId",
    listing=Listing(Call("ListKeys", match=False), ids="Keys[].KeyId", before=True),
    created_at="CreationDate",
    finish=(_finish,),
    read=Read(
        Call("DescribeKey", send=_BY_KEY, match=False),
        item="KeyMetadata",
        gone=("NotFoundException",),
        exists=lambda item: item.get("KeyState") not in ("PendingDeletion", "PendingReplicaDeletion"),
        fields={
            "customer_master_key_spec": "KeySpec || CustomerMasterKeySpec",
            "is_enabled": "Enabled",
            "xks_key_id": "XksKeyConfiguration.Id",
        },
        more=(_policy, _rotation),
        skip=frozenset({"deletion_window_in_days"}),
    ),
    updates=(Update(Call("UpdateKeyDescription", send=_BY_KEY)), _change),
    delete=Call("ScheduleKeyDeletion", send={"KeyId": "id", "PendingWindowInDays": "deletion_window_in_days"}),
    tagging=Tagging(
        add=Call("TagResource", send=_BY_KEY, match=False),
        remove=Call("UntagResource", send=_BY_KEY, match=False),
        list=(Call("ListResourceTags", send=_BY_KEY, match=False), "Tags"),
    ),
    stored={"policy": normal_json},
    same={"policy": equivalent_policy},
)


def _key_id(value: Any) -> str:
    """The id of a key, from its id or ARN."""
    return str(value).rpartition("/")[2]


def _pick_alias(task: Task, answer: Item) -> Item | None:
    return next((alias for alias in answer["Aliases"] if alias["AliasName"] == task.id), None)


def _key_arn(task: Task, item: Item) -> str:
    return task.arn(f"key/{item.get('TargetKeyId')}")


ALIAS = Resource(
    type="aws_kms_alias",
    service="kms",
    label="KMS Alias",
    create=Call("CreateAlias"),
    naming=Naming("name", "name_prefix", "alias/"),
    aliases={"AliasName": "name", "AliasArn": "arn"},
    exists=("AlreadyExistsException",),
    identifying=frozenset({"target_key_arn"}),
    read=Read(
        Call("ListAliases", match=False),
        item=_pick_alias,
        shape="Aliases[0]",
        fields={"target_key_arn": _key_arn},
        gone=("NotFoundException",),
    ),
    updates=(Update(Call("UpdateAlias"), when=frozenset({"target_key_id"}), whole=True),),
    delete=Call("DeleteAlias"),
    same={"target_key_id": lambda before, after: _key_id(before) == _key_id(after)},
)

ENTRIES = (KEY, ALIAS)
