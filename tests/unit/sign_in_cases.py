"""Specs that break a rule on signing in or on Serverless v1, and words that the user then reads."""

from __future__ import annotations

from typing import Any

from tests.unit.spec_cases import MYSQL, POSTGRES

Case = tuple[dict[str, Any], str, dict[str, Any], str, str]
DIRECTORY = "d-90670a1b2c"

SIGN_IN: list[tuple[dict[str, Any], str, dict[str, Any], str, str]] = [
    (
        MYSQL,
        "bootstrap-engine",
        {"bootstrap.databases": {"app": {"owner": "boss"}}},
        "bootstrap.databases.app.owner",
        "databases of Aurora MySQL have no owner",
    ),
    (
        MYSQL,
        "bootstrap-names",
        {"bootstrap.roles": {"r" * 33: {}}},
        "bootstrap.roles",
        "is not a valid name: 1 to 32 characters",
    ),
    (
        POSTGRES,
        "bootstrap-names",
        {"bootstrap.roles": {"ü" * 32: {}}},
        "bootstrap.roles",
        "is not a valid name: 1 to 63 bytes",
    ),
    (
        POSTGRES,
        "bootstrap-names",
        {"bootstrap.databases": {"rdsadmin": {}}},
        "bootstrap.databases.rdsadmin",
        "the name rdsadmin is reserved",
    ),
    (
        POSTGRES,
        "bootstrap-sign-in",
        {"bootstrap.roles": {"app": {"iam": True, "secret": "arn"}}},
        "bootstrap.roles.app",
        "a role with rds_iam cannot sign in with a password",
    ),
    (
        POSTGRES,
        "bootstrap-sign-in",
        {"bootstrap.roles": {"app": {"iam": True}}, "credentials.iam_authentication": False},
        "bootstrap.roles.app.iam",
        "IAM authentication is off",
    ),
    (
        POSTGRES,
        "bootstrap-sign-in",
        {"bootstrap.roles": {"app": {"secret": "hunter2"}}},
        "bootstrap.roles.app.secret",
        "is not the ARN of a secret",
    ),
    (
        POSTGRES,
        "bootstrap-grant",
        {"bootstrap.databases": {"app": {"grants": ["usage on schema public to app; drop table t"]}}},
        "bootstrap.databases.app.grants.0",
        "is not the rest of a GRANT statement",
    ),
    (
        POSTGRES,
        "password-given",
        {"credentials.password": "given", "credentials.secret_kms_key": "alias/mine"},
        "credentials.secret_kms_key",
        "`secret_kms_key` needs a password that AWS manages",
    ),
    (
        POSTGRES,
        "password-given",
        {"credentials.password": "given", "credentials.rotation": "off"},
        "credentials.rotation",
        "`rotation` needs a password that AWS manages",
    ),
    (
        POSTGRES,
        "rotation",
        {"credentials.rotation": {"enabled": False, "every": "30d"}},
        "credentials.rotation.every",
        "the rotation is off",
    ),
    (
        POSTGRES,
        "iam-users",
        {"credentials.iam_users": ["*"]},
        "credentials.iam_users.0",
        '"*" is not a valid database user name',
    ),
    (MYSQL, "iam-users", {"credentials.iam_users": ["a" * 33]}, "credentials.iam_users.0", "up to 32 in all"),
    (POSTGRES, "iam-users", {"credentials.iam_users": ["a", "a"]}, "credentials.iam_users.1", "a is listed twice"),
    (
        POSTGRES,
        "iam-users-sign-in",
        {"credentials.iam_users": ["app"], "credentials.iam_authentication": False},
        "credentials.iam_users",
        "IAM authentication is off",
    ),
    (
        POSTGRES,
        "iam-users-policy",
        {"credentials.iam_users": [f"user_{n}" for n in range(60)]},
        "credentials.iam_users",
        "a policy for 60 users exceeds the IAM limit of 6144 characters",
    ),
    (
        POSTGRES,
        "domain-id",
        {"credentials.domain.id": "corp.example.com"},
        "credentials.domain.id",
        "is not a valid directory ID",
    ),
    (
        POSTGRES,
        "domain-role",
        {"credentials.domain": {"id": DIRECTORY, "role": "arn:aws:iam::123456789012:role/directory"}},
        "credentials.domain.role",
        "is not a valid IAM role name",
    ),
]

V1 = "serverless_v1.scaling"
_CAPACITY, _TIMES = "serverless-v1-capacity", "serverless-v1-times"
SERVERLESS_V1: list[Case] = [
    (
        POSTGRES,
        "serverless-v1",
        {"serverless_v1.enable_data_api": True},
        "serverless_v1",
        "AWS has created no new Serverless v1 clusters since 2025-01-08; its end of life was 2025-03-31",
    ),
    (POSTGRES, _CAPACITY, {f"{V1}.min_capacity": 1}, f"{V1}.min_capacity", "aurora-postgresql had no 1 ACU"),
    (POSTGRES, _CAPACITY, {f"{V1}.max_capacity": 256}, f"{V1}.max_capacity", "aurora-postgresql had no 256 ACU"),
    (MYSQL, _CAPACITY, {f"{V1}.max_capacity": 192}, f"{V1}.max_capacity", "aurora-mysql had no 192 ACU"),
    (MYSQL, _CAPACITY, {f"{V1}.min_capacity": 32}, f"{V1}.max_capacity", "the maximum capacity, 16 ACU, is below"),
    (MYSQL, _TIMES, {f"{V1}.auto_pause": 200}, f"{V1}.auto_pause", "`auto_pause` was 5m to 1d, not 200s"),
    (MYSQL, _TIMES, {f"{V1}.timeout": "11m"}, f"{V1}.timeout", "`timeout` was 1m to 10m, not 11m"),
    (
        MYSQL,
        "serverless-v1-engine",
        {"serverless_v1.engine": "postgres"},
        "serverless_v1.engine",
        "the cluster's engine is aurora-mysql",
    ),
]
