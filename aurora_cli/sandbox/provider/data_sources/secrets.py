"""Secrets and their values."""

from __future__ import annotations

import base64
from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Query
from aurora_cli.sandbox.provider.engine.tags import tag_map
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError


def _secret(query: Query) -> dict[str, Any]:
    wanted = query.config.get("arn") or query.config.get("name")
    if not wanted:
        raise ProviderError("one of `arn,name` must be specified")
    operation = "secretsmanager:DescribeSecret"
    item = query.call(operation, SecretId=wanted)
    policy = query.call("secretsmanager:GetResourcePolicy", SecretId=item["ARN"]).get("ResourcePolicy") or ""
    return {
        "id": item["ARN"],
        "arn": item["ARN"],
        "name": item["Name"],
        "description": item.get("Description") or "",
        "kms_key_id": item.get("KmsKeyId") or "",
        "created_date": item.get("CreatedDate"),
        "last_changed_date": item.get("LastChangedDate"),
        "policy": policy,
        "tags": tag_map(item.get("Tags")),
    }


def _version(query: Query) -> dict[str, Any]:
    config = query.config
    secret, stage = config["secret_id"], config.get("version_stage") or "AWSCURRENT"
    which = {"VersionId": config["version_id"]} if config.get("version_id") else {"VersionStage": stage}
    item = query.call("secretsmanager:GetSecretValue", SecretId=secret, **which)
    binary = item.get("SecretBinary")
    return {
        "id": f"{secret}|{config.get('version_id') or stage}",
        "arn": item["ARN"],
        "secret_arn": item["ARN"],
        "secret_string": item.get("SecretString"),
        "secret_binary": base64.b64encode(binary).decode() if binary else "",
        "version_id": item["VersionId"],
        "version_stage": config.get("version_stage") or "AWSCURRENT",
        "version_stages": item.get("VersionStages") or [],
        "created_date": item.get("CreatedDate"),
    }


READERS = {
    "aws_secretsmanager_secret": _secret,
    "aws_secretsmanager_secret_version": _version,
}
