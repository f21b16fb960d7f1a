"""Certificates, pending maintenance actions, and the Regions that can be sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, NamedTuple

from aurora_cli.sandbox.emulator.rds.actions import instances
from aurora_cli.sandbox.emulator.rds.actions.clusters import modification
from aurora_cli.sandbox.emulator.rds.actions.engine_versions import CERTIFICATES
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_value, error
from aurora_cli.sandbox.emulator.rds.models import networks
from aurora_cli.sandbox.emulator.rds.models.instance import DEFAULT_CA

OPT_IN_TYPES = ("immediate", "next-maintenance", "undo-opt-in")

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


class Pending(NamedTuple):
    """A change that is pending until the maintenance window, as a maintenance action.

    Attributes:
        arn: of the cluster or instance.
        action: name of the maintenance action.
        description: what it does.
        resource: the cluster or instance.
        member: its key in PendingModifiedValues.
        apply: begins it.
    """

    arn: str
    action: str
    description: str
    resource: Any
    member: str
    apply: Callable[[AuroraBackend, Any], None]

    @property
    def shown(self) -> dict[str, Any]:
        """As in a response."""
        opted = "next-maintenance"
        details = {"Action": self.action, "Description": self.description, "OptInStatus": opted}
        return {"ResourceIdentifier": self.arn, "PendingMaintenanceActionDetails": [details]}


def _pending(backend: AuroraBackend) -> list[Pending]:
    found = []
    for cluster in backend.aurora_clusters():
        version = cluster.pending_modified_values.get("EngineVersion")
        if version:
            upgrade = f"Upgrade to {version}"
            arn = cluster.db_cluster_arn
            found.append(Pending(arn, "db-upgrade", upgrade, cluster, "EngineVersion", modification.apply_pending))
        for member in cluster.instances:
            name, text = "ca-certificate-rotation", "Rotation of the server certificate"
            if "CACertificateIdentifier" in member.pending_modified_values:
                found.append(
                    Pending(member.arn, name, text, member, "CACertificateIdentifier", instances.apply_pending)
                )
    return found


def pending_actions(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribePendingMaintenanceActions: upgrades and certificates that are pending until the maintenance window."""
    wanted = params.get("ResourceIdentifier")
    return [one.shown for one in _pending(backend) if wanted in (None, one.arn)]


def apply_action(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """ApplyPendingMaintenanceAction: now, in the next window, or not.

    Raises:
        RDSClientError: a value is not valid, or the resource does not exist or has no such action.
    """
    arn, action, choice = (params[name] for name in ("ResourceIdentifier", "ApplyAction", "OptInType"))
    if choice not in OPT_IN_TYPES:
        raise bad_value(f"Invalid opt-in type: {choice}. Valid values are {', '.join(OPT_IN_TYPES)}.")
    known = {one.db_cluster_arn for one in backend.aurora_clusters()} | {one.arn for one in backend.databases.values()}
    if arn not in known:
        raise error("ResourceNotFoundFault", f"The resource {arn} does not exist.")
    found = next((one for one in _pending(backend) if (one.arn, one.action) == (arn, action)), None)
    if found is None:
        raise bad_value(f"No pending maintenance action {action} for the resource {arn}.")
    if choice == "immediate":
        found.apply(backend, found.resource)
    elif choice == "undo-opt-in":
        found.resource.pending_modified_values.pop(found.member)
    return found.shown


def source_regions(backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
    """DescribeSourceRegions: the other Regions of the partition, or one."""
    wanted, regions = params.get("RegionName"), networks.ec2_of(backend).describe_regions()
    return [
        {
            "RegionName": region.name,
            "Endpoint": f"https://rds.{region.name}.amazonaws.com",
            "Status": "available",
            "SupportsDBInstanceAutomatedBackupsReplication": True,
        }
        for region in regions
        if region.name != backend.region_name and wanted in (None, region.name)
    ]
