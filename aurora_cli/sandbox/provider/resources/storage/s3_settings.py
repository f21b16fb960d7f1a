"""Settings of an S3 bucket that are resources of their own: each is one Put call, and one Get call reads it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Read, Resource, Task
from aurora_cli.sandbox.provider.resources.documents import equivalent_policy
from aurora_cli.sandbox.provider.resources.parts import again

_BUCKET = {"Bucket": "bucket"}
_BY_OWNER = {**_BUCKET, "ExpectedBucketOwner": "expected_bucket_owner"}
_BLOCKS = {
    "block_public_acls": "BlockPublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "ignore_public_acls": "IgnorePublicAcls",
    "restrict_public_buckets": "RestrictPublicBuckets",
}


def _setting(
    name: str,
    operation: str,
    *,
    send: Mapping[str, Callable[[Task], Any]],
    shown: Callable[[Task, Item], Mapping[str, Any]],
    gone: tuple[str, ...] = (),
    delete: Call | Callable[[Task], None] | None = None,
    owner: bool = False,
    **more: Any,
) -> Resource:
    """A setting.

    Args:
        operation: the operations' name after `Put` and `Get`.
        send: the member of the Put call besides the bucket.
        shown: attributes from the response of the Get call.
        delete: None: a deletion only removes the state.
        owner: the type has `expected_bucket_owner`, which is a part of the id.
    """
    by = _BY_OWNER if owner else _BUCKET
    put = Call(f"Put{operation}", send={**by, **send}, match=False)
    return Resource(
        type=f"aws_s3_{name}",
        service="s3",
        label=f"S3 {name.replace('_', ' ').title()}",
        create=put,
        id=_id,
        read=Read(
            Call(f"Get{operation}", send=by, match=False),
            item="@",
            gone=("NoSuchBucket", *gone),
            more=(shown,),
        ),
        updates=(again(put),),
        delete=delete,
        import_attributes=lambda task: {"bucket": str(task.id).partition(",")[0]},
        **more,
    )


def _id(task: Task) -> str:
    owner = task.get("expected_bucket_owner")
    return ",".join(str(part) for part in (task.get("bucket"), owner) if part)


def _acl_id(task: Task) -> str:
    return ",".join(part for part in (_id(task), task.get("acl")) if part)


def _granted(task: Task) -> Item | None:
    """The AccessControlPolicy of a configured `access_control_policy`; None with a canned ACL."""
    policies = task.get("access_control_policy")
    if task.get("acl") or not policies:
        return None
    names = {"id": "ID", "uri": "URI", "email_address": "EmailAddress", "type": "Type"}
    grants = []
    for grant in policies[0].get("grant") or ():
        grantee = (grant.get("grantee") or [{}])[0]
        sent = {member: grantee[name] for name, member in names.items() if grantee.get(name)}
        grants.append({"Grantee": sent, "Permission": grant["permission"]})
    return {"Grants": grants, "Owner": {"ID": policies[0]["owner"][0]["id"]}}


def _acl_shown(task: Task, item: Item) -> Mapping[str, Any]:
    grants = []
    for one in item.get("Grants", ()):
        grantee = one["Grantee"]
        grants.append(
            {
                "permission": one["Permission"],
                "grantee": [
                    {
                        "display_name": grantee.get("DisplayName") or "",
                        "email_address": grantee.get("EmailAddress") or "",
                        "id": grantee.get("ID") or "",
                        "type": grantee["Type"],
                        "uri": grantee.get("URI") or "",
                    }
                ],
            }
        )
    owner = {"id": item["Owner"]["ID"], "display_name": item["Owner"].get("DisplayName") or ""}
    return {"access_control_policy": [{"grant": grants, "owner": [owner]}]}


def _rename(task: Task) -> None:
    """The id of an ACL holds its canned ACL."""
    task.id = _acl_id(task)


def _acl() -> Resource:
    made = _setting(
        "bucket_acl",
        "BucketAcl",
        send={"ACL": lambda task: task.get("acl") or None, "AccessControlPolicy": _granted},
        shown=_acl_shown,
        owner=True,
        kept_blocks=frozenset({"access_control_policy"}),
    )
    return dataclasses.replace(made, id=_acl_id, updates=(*made.updates, _rename), import_attributes=_import_acl)


def _import_acl(task: Task) -> Mapping[str, Any]:
    bucket, *rest = str(task.id).split(",")
    owner = next((part for part in rest if part.isdigit()), None)
    return {
        "bucket": bucket,
        "expected_bucket_owner": owner,
        "acl": next((part for part in rest if not part.isdigit()), None),
    }


def _first(task: Task, block: str) -> Item:
    found: Item = (task.get(block) or [{}])[0]
    return found


def _versioning_sent(task: Task) -> Item:
    block = _first(task, "versioning_configuration")
    return {"Status": block["status"], **({"MFADelete": block["mfa_delete"]} if block.get("mfa_delete") else {})}


def _encryption_sent(task: Task) -> Item:
    rules = []
    for rule in task.get("rule") or ():
        default = (rule.get("apply_server_side_encryption_by_default") or [{}])[0]
        key = {"KMSMasterKeyID": default["kms_master_key_id"]} if default.get("kms_master_key_id") else {}
        sent: Item = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": default.get("sse_algorithm"), **key}}
        rules.append({**sent, "BucketKeyEnabled": bool(rule.get("bucket_key_enabled"))})
    return {"Rules": rules}


def _encryption_shown(task: Task, item: Item) -> Mapping[str, Any]:
    rules = []
    for rule in item["ServerSideEncryptionConfiguration"]["Rules"]:
        default = rule.get("ApplyServerSideEncryptionByDefault", {})
        shown = {"sse_algorithm": default.get("SSEAlgorithm"), "kms_master_key_id": default.get("KMSMasterKeyID") or ""}
        key = bool(rule.get("BucketKeyEnabled"))
        rules.append({"bucket_key_enabled": key, "apply_server_side_encryption_by_default": [shown]})
    return {"rule": rules}


def _disable_versioning(task: Task) -> None:
    if _first(task, "versioning_configuration").get("status") != "Disabled":
        task.call("PutBucketVersioning", Bucket=task.get("bucket"), VersioningConfiguration={"Status": "Suspended"})


def _unblock(task: Task) -> None:
    if not task.get("skip_destroy"):
        task.call("DeletePublicAccessBlock", Bucket=task.get("bucket"))


ENTRIES = (
    _acl(),
    _setting(
        "bucket_ownership_controls",
        "BucketOwnershipControls",
        send={
            "OwnershipControls": lambda task: {
                "Rules": [{"ObjectOwnership": one["object_ownership"]} for one in task.get("rule") or ()]
            }
        },
        shown=lambda task, item: {
            "rule": [{"object_ownership": one["ObjectOwnership"]} for one in item["OwnershipControls"]["Rules"]]
        },
        gone=("OwnershipControlsNotFoundError",),
        delete=Call("DeleteBucketOwnershipControls", send=_BUCKET, match=False),
    ),
    _setting(
        "bucket_policy",
        "BucketPolicy",
        send={"Policy": lambda task: task.get("policy")},
        shown=lambda task, item: {"policy": item["Policy"]},
        gone=("NoSuchBucketPolicy",),
        delete=Call("DeleteBucketPolicy", send=_BUCKET, match=False),
        same={"policy": equivalent_policy},
    ),
    _setting(
        "bucket_public_access_block",
        "PublicAccessBlock",
        send={
            "PublicAccessBlockConfiguration": lambda task: {
                member: bool(task.get(name)) for name, member in _BLOCKS.items()
            }
        },
        shown=lambda task, item: {
            name: item["PublicAccessBlockConfiguration"].get(member, False) for name, member in _BLOCKS.items()
        },
        gone=("NoSuchPublicAccessBlockConfiguration",),
        delete=_unblock,
    ),
    _setting(
        "bucket_server_side_encryption_configuration",
        "BucketEncryption",
        send={"ServerSideEncryptionConfiguration": _encryption_sent},
        shown=_encryption_shown,
        gone=("ServerSideEncryptionConfigurationNotFoundError",),
        delete=Call("DeleteBucketEncryption", send=_BY_OWNER, match=False),
        owner=True,
    ),
    _setting(
        "bucket_versioning",
        "BucketVersioning",
        send={"VersioningConfiguration": _versioning_sent, "MFA": lambda task: task.get("mfa")},
        shown=lambda task, item: {
            "versioning_configuration": [
                {"status": item.get("Status") or "Disabled", "mfa_delete": item.get("MFADelete") or ""}
            ]
        },
        delete=_disable_versioning,
        owner=True,
    ),
)
