"""The server certificate of an instance: which authorities an engine version takes, and the call that changes it."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors


def restarts_for_certificate(rds: Any, engine: str, version: str) -> tuple[tuple[str, ...], bool]:
    """Names of the authorities that the version takes, and whether an instance restarts for a new certificate.

    Source: DescribeDBEngineVersions, SupportedCACertificateIdentifiers and SupportsCertificateRotationWithoutRestart. A version
    that RDS does not list is taken to restart.

    Raises CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"listing the certificate authorities of {engine} {version}"):
        answer = rds.describe_db_engine_versions(Engine=engine, EngineVersion=version)
    found: dict[str, Any] = next(iter(answer["DBEngineVersions"]), {})
    names = tuple(found.get("SupportedCACertificateIdentifiers") or ())
    return names, not found.get("SupportsCertificateRotationWithoutRestart", False)


def set_certificate(rds: Any, identifier: str, authority: str) -> None:
    """Give an instance a certificate of that authority now (ModifyDBInstance).

    Raises CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"changing the certificate of {identifier}"):
        rds.modify_db_instance(
            DBInstanceIdentifier=identifier, CACertificateIdentifier=authority, ApplyImmediately=True
        )
