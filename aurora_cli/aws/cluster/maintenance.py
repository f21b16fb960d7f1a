"""Pending maintenance of a cluster, its certificate authorities, and the call that changes a certificate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aurora_cli.aws.errors import aws_errors


@dataclass(frozen=True)
class Action:
    """One pending maintenance action (RDS API DescribePendingMaintenanceActions).

    Attributes:
        resource: identifier of the cluster or instance.
        action: AWS's word, e.g. `system-update`, `db-upgrade`, `ca-certificate-rotation`.
        text: AWS's description.
        when: when it comes about, as far as AWS says; None while nobody has opted in and nothing forces it.
    """

    resource: str
    action: str
    text: str | None = None
    when: datetime | None = None


@dataclass(frozen=True)
class Authority:
    """A certificate authority (RDS API DescribeCertificates).

    Attributes:
        name: e.g. `rds-ca-rsa2048-g1`.
        ends: end of its validity.
        default: whether instances that name none get it in this account and Region.
    """

    name: str
    ends: datetime | None
    default: bool = False


def pending_actions(rds: Any, arns: Collection[str]) -> list[Action]:
    """The actions that wait for the cluster and instances of these ARNs. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors("reading the pending maintenance"):
        pages = rds.get_paginator("describe_pending_maintenance_actions").paginate()
        found = [one for page in pages for one in page["PendingMaintenanceActions"]]
    mine = [one for one in found if one["ResourceIdentifier"] in arns]
    return [
        _action(one["ResourceIdentifier"], detail) for one in mine for detail in one["PendingMaintenanceActionDetails"]
    ]


def _action(arn: str, detail: dict[str, Any]) -> Action:
    when = next(
        (detail[key] for key in ("CurrentApplyDate", "AutoAppliedAfterDate", "ForcedApplyDate") if detail.get(key)),
        None,
    )
    return Action(arn.rpartition(":")[2], detail["Action"], detail.get("Description"), when)


def authorities(rds: Any) -> dict[str, Authority]:
    """Name -> certificate authority that RDS has in the Region. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors("reading the certificate authorities"):
        pages = list(rds.get_paginator("describe_certificates").paginate())
    default = pages[0].get("DefaultCertificateForNewLaunches")
    found = [one for page in pages for one in page["Certificates"]]
    return {c["CertificateIdentifier"]: _authority(c, default) for c in found}


def _authority(one: dict[str, Any], default: str | None) -> Authority:
    name = one["CertificateIdentifier"]
    ends = one.get("CustomerOverrideValidTill") if one.get("CustomerOverride") else None
    return Authority(name, ends or one.get("ValidTill"), name == default)


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
