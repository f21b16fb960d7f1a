"""IAM roles, inline policies and attached managed policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aurora_cli.sandbox.provider.api.errors import accepted
from aurora_cli.sandbox.provider.engine.model import Call, Item, Naming, Read, Resource, Task
from aurora_cli.sandbox.provider.resources.documents import decoded, equivalent_policy, normal_json, versioned_policy
from aurora_cli.sandbox.provider.resources.parts import again, import_parts, listed
from aurora_cli.sandbox.provider.resources.tagging import tagging

_BY_NAME = {"RoleName": "id"}
_GONE = ("NoSuchEntity", "NoSuchEntityException")


def _inline_names(task: Task) -> list[str]:
    names: list[str] = task.call("ListRolePolicies", RoleName=task.id)["PolicyNames"]
    return names


def _attached_arns(task: Task) -> list[str]:
    answer = task.call("ListAttachedRolePolicies", RoleName=task.id)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def _policies(task: Task, item: Item) -> Mapping[str, Any]:
    known = {one.get("name"): one.get("policy") for one in task.get("inline_policy") or ()}
    inline = []
    for name in _inline_names(task):
        text = decoded(task.call("GetRolePolicy", RoleName=task.id, PolicyName=name)["PolicyDocument"])
        inline.append({"name": name, "policy": known[name] if equivalent_policy(known.get(name), text) else text})
    return {"inline_policy": inline, "managed_policy_arns": _attached_arns(task)}


def _put_inline(task: Task, policies: Any) -> None:
    for one in policies or ():
        if one.get("name") and one.get("policy"):
            task.call("PutRolePolicy", RoleName=task.id, PolicyName=one["name"], PolicyDocument=one["policy"])


def _attach(task: Task, arns: Any) -> None:
    for arn in listed(arns):
        task.call("AttachRolePolicy", RoleName=task.id, PolicyArn=arn)


def _finish(task: Task) -> None:
    _put_inline(task, task.get("inline_policy"))
    _attach(task, task.get("managed_policy_arns"))


def _change(task: Task) -> None:
    changed = task.changed
    if "assume_role_policy" in changed:
        task.call("UpdateAssumeRolePolicy", RoleName=task.id, PolicyDocument=task.get("assume_role_policy"))
    if changed & {"description", "max_session_duration"}:
        duration = int(task.get("max_session_duration") or 3600)
        task.call(
            "UpdateRole", RoleName=task.id, Description=task.get("description") or "", MaxSessionDuration=duration
        )
    if "permissions_boundary" in changed:
        _change_boundary(task)
    if "inline_policy" in changed:
        _change_inline(task)
    if "managed_policy_arns" in changed:
        _change_attached(task)


def _change_boundary(task: Task) -> None:
    arn = task.get("permissions_boundary")
    if arn:
        task.call("PutRolePermissionsBoundary", RoleName=task.id, PermissionsBoundary=arn)
    else:
        task.call("DeleteRolePermissionsBoundary", RoleName=task.id)


def _change_inline(task: Task) -> None:
    wanted = {one["name"] for one in task.get("inline_policy") or () if one.get("name")}
    for name in _inline_names(task):
        if name not in wanted:
            task.call("DeleteRolePolicy", RoleName=task.id, PolicyName=name)
    _put_inline(task, task.get("inline_policy"))


def _change_attached(task: Task) -> None:
    before, after = set(_attached_arns(task)), set(task.get("managed_policy_arns") or ())
    for arn in listed(before - after):
        task.call("DetachRolePolicy", RoleName=task.id, PolicyArn=arn)
    _attach(task, after - before)


def _delete_role(task: Task) -> None:
    """Detach all policies with `force_detach_policies`, else those in the role's state."""
    every = bool(task.get("force_detach_policies"))
    if every or task.get("managed_policy_arns"):
        for arn in _attached_arns(task):
            task.call("DetachRolePolicy", RoleName=task.id, PolicyArn=arn)
    if every or task.get("inline_policy"):
        for name in _inline_names(task):
            task.call("DeleteRolePolicy", RoleName=task.id, PolicyName=name)
    task.call("DeleteRole", RoleName=task.id)


ROLE = Resource(
    type="aws_iam_role",
    service="iam",
    label="IAM Role",
    create=Call("CreateRole"),
    naming=Naming("name", "name_prefix", "terraform-"),
    aliases={"RoleName": "name", "AssumeRolePolicyDocument": "assume_role_policy", "RoleId": "unique_id"},
    exists=("EntityAlreadyExists", "EntityAlreadyExistsException"),
    created_at="CreateDate",
    identifying=frozenset({"assume_role_policy"}),
    finish=(_finish,),
    read=Read(
        Call("GetRole", send=_BY_NAME, match=False),
        item="Role",
        gone=_GONE,
        fields={
            "assume_role_policy": lambda task, item: decoded(item.get("AssumeRolePolicyDocument")),
            "permissions_boundary": "PermissionsBoundary.PermissionsBoundaryArn",
        },
        more=(_policies,),
    ),
    updates=(_change,),
    delete=_delete_role,
    tagging=tagging(_BY_NAME, "Role", item="Tags"),
    stored={"assume_role_policy": normal_json, "inline_policy.policy": versioned_policy},
    same={"assume_role_policy": equivalent_policy, "inline_policy.policy": equivalent_policy},
)


def _import_policy(task: Task) -> Mapping[str, Any]:
    role, name = import_parts(task, ":", 2, "role-name:policy-name")
    return {"role": role, "name": name}


_PUT = Call("PutRolePolicy")
_POLICY = {"RoleName": "role", "PolicyName": "name"}

ROLE_POLICY = Resource(
    type="aws_iam_role_policy",
    service="iam",
    label="IAM Role Policy",
    create=_PUT,
    id=lambda task: f"{task.get('role')}:{task.get('name')}",
    naming=Naming("name", "name_prefix", "terraform-"),
    aliases={"RoleName": "role", "PolicyName": "name", "PolicyDocument": "policy"},
    read=Read(
        Call("GetRolePolicy", send=_POLICY, match=False),
        item="@",
        gone=_GONE,
        fields={"role": "RoleName", "policy": lambda task, item: decoded(item.get("PolicyDocument"))},
    ),
    updates=(again(_PUT),),
    delete=Call("DeleteRolePolicy", send=_POLICY, match=False),
    import_attributes=_import_policy,
    stored={"policy": versioned_policy},
    same={"policy": equivalent_policy},
)


def _pick_attached(task: Task, answer: Item) -> Item | None:
    wanted = task.get("policy_arn")
    return next((policy for policy in answer["AttachedPolicies"] if policy["PolicyArn"] == wanted), None)


def _import_attachment(task: Task) -> Mapping[str, Any]:
    role, _, arn = (task.id or "").partition("/")
    return {"role": role, "policy_arn": arn}


def _detach(task: Task) -> None:
    with accepted(*_GONE):
        task.call("DetachRolePolicy", RoleName=task.get("role"), PolicyArn=task.get("policy_arn"))


ATTACHMENT = Resource(
    type="aws_iam_role_policy_attachment",
    service="iam",
    label="IAM Role Policy Attachment",
    create=Call("AttachRolePolicy"),
    id=lambda task: f"{task.get('role')}/{task.get('policy_arn')}",
    aliases={"RoleName": "role"},
    read=Read(
        Call("ListAttachedRolePolicies", send={"RoleName": "role"}, match=False),
        item=_pick_attached,
        shape="AttachedPolicies[0]",
        gone=_GONE,
    ),
    delete=_detach,
    import_attributes=_import_attachment,
)

ENTRIES = (ROLE, ROLE_POLICY, ATTACHMENT)
