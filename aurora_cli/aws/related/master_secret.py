"""The secret that RDS keeps a managed master password in: its rotation, and its versions. Nothing here reads the password."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors

AWS_DAYS = 7
"""RDS rotates a managed password every seven days unless told otherwise (Aurora User Guide)."""


def rotation_enabled(secrets: Any, arn: str) -> bool:
    """Whether Secrets Manager rotates the secret. Raises AwsFailed, AccessDenied, CredentialsError."""
    with aws_errors("reading the rotation of the master secret"):
        return bool(secrets.describe_secret(SecretId=arn).get("RotationEnabled"))


def current_version(secrets: Any, arn: str) -> str | None:
    """Id of the version that holds now (AWSCURRENT). Raises AwsFailed, AccessDenied, CredentialsError."""
    with aws_errors("reading the versions of the master secret"):
        versions = secrets.describe_secret(SecretId=arn).get("VersionIdsToStages") or {}
    return next((version for version, stages in versions.items() if "AWSCURRENT" in stages), None)


def stop_rotation(secrets: Any, arn: str) -> None:
    """Keep the password as it is (CancelRotateSecret). Raises AwsFailed, AccessDenied, CredentialsError."""
    with aws_errors("disabling the rotation of the master secret"):
        secrets.cancel_rotate_secret(SecretId=arn)


def resume_rotation(secrets: Any, arn: str) -> None:
    """Back to AWS's own schedule, without a change now. Raises AwsFailed, AccessDenied, CredentialsError."""
    with aws_errors("enabling the rotation of the master secret"):
        secrets.rotate_secret(SecretId=arn, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": AWS_DAYS})
