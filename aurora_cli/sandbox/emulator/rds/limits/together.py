"""Members that go together, with what the cluster or instance already has.

Sources: RDS API reference (CreateDBCluster, ModifyDBCluster, CreateDBInstance), Aurora User Guide (global databases, backtracks,
Database Insights, Serverless v2, password management), and the words of AWS in public reports of these errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value
from aurora_cli.sandbox.emulator.rds.limits.call import Call
from aurora_cli.sandbox.emulator.rds.models import networks, windows

ADVANCED_DAYS = 465


def windows_apart(call: Call) -> None:
    """The backup window and the maintenance window do not overlap; an instance has the backup window of its cluster."""
    if not any(map(call.given, ("PreferredBackupWindow", "PreferredMaintenanceWindow"))):
        return
    backup = (
        call.cluster.preferred_backup_window
        if call.of_instance and call.cluster
        else call.value("PreferredBackupWindow")
    )
    daily, weekly = windows.backup(backup), windows.maintenance(call.value("PreferredMaintenanceWindow"))
    if daily and weekly and daily & weekly:
        raise bad_value("The backup window and maintenance window must not overlap.")


def monitoring(call: Call) -> None:
    """An interval needs a role, and a role an interval."""
    interval, role = call.value("MonitoringInterval"), call.value("MonitoringRoleArn")
    if call.given("MonitoringInterval") and not role:
        raise bad_combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
        )
    if call.given("MonitoringRoleArn") and not interval:
        raise bad_combination(
            "You must specify a MonitoringInterval value other than 0 when you specify a MonitoringRoleARN value."
        )


def insights(call: Call) -> None:
    """Performance Insights are on where days or a key are given; the advanced mode keeps 465 days or more."""
    enabled = call.value("EnablePerformanceInsights")
    if not enabled and any(map(call.changes, ("PerformanceInsightsRetentionPeriod", "PerformanceInsightsKMSKeyId"))):
        raise bad_combination("To enable Performance Insights, EnablePerformanceInsights must be set to 'true'")
    if call.of_instance or call.value("DatabaseInsightsMode") != "advanced":
        return
    if not enabled or (call.value("PerformanceInsightsRetentionPeriod") or 0) < ADVANCED_DAYS:
        raise bad_combination(
            "To enable the Advanced mode of Database Insights, modify your cluster to enable Performance Insights and set the "
            f"retention period for Performance Insights to at least {ADVANCED_DAYS} days."
        )


def master_user(call: Call) -> None:
    """A new cluster has a user and one password."""
    if call.given("ManageMasterUserPassword") and call.given("MasterUserPassword"):
        raise bad_combination(
            "MasterUserPassword and ManageMasterUserPassword are mutually exclusive. Specify only one of these parameters."
        )
    if call.given("ManageMasterUserPassword") and call.given("ReplicationSourceIdentifier"):
        raise bad_combination("ManageMasterUserPassword isn't supported for a read replica DB cluster.")
    inherited = ("GlobalClusterIdentifier", "ReplicationSourceIdentifier")
    if call.action != "CreateDBCluster" or any(map(call.given, inherited)):
        return
    if not call.given("MasterUsername"):
        raise bad_value("The parameter MasterUsername must be provided and must not be blank.")
    others = ("ManageMasterUserPassword", "MasterUserAuthenticationType")
    if not call.given("MasterUserPassword") and not any(map(call.given, others)):
        raise bad_value("The parameter MasterUserPassword must be provided and must not be blank.")


def encryption(call: Call) -> None:
    """A key needs encryption; what is restored is encrypted by its key alone."""
    plain = call.action == "CreateDBCluster" and not call.given("StorageEncrypted")
    if plain and call.given("KmsKeyId") and not call.given("GlobalClusterIdentifier"):
        raise bad_combination("KmsKeyId can be specified only for a DB cluster with StorageEncrypted.")


def directory(call: Call) -> None:
    """The role of a directory needs the directory."""
    if call.given("DomainIAMRoleName") and not call.value("Domain"):
        raise bad_combination("DomainIAMRoleName can be specified only together with Domain.")


def capacity(call: Call) -> None:
    """Serverless v2 capacity is in steps of half an ACU; Serverless v1 has its own configuration."""
    if call.given("ScalingConfiguration"):
        raise bad_combination("You can only specify scaling configuration for an Aurora Serverless v1 cluster.")
    for value in (call.given("ServerlessV2ScalingConfiguration") or {}).values():
        if value * 2 != round(value * 2):
            raise bad_value(f"Serverless v2 capacity value {value} is not valid. It must be a multiple of 0.5.")


def zones(call: Call) -> None:
    """Zones are of the Region."""
    named = [*(call.given("AvailabilityZones") or ()), *filter(None, [call.given("AvailabilityZone")])]
    known = {zone.name for zone in networks.ec2_of(call.backend).describe_availability_zones()} if named else set()
    strange = [name for name in named if known and name not in known]
    if strange:
        raise networks.unavailable(strange)


def backtrack(call: Call) -> None:
    """Backtrack is enabled when a cluster is created, and not in a global database."""
    if not call.given("BacktrackWindow"):
        return
    if call.value("GlobalClusterIdentifier"):
        raise bad_combination("Backtrack isn't supported for a DB cluster in a global cluster.")
    if call.given("ReplicationSourceIdentifier"):
        raise bad_combination("Backtrack isn't supported for a cross-region read replica.")
    source: Any = call.backend.clusters.get(str(call.given("SourceDBClusterIdentifier")).rpartition(":")[2])
    clone = source if call.given("RestoreType") == "copy-on-write" else None
    if any(one is not None and not one.created_with_backtrack for one in (call.cluster, clone)):
        raise bad_combination("Backtrack cannot currently be enabled for this cluster")


def write_forwarding(call: Call) -> None:
    """Forwarding between Regions needs a global cluster."""
    if call.given("EnableGlobalWriteForwarding") and not call.value("GlobalClusterIdentifier"):
        raise bad_combination("Requested global functionality, but global cluster identifier is not specified")


def global_class(call: Call) -> None:
    """Instances of a global database are not of T classes."""
    name = str(call.given("DBInstanceClass") or "")
    if call.cluster is not None and call.cluster.global_cluster_identifier and name.startswith("db.t"):
        raise bad_combination(f"The requested instance class is not supported by global databases: {name}")


_CLUSTER = (
    windows_apart,
    monitoring,
    insights,
    master_user,
    encryption,
    directory,
    capacity,
    zones,
    backtrack,
    write_forwarding,
)
_INSTANCE = (windows_apart, monitoring, insights, zones, global_class)

OF_ACTION: Mapping[str, tuple[Callable[[Call], None], ...]] = {
    "CreateDBCluster": _CLUSTER,
    "ModifyDBCluster": _CLUSTER,
    "RestoreDBClusterFromSnapshot": _CLUSTER,
    "RestoreDBClusterToPointInTime": _CLUSTER,
    "RestoreDBClusterFromS3": _CLUSTER,
    "CreateDBInstance": _INSTANCE,
    "ModifyDBInstance": _INSTANCE,
}
"""Action -> what is looked at, in this order."""
