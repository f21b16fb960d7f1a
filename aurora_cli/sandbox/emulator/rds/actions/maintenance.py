"""DescribeCertificates and DescribePendingMaintenanceActions."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from aurora_cli.sandbox.emulator.rds.actions.engine_versions import CERTIFICATES
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.models.instance import DEFAULT_CA

_BEGAN = datetime(2021, 5, 21, tzinfo=timezone.utc)
_ENDS = {"rds-ca-rsa2048-g1": 2061, "rds-ca-rsa4096-g1": 2121, "rds-ca-ecc384-g1": 2121}
"""Year in which each certificate authority expires (Aurora User Guide, certificate authorities)."""


def certificates(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """DescribeCertificates: every certificate authority, and the default for new instances."""
    return {
        "DefaultCertificateForNewLaunches": DEFAULT_CA,
        "Certificates": [
            {
                "CertificateIdentifier": name,
                "CertificateType": "CA",
                "ValidFrom": _BEGAN,
                "ValidTill": _BEGAN.replace(year=_ENDS[name]),
                "CustomerOverride": False,
                "CertificateArn": f"arn:{backend.partition}:rds:{backend.region_name}::cert:{name}",
            }
            for name in CERTIFICATES
        ],
    }


def pending_actions(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribePendingMaintenanceActions: upgrades and certificates that are pending until the maintenance window."""
    waiting = [
        (cluster.db_cluster_arn, "db-upgrade", f"Upgrade to {cluster.pending_modified_values['EngineVersion']}")
        for cluster in backend.aurora_clusters()
        if "EngineVersion" in cluster.pending_modified_values
    ]
    waiting += [
        (member.arn, "ca-certificate-rotation", "Rotation of the server certificate")
        for cluster in backend.aurora_clusters()
        for member in cluster.instances
        if "CACertificateIdentifier" in member.pending_modified_values
    ]
    return [
        {
            "ResourceIdentifier": arn,
            "PendingMaintenanceActionDetails": [
                {"Action": action, "Description": text, "OptInStatus": "next-maintenance"}
            ],
        }
        for arn, action, text in waiting
        if params.get("ResourceIdentifier") in (None, arn)
    ]
