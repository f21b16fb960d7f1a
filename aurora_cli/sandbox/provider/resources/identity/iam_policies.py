"""Customer managed IAM policies and their versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Naming, Read, Resource, Task
from aurora_cli.sandbox.provider.resources.documents import decoded, equivalent_policy, normal_json
from aurora_cli.sandbox.provider.resources.tagging import tagging

MOST_VERSIONS = 5
_BY_ARN = {"PolicyArn": "id"}


def _document(task: Task, item: Item) -> Mapping[str, Any]:
    answer = task.call("GetPolicyVersion", PolicyArn=task.id, VersionId=item["DefaultVersionId"])
    text = decoded(answer["PolicyVersion"]["Document"])
    known = task.get("policy")
    return {"policy": known if equivalent_policy(known, text) else text}


def _versions(task: Task) -> list[Item]:
    """All versions except the default one, oldest first."""
    found = task.call("ListPolicyVersions", PolicyArn=task.id)["Versions"]
    return sorted((one for one in found if not one["IsDefaultVersion"]), key=lambda one: one["CreateDate"])


def _change(task: Task) -> None:
    if "policy" not in task.changed:
        return
    old = _versions(task)
    if len(old) >= MOST_VERSIONS - 1:
        task.call("DeletePolicyVersion", PolicyArn=task.id, VersionId=old[0]["VersionId"])
    answer = task.call("CreatePolicyVersion", PolicyArn=task.id, PolicyDocument=task.get("policy"), SetAsDefault=False)
    task.call("SetDefaultPolicyVersion", PolicyArn=task.id, VersionId=answer["PolicyVersion"]["VersionId"])


def _delete(task: Task) -> None:
    for version in _versions(task):
        task.call("DeletePolicyVersion", PolicyArn=task.id, VersionId=version["VersionId"])
    task.call("DeletePolicy", PolicyArn=task.id)


POLICY = Resource(
    type="aws_iam_policy",
    service="iam",
    label="IAM Policy",
    create=Call("CreatePolicy"),
    id="Policy.Arn",
    naming=Naming("name", "name_prefix", "terraform-"),
    aliases={"PolicyName": "name", "PolicyDocument": "policy"},
    exists=("EntityAlreadyExists", "EntityAlreadyExistsException"),
    created_at="CreateDate",
    identifying=frozenset({"policy"}),
    read=Read(
        Call("GetPolicy", send=_BY_ARN, match=False),
        item="Policy",
        gone=("NoSuchEntity", "NoSuchEntityException"),
        more=(_document,),
    ),
    updates=(_change,),
    delete=_delete,
    tagging=tagging(_BY_ARN, "Policy", item="Tags"),
    stored={"policy": normal_json},
    same={"policy": equivalent_policy},
)

ENTRIES = (POLICY,)
