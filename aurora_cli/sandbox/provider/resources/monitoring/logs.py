"""CloudWatch Logs."""

from __future__ import annotations

from aurora_cli.sandbox.provider.engine.model import Call, Item, Naming, Read, Resource, Task
from aurora_cli.sandbox.provider.resources.tagging import tagging

_NAME = {"logGroupName": "name"}


def _arn(task: Task) -> str:
    return task.arn(f"log-group:{task.id}")


def _pick(task: Task, answer: Item) -> Item | None:
    """The log group with the exact name: the call searches by prefix."""
    return next((group for group in answer["logGroups"] if group["logGroupName"] == task.id), None)


def _set_retention(task: Task) -> None:
    days = task.get("retention_in_days")
    if days:
        task.call("PutRetentionPolicy", logGroupName=task.id, retentionInDays=int(days))
    elif task.prior.get("retention_in_days"):
        task.call("DeleteRetentionPolicy", logGroupName=task.id)


def _change(task: Task) -> None:
    if "retention_in_days" in task.changed:
        _set_retention(task)
    if "kms_key_id" in task.changed and task.get("kms_key_id"):
        task.call("AssociateKmsKey", logGroupName=task.id, kmsKeyId=task.get("kms_key_id"))
    elif "kms_key_id" in task.changed:
        task.call("DisassociateKmsKey", logGroupName=task.id)


def _delete(task: Task) -> None:
    if not task.get("skip_destroy"):
        task.call("DeleteLogGroup", logGroupName=task.id)


LOG_GROUP = Resource(
    type="aws_cloudwatch_log_group",
    service="logs",
    label="CloudWatch Logs Log Group",
    create=Call("CreateLogGroup", omit=frozenset({"deletionProtectionEnabled"})),
    naming=Naming("name", "name_prefix"),
    aliases=_NAME,
    exists=("ResourceAlreadyExistsException",),
    finish=(_set_retention,),
    read=Read(
        Call("DescribeLogGroups", send={"logGroupNamePrefix": "id"}, match=False),
        item=_pick,
        shape="logGroups[0]",
        gone=("ResourceNotFoundException",),
        fields={"arn": lambda task, item: _arn(task)},
    ),
    updates=(_change,),
    delete=_delete,
    tagging=tagging({"resourceArn": _arn}, tags="tags"),
)

ENTRIES = (LOG_GROUP,)
