"""IAM roles, and aliases of keys."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Query, only
from aurora_cli.sandbox.provider.engine.tags import tag_map
from aurora_cli.sandbox.provider.resources.documents import decoded


def _role(query: Query) -> dict[str, Any]:
    item = query.call("iam:GetRole", RoleName=query.config["name"])["Role"]
    return {
        "id": item["RoleName"],
        "arn": item["Arn"],
        "assume_role_policy": decoded(item["AssumeRolePolicyDocument"]),
        "create_date": item["CreateDate"],
        "description": item.get("Description") or "",
        "max_session_duration": item.get("MaxSessionDuration", 3600),
        "path": item["Path"],
        "permissions_boundary": item.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "unique_id": item["RoleId"],
        "tags": tag_map(item.get("Tags")),
    }


def _alias(query: Query) -> dict[str, Any]:
    name = query.config["name"]
    every = query.call("kms:ListAliases")["Aliases"]
    alias = only([one for one in every if one["AliasName"] == name], "KMS Alias")
    key = query.call("kms:DescribeKey", KeyId=alias["TargetKeyId"])["KeyMetadata"]
    arn = alias["AliasArn"]
    return {"id": arn, "arn": arn, "target_key_id": key["KeyId"], "target_key_arn": key["Arn"]}


READERS = {"aws_iam_role": _role, "aws_kms_alias": _alias}
