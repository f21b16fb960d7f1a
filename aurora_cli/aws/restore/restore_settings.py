"""A cluster with the data of a snapshot or of a moment, and otherwise like one that is there.

What a restore takes is given with it. What it does not take (retention, windows, Insights, the Data API, roles) is for later.
"""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors

_CLUSTER = {
    "Port": "Port",
    "DBSubnetGroup": "DBSubnetGroupName",
    "DBClusterParameterGroup": "DBClusterParameterGroupName",
    "KmsKeyId": "KmsKeyId",
    "StorageType": "StorageType",
    "NetworkType": "NetworkType",
    "IAMDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
    "EnabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
    "CopyTagsToSnapshot": "CopyTagsToSnapshot",
    "DeletionProtection": "DeletionProtection",
    "BacktrackWindow": "BacktrackWindow",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
}
"""Of DescribeDBClusters -> of RestoreDBClusterFromSnapshot and RestoreDBClusterToPointInTime."""

_INSTANCE = {
    "DBInstanceClass": "DBInstanceClass",
    "Engine": "Engine",
    "AvailabilityZone": "AvailabilityZone",
    "PreferredMaintenanceWindow": "PreferredMaintenanceWindow",
    "AutoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "PubliclyAccessible": "PubliclyAccessible",
    "MonitoringInterval": "MonitoringInterval",
    "MonitoringRoleArn": "MonitoringRoleArn",
    "PromotionTier": "PromotionTier",
    "CopyTagsToSnapshot": "CopyTagsToSnapshot",
    "CACertificateIdentifier": "CACertificateIdentifier",
}
"""Of DescribeDBInstances -> of CreateDBInstance."""


def restore_like(rds: Any, like: dict[str, Any], name: str, source: dict[str, Any]) -> None:
    """Ask AWS for a cluster with other data and the settings of one that is there.

    Args:
        like: the cluster as DescribeDBClusters has it.
        name: identifier of the new one.
        source: {"snapshot": ARN or identifier}, or {"cluster": identifier, "time": RFC 3339 or `latest`}.

    Raises:
        AwsFailed and its kin.
    """
    params = {**_cluster_params(like), "DBClusterIdentifier": name}
    with aws_errors(f"restoring {name}"):
        if "snapshot" in source:
            rds.restore_db_cluster_from_snapshot(
                **params,
                SnapshotIdentifier=source["snapshot"],
                Engine=like["Engine"],
                EngineVersion=like["EngineVersion"],
            )
            return
        latest = source["time"] == "latest"
        when = {"UseLatestRestorableTime": True} if latest else {"RestoreToTime": source["time"]}
        rds.restore_db_cluster_to_point_in_time(**params, SourceDBClusterIdentifier=source["cluster"], **when)


def _cluster_params(like: dict[str, Any]) -> dict[str, Any]:
    params = {given: like[said] for said, given in _CLUSTER.items() if like.get(said) not in (None, [], "")}
    params["VpcSecurityGroupIds"] = [g["VpcSecurityGroupId"] for g in like.get("VpcSecurityGroups", ())]
    scaling = like.get("ServerlessV2ScalingConfiguration")
    if scaling:
        params["ServerlessV2ScalingConfiguration"] = scaling
    for membership in like.get("DomainMemberships") or ():
        params |= {"Domain": membership["Domain"], "DomainIAMRoleName": membership["IAMRoleName"]}
    return {**params, "Tags": own_tags(like)}


def make_like(rds: Any, like: dict[str, Any], name: str, cluster: str) -> None:
    """Ask AWS for an instance of `cluster` with the settings of one that is there. Raises AwsFailed and its kin."""
    params = {given: like[said] for said, given in _INSTANCE.items() if like.get(said) not in (None, "")}
    groups = like.get("DBParameterGroups") or ()
    if groups:
        params["DBParameterGroupName"] = groups[0]["DBParameterGroupName"]
    with aws_errors(f"creating {name}"):
        rds.create_db_instance(**params, DBInstanceIdentifier=name, DBClusterIdentifier=cluster, Tags=own_tags(like))


def own_tags(like: dict[str, Any]) -> list[dict[str, str]]:
    """The tags that people may set: not those of AWS."""
    return [tag for tag in like.get("TagList") or () if not tag["Key"].startswith("aws:")]


def manage_password(rds: Any, name: str, key: str | None) -> None:
    """Let AWS make the master password and keep it in a secret. Raises AwsFailed and its kin.

    Args:
        key: ARN of the KMS key of the secret; None for the AWS managed one.
    """
    with_key = {"MasterUserSecretKmsKeyId": key} if key else {}
    with aws_errors(f"letting AWS manage the password of {name}"):
        rds.modify_db_cluster(
            DBClusterIdentifier=name, ManageMasterUserPassword=True, ApplyImmediately=True, **with_key
        )
