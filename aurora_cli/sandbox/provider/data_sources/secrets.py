"""Secrets, their values, random passwords, parameters, and what KMS decrypts."""

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


def _random_password(query: Query) -> dict[str, Any]:
    names = {
        "exclude_characters": "ExcludeCharacters",
        "exclude_lowercase": "ExcludeLowercase",
        "exclude_numbers": "ExcludeNumbers",
        "exclude_punctuation": "ExcludePunctuation",
        "exclude_uppercase": "ExcludeUppercase",
        "include_space": "IncludeSpace",
        "password_length": "PasswordLength",
        "require_each_included_type": "RequireEachIncludedType",
    }
    given = {member: query.config[name] for name, member in names.items() if query.config.get(name) is not None}
    password = query.call("secretsmanager:GetRandomPassword", **given)["RandomPassword"]
    return {"id": password, "random_password": password}


def _parameter(query: Query) -> dict[str, Any]:
    """By its name, or by the ARN of the ephemeral resource."""
    name = query.config.get("name") or str(query.config["arn"]).partition(":parameter")[2]
    decrypt = query.config.get("with_decryption") is not False
    item = query.call("ssm:GetParameter", Name=name, WithDecryption=decrypt)["Parameter"]
    return {
        "id": item["Name"],
        "arn": item["ARN"],
        "name": item["Name"],
        "type": item["Type"],
        "value": item["Value"],
        "insecure_value": item["Value"] if item["Type"] != "SecureString" else None,
        "version": item["Version"],
        "with_decryption": decrypt,
    }


def _decrypted(query: Query) -> dict[str, Any]:
    plain = {}
    for secret in query.config.get("secret") or ():
        names = {
            "context": "EncryptionContext",
            "encryption_algorithm": "EncryptionAlgorithm",
            "grant_tokens": "GrantTokens",
            "key_id": "KeyId",
        }
        given = {member: secret[name] for name, member in names.items() if secret.get(name)}
        blob = base64.b64decode(secret["payload"])
        plain[secret["name"]] = query.call("kms:Decrypt", CiphertextBlob=blob, **given)["Plaintext"].decode()
    return {"plaintext": plain}


READERS = {
    "aws_kms_secrets": _decrypted,
    "aws_secretsmanager_random_password": _random_password,
    "aws_secretsmanager_secret": _secret,
    "aws_secretsmanager_secret_version": _version,
    "aws_ssm_parameter": _parameter,
}
