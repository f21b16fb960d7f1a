"""RDS instances outside Aurora, as replication sources of Aurora clusters."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Naming, Read, Resource, Task, Update, Wait
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.rds.common import engine_version
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

_READY = Wait("DBInstanceStatus", target=("available", "storage-optimization"))
_MODIFIED = frozenset(
    {
        "allocated_storage",
        "auto_minor_version_upgrade",
        "backup_retention_period",
        "backup_window",
        "copy_tags_to_snapshot",
        "deletion_protection",
        "engine_version",
        "instance_class",
        "iops",
        "maintenance_window",
        "multi_az",
        "parameter_group_name",
        "publicly_accessible",
        "storage_type",
        "vpc_security_group_ids",
    }
)
_CREATED = _MODIFIED | {
    "availability_zone",
    "db_name",
    "db_subnet_group_name",
    "engine",
    "identifier",
    "iam_database_authentication_enabled",
    "kms_key_id",
    "manage_master_user_password",
    "port",
    "storage_encrypted",
    "username",
}


def _password(task: Task) -> Any:
    return task.config.get("password_wo") or task.get("password")


def _changed_password(task: Task) -> Any:
    return _password(task) if task.changed & {"password", "password_wo_version"} else None


def _delete(task: Task) -> None:
    skip, name = bool(task.get("skip_final_snapshot")), task.get("final_snapshot_identifier")
    if not skip and not name:
        raise ProviderError("final_snapshot_identifier is required when skip_final_snapshot is false")
    final = {} if skip else {"FinalDBSnapshotIdentifier": name}
    task.call("DeleteDBInstance", DBInstanceIdentifier=task.get("identifier"), SkipFinalSnapshot=skip, **final)


INSTANCE = Resource(
    type="aws_db_instance",
    service="rds",
    label="RDS DB Instance",
    create=Call("CreateDBInstance", send={"MasterUserPassword": _password}, attributes=frozenset(_CREATED)),
    naming=Naming("identifier", "identifier_prefix", "terraform-"),
    aliases={
        "DBInstanceIdentifier": "identifier",
        "DBInstanceClass": "instance_class",
        "DBInstanceArn": "arn",
        "DBParameterGroupName": "parameter_group_name",
        "DbiResourceId": "resource_id",
        "EnableIAMDatabaseAuthentication": "iam_database_authentication_enabled",
        "MasterUsername": "username",
        "PreferredBackupWindow": "backup_window",
        "PreferredMaintenanceWindow": "maintenance_window",
        "DBInstanceStatus": "status",
        "CACertificateIdentifier": "ca_cert_identifier",
    },
    exists=("DBInstanceAlreadyExists",),
    created_at="InstanceCreateTime",
    created=_READY,
    read=Read(
        Call("DescribeDBInstances", send={"DBInstanceIdentifier": "identifier"}, match=False),
        item="DBInstances[0]",
        gone=("DBInstanceNotFound",),
        fields={
            "address": "Endpoint.Address",
            "endpoint": lambda task, item: (
                "{Address}:{Port}".format_map(item["Endpoint"]) if item.get("Endpoint") else None
            ),
            "hosted_zone_id": "Endpoint.HostedZoneId",
            "port": "Endpoint.Port",
            "db_subnet_group_name": "DBSubnetGroup.DBSubnetGroupName",
            "engine_version": engine_version,
            "engine_version_actual": "EngineVersion",
            "option_group_name": "OptionGroupMemberships[0].OptionGroupName",
            "parameter_group_name": "DBParameterGroups[0].DBParameterGroupName",
            "replicas": "ReadReplicaDBInstanceIdentifiers",
            "vpc_security_group_ids": "VpcSecurityGroups[].VpcSecurityGroupId",
        },
        skip=frozenset({"domain", "latest_restorable_time", "timezone"}),
        sticky=frozenset({"db_subnet_group_name"}),
    ),
    updates=(
        Update(
            Call(
                "ModifyDBInstance",
                send={
                    "DBInstanceIdentifier": "identifier",
                    "ApplyImmediately": lambda task: bool(task.get("apply_immediately")),
                    "MasterUserPassword": _changed_password,
                },
                attributes=_MODIFIED,
            ),
            when=_MODIFIED | {"password", "password_wo_version"},
            wait=_READY,
        ),
    ),
    delete=_delete,
    deleted=Wait("DBInstanceStatus"),
    busy=("InvalidDBInstanceState",),
    tagging=rds_tagging("db", item="TagList"),
    import_attributes=lambda task: {"skip_final_snapshot": True, "delete_automated_backups": True},
    stored={"engine": str.lower, "maintenance_window": str.lower},
)

ENTRIES = (INSTANCE,)
