"""Limits of single members, by the kind of resource and the member's name.

Sources: RDS API reference (CreateDBCluster, CreateDBInstance, CreateDBClusterEndpoint, CreateDBProxy, ModifyDBProxyTargetGroup),
Aurora User Guide (naming constraints, quotas), and the words of AWS in public reports of these errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from aurora_cli.sandbox.emulator.rds.models import windows
from aurora_cli.spec.facts.tables import table

Allows = Callable[[Any, str], bool]
"""Whether a value is allowed with an engine."""


class Limit(NamedTuple):
    """What a member may hold.

    Attributes:
        allows: whether a value is allowed.
        text: the message of AWS; `{value}` and `{engine}` are filled in.
        code: the error code of AWS.
    """

    allows: Allows
    text: str
    code: str = "InvalidParameterValue"


def between(low: float, high: float) -> Allows:
    """A number from `low` to `high`."""
    return lambda value, _: low <= value <= high


def among(choices: Collection[Any]) -> Allows:
    """One of several values."""
    return lambda value, _: value in choices


def written(pattern: str) -> Allows:
    """A text of this form."""
    form = re.compile(pattern, re.ASCII)
    return lambda value, _: form.fullmatch(value) is not None


def _free_user(value: str, engine: str) -> bool:
    reserved = table("reserved")[engine]
    return value.lower() not in reserved["users"] and not value.lower().startswith(tuple(reserved["user_prefixes"]))


def _is_user(value: str, engine: str) -> bool:
    longest = table("engines")[engine]["username_length"]
    return len(value) <= longest and re.fullmatch("[A-Za-z][A-Za-z0-9_]*", value, re.ASCII) is not None


def _short_enough(value: str, engine: str) -> bool:
    return len(value) <= int(table("engines")[engine]["database_name_length"])


INTERVALS = (0, 1, 5, 10, 15, 30, 60)
INSIGHTS_DAYS = (7, *range(31, 714, 31), 731)

_SHARED: dict[str, tuple[Limit, ...]] = {
    "MonitoringInterval": (
        Limit(among(INTERVALS), f"Invalid monitoring interval, please enter a value in {list(INTERVALS)}"),
    ),
    "PerformanceInsightsRetentionPeriod": (
        Limit(
            among(INSIGHTS_DAYS),
            f"Invalid Performance Insights retention period. Valid values are: {list(INSIGHTS_DAYS)}",
        ),
    ),
    "PreferredMaintenanceWindow": (
        Limit(
            lambda value, _: windows.maintenance(value) is not None,
            "Invalid maintenance window format: {value}. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi "
            "(24H Clock UTC). Example: Sun:23:45-Mon:00:15",
        ),
        Limit(
            lambda value, _: len(windows.maintenance(value) or ()) >= windows.SHORTEST,
            "The maintenance window must be at least 30 minutes.",
        ),
        Limit(
            lambda value, _: len(windows.maintenance(value) or ()) < windows.DAY,
            "Maintenance window must be less than 24 hours.",
        ),
    ),
}

CLUSTER: dict[str, tuple[Limit, ...]] = {
    **_SHARED,
    "BackupRetentionPeriod": (
        Limit(
            between(1, 35),
            "Invalid backup retention period: {value}. Retention period must be between 1 and 35.",
        ),
    ),
    "Port": (Limit(between(1150, 65535), "Invalid endpoint port {value}. Valid range is: 1150-65535"),),
    "BacktrackWindow": (
        Limit(
            lambda value, engine: not value or engine == "aurora-mysql",
            "Backtrack is not enabled for the {engine} engine.",
        ),
        Limit(
            between(0, 259200),
            "The specified value ({value}) is not a valid Backtrack Window. Allowed values are within the range of 0 to 259200",
        ),
    ),
    "PreferredBackupWindow": (
        Limit(
            lambda value, _: windows.backup(value) is not None,
            "Invalid backup window format: {value}. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC). "
            "Example: 04:00-04:30",
        ),
        Limit(
            lambda value, _: len(windows.backup(value) or ()) >= 7 * windows.SHORTEST,
            "Backup window must be at least 30 minutes.",
        ),
    ),
    "EngineMode": (Limit(among(("provisioned",)), "The engine mode {value} you requested is currently unavailable."),),
    "StorageType": (
        Limit(
            among(("", "aurora", "aurora-iopt1")),
            "You can't use the {value} storage type.",
            "InvalidParameterCombination",
        ),
    ),
    "EngineLifecycleSupport": (
        Limit(
            among(("open-source-rds-extended-support", "open-source-rds-extended-support-disabled")),
            "Invalid engine lifecycle support: {value}",
        ),
    ),
    "MasterUsername": (
        Limit(_is_user, "Invalid master user name"),
        Limit(_free_user, "MasterUsername {value} cannot be used as it is a reserved word used by the engine"),
    ),
    "DatabaseName": (
        Limit(
            written("[A-Za-z][A-Za-z0-9_]*"),
            "DatabaseName must begin with a letter and contain only alphanumeric characters.",
        ),
        Limit(_short_enough, "DatabaseName is too long for the {engine} engine."),
        Limit(
            lambda value, engine: value.lower() not in {*table("reserved")[engine]["databases"]} - {"postgres"},
            "DatabaseName {value} cannot be used. It is a reserved word for this engine",
        ),
    ),
    "AvailabilityZones": (
        Limit(lambda value, _: len(value) <= 3, "You cannot specify more than 3 availability zones."),
    ),
    "Domain": (Limit(written("(d-[0-9a-f]{10})?"), "Invalid directory ID {value}."),),
    "DomainIAMRoleName": (Limit(written(r"[\w+=,.@-]{0,64}"), "Invalid IAM role name {value}."),),
    "VpcSecurityGroupIds": (
        Limit(
            lambda value, _: len(value) <= table("limits")["security_groups_per_cluster"],
            "You have exceeded the maximum number of security groups that can be assigned to a DB cluster.",
        ),
    ),
}

INSTANCE: dict[str, tuple[Limit, ...]] = {
    **_SHARED,
    "DBInstanceClass": (Limit(written(r"db\.[a-z0-9.-]+"), "Invalid DB Instance class: {value}"),),
    "PromotionTier": (Limit(between(0, 15), "Invalid promotion tier: {value}. Valid values are 0 to 15."),),
    "CACertificateIdentifier": (
        Limit(
            among(table("limits")["certificate_authorities"]),
            "CA certificate not found: {value}",
            "CertificateNotFound",
        ),
    ),
}

UNSUPPORTED: dict[str, tuple[Limit, ...]] = {
    member: (
        Limit(lambda *_: False, f"{member} isn't supported for DB engine {{engine}}.", "InvalidParameterCombination"),
    )
    for member in ("AllocatedStorage", "Iops", "DBClusterInstanceClass", "PubliclyAccessible")
}
"""Members of CreateDBCluster and ModifyDBCluster that are of Multi-AZ DB clusters only."""

OF_CLUSTER: dict[str, tuple[Limit, ...]] = {
    member: (
        Limit(
            lambda value, _: not value,
            f"The requested DB Instance will be a member of a DB Cluster. Set {words} for the DB Cluster.",
            "InvalidParameterCombination",
        ),
    )
    for member, words in {
        "DBName": "database name",
        "MasterUsername": "master user name",
        "MasterUserPassword": "master user password",
        "BackupRetentionPeriod": "backup retention period",
        "PreferredBackupWindow": "preferred backup window",
        "StorageEncrypted": "storage encryption",
        "EnableIAMDatabaseAuthentication": "IAM database authentication",
        "DeletionProtection": "deletion protection",
    }.items()
}
"""Members of CreateDBInstance that belong to the cluster."""

_PROXY = {
    "IdleClientTimeout": (Limit(between(1, 28800), "IdleClientTimeout must be between 1 and 28800 seconds."),),
}

_SUBNET_GROUP = {
    "DBSubnetGroupName": (
        Limit(
            lambda value, _: value.lower() != "default",
            "Subnet group name {value} is reserved. Please specify another name.",
        ),
        Limit(written("[A-Za-z][A-Za-z0-9 ._-]{0,254}"), "The parameter DBSubnetGroupName is not a valid identifier."),
    ),
}

_GROUP = Limit(
    written(r"[A-Za-z](?!.*--)[A-Za-z0-9.-]{0,254}(?<!-)"),
    "The parameter DBParameterGroupName is not a valid identifier. Identifiers must begin with a letter; must contain only "
    "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
)

OF_ACTION: Mapping[str, Mapping[str, tuple[Limit, ...]]] = {
    "CreateDBCluster": {**CLUSTER, **UNSUPPORTED},
    "ModifyDBCluster": {**CLUSTER, **UNSUPPORTED},
    "RestoreDBClusterFromSnapshot": CLUSTER,
    "RestoreDBClusterToPointInTime": CLUSTER,
    "RestoreDBClusterFromS3": CLUSTER,
    "CreateDBInstance": {**INSTANCE, **OF_CLUSTER},
    "ModifyDBInstance": INSTANCE,
    "CreateDBProxy": _PROXY,
    "ModifyDBProxy": _PROXY,
    "CreateDBSubnetGroup": _SUBNET_GROUP,
    "CreateDBParameterGroup": {"DBParameterGroupName": (_GROUP,)},
    "CreateDBClusterParameterGroup": {"DBClusterParameterGroupName": (_GROUP,)},
}
"""Action -> member -> its limits, the first that a value breaks is told."""
