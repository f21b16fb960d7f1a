"""CreateDBCluster and the other actions on clusters."""

from __future__ import annotations

from typing import Any

from tests.sandbox.api_rules.case import Case, cluster, mysql, serverless

_CREATE = "rds.create_db_cluster"
_VALUE, _TOGETHER = "InvalidParameterValue", "InvalidParameterCombination"
_RESTORE, _REWIND = "rds.restore_db_cluster_from_snapshot", "rds.restore_db_cluster_to_point_in_time"
_FROM_S3 = {
    "DBClusterIdentifier": "new",
    "Engine": "aurora-mysql",
    "MasterUsername": "boss",
    "MasterUserPassword": "not-so-secret",
    "SourceEngine": "mysql",
    "SourceEngineVersion": "8.0.36",
    "S3BucketName": "backups",
    "S3IngestionRoleArn": "arn:aws:iam::123456789012:role/orders",
}
_PERFORMANCE: dict[str, Any] = {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 31}

CASES = (
    Case("cluster-name", _CREATE, cluster(DBClusterIdentifier="or--ders"), _VALUE, "is not a valid identifier"),
    Case("database-name", _CREATE, cluster(DatabaseName="my-orders"), _VALUE, "DatabaseName must begin with a letter"),
    Case("database-name", _CREATE, cluster(DatabaseName="a" * 64), _VALUE, "too long"),
    Case(
        "database-reserved", _CREATE, cluster(DatabaseName="template1"), _VALUE, "DatabaseName template1 cannot be used"
    ),
    Case("database-reserved", _CREATE, mysql(DatabaseName="performance_schema"), _VALUE, "cannot be used"),
    Case("username", _CREATE, cluster(MasterUsername="1boss"), _VALUE, "Invalid master user name"),
    Case("username", _CREATE, cluster(MasterUsername="a" * 64), _VALUE, "Invalid master user name"),
    Case("username", _CREATE, mysql(MasterUsername="a" * 33), _VALUE, "Invalid master user name"),
    Case("username-reserved", _CREATE, cluster(MasterUsername="admin"), _VALUE, "reserved word used by the engine"),
    Case("username-reserved", _CREATE, mysql(MasterUsername="rdsadmin"), _VALUE, "reserved word used by the engine"),
    Case("port", _CREATE, cluster(Port=1149), _VALUE, "Invalid endpoint port 1149. Valid range is: 1150-65535"),
    Case(
        "port", "rds.modify_db_cluster", {"DBClusterIdentifier": "pg", "Port": 65536}, _VALUE, "Invalid endpoint port"
    ),
    Case(
        "tag-count", _CREATE, cluster(Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(51)]), _VALUE, "limit of 50"
    ),
    Case("tag-key", _CREATE, cluster(Tags=[{"Key": "aws:team", "Value": "x"}]), _VALUE, "reserved"),
    Case("tag-value", _CREATE, cluster(Tags=[{"Key": "team", "Value": "a*b"}]), _VALUE, "Invalid tag value"),
    Case("engine-version", _CREATE, mysql(EngineVersion="3.10.0"), _TOGETHER, "Cannot find version 3.10.0"),
    Case("engine-version-known", _CREATE, cluster(EngineVersion="16.12"), _TOGETHER, "Cannot find version 16.12"),
    Case("engine-version-known", _CREATE, cluster(EngineVersion="16.2"), _TOGETHER, "Cannot find version 16.2"),
    Case("data-api-version", _CREATE, cluster(EngineVersion="14.6", EnableHttpEndpoint=True), _TOGETHER, "data_api"),
    Case(
        "data-api-mysql",
        _CREATE,
        mysql(EngineVersion="8.0.mysql_aurora.3.04.4", EnableHttpEndpoint=True),
        _TOGETHER,
        "data_api",
    ),
    Case(
        "extended-support",
        _CREATE,
        cluster(EngineVersion="12.22", EngineLifecycleSupport="open-source-rds-extended-support-disabled"),
        _TOGETHER,
        "Extended Support",
    ),
    Case(
        "backtrack-engine",
        _CREATE,
        cluster(BacktrackWindow=3600),
        _VALUE,
        "not enabled for the aurora-postgresql engine",
    ),
    Case("schema:backup.backtrack", _CREATE, mysql(BacktrackWindow=259201), _VALUE, "0 to 259200"),
    Case("schema:backup.retention", _CREATE, cluster(BackupRetentionPeriod=0), _VALUE, "between 1 and 35"),
    Case("schema:backup.retention", _CREATE, cluster(BackupRetentionPeriod=36), _VALUE, "between 1 and 35"),
    Case("schema:storage", _CREATE, cluster(StorageType="gp3"), _TOGETHER, "You can't use the gp3 storage type"),
    Case("schema:network.ip_version", _CREATE, cluster(NetworkType="IPV6"), "NetworkTypeNotSupported", "IPV6"),
    Case("schema:instances.acu.max", _CREATE, serverless(1, 300), _VALUE, "maximum capacity"),
    Case(
        "schema:allocated_storage", _CREATE, cluster(AllocatedStorage=100), _TOGETHER, "isn't supported for DB engine"
    ),
    Case("schema:iops", _CREATE, cluster(Iops=3000), _TOGETHER, "Iops isn't supported"),
    Case("schema:db_cluster_instance_class", _CREATE, cluster(DBClusterInstanceClass="db.r6gd.large"), _TOGETHER),
    Case("source-name", _RESTORE, lambda _: _restore("no_such"), "DBClusterSnapshotNotFoundFault", "no_such"),
    Case("source-itself", _REWIND, lambda _: _copy("pg"), "DBClusterAlreadyExistsFault"),
    Case(
        "source-region",
        _REWIND,
        lambda _: _copy("new", SourceDBClusterIdentifier="arn:aws:rds:us-east-1:123456789012:cluster:pg"),
        "DBClusterNotFoundFault",
    ),
    Case(
        "source-one",
        _REWIND,
        lambda _: _copy("new", RestoreType="copy-on-write", RestoreToTime="2026-03-01T08:30:00Z"),
        _TOGETHER,
    ),
    Case(
        "source-time",
        _REWIND,
        {"DBClusterIdentifier": "new", "SourceDBClusterIdentifier": "pg", "RestoreToTime": "yesterday"},
        _VALUE,
        "Must be a time",
        raw=True,
    ),
    Case(
        "source-time-past",
        _REWIND,
        lambda _: _copy("new", UseLatestRestorableTime=None, RestoreToTime="2999-01-01T00:00:00Z"),
        "InvalidRestoreFault",
        "outside the restorable window",
    ),
    Case(
        "source-inherited",
        _RESTORE,
        {
            "DBClusterIdentifier": "new",
            "SnapshotIdentifier": "shot",
            "Engine": "aurora-postgresql",
            "MasterUsername": "boss",
        },
        "InvalidQueryParameter",
        "MasterUsername is not a parameter",
        raw=True,
    ),
    Case(
        "global-source",
        _RESTORE,
        {
            "DBClusterIdentifier": "new",
            "SnapshotIdentifier": "shot",
            "Engine": "aurora-postgresql",
            "GlobalClusterIdentifier": "world",
        },
        "InvalidQueryParameter",
        "GlobalClusterIdentifier is not a parameter",
        raw=True,
    ),
    Case(
        "clone-backtrack",
        _REWIND,
        lambda _: _copy("new", SourceDBClusterIdentifier="my", RestoreType="copy-on-write", BacktrackWindow=3600),
        _TOGETHER,
        "Backtrack cannot currently be enabled for this cluster",
    ),
    Case(
        "clone-backtrack",
        "rds.modify_db_cluster",
        {"DBClusterIdentifier": "my", "BacktrackWindow": 3600},
        _TOGETHER,
        "Backtrack cannot currently be enabled for this cluster",
    ),
    Case("s3-engine", "rds.restore_db_cluster_from_s3", {**_FROM_S3, "Engine": "aurora-postgresql"}, _VALUE),
    Case("s3-names", "rds.restore_db_cluster_from_s3", _FROM_S3, "InvalidS3BucketFault", "backups"),
    Case(
        "s3-version",
        "rds.restore_db_cluster_from_s3",
        {**_FROM_S3, "SourceEngineVersion": "5.7.44"},
        _TOGETHER,
        "5.7.44",
    ),
    Case(
        "replica-key",
        _CREATE,
        lambda world: cluster(
            MasterUsername=None,
            MasterUserPassword=None,
            ReplicationSourceIdentifier=world.cluster_arn.replace(":pg", ":main"),
        ),
        _TOGETHER,
        "kmsKeyId should be explicitly specified",
        region="eu-central-1",
    ),
    Case(
        "replica-password",
        _CREATE,
        lambda world: cluster(
            MasterUserPassword=None, ManageMasterUserPassword=True, ReplicationSourceIdentifier=world.cluster_arn
        ),
        _TOGETHER,
        "isn't supported for a read replica",
    ),
    Case(
        "replica-backtrack",
        _CREATE,
        lambda world: mysql(
            MasterUsername=None,
            MasterUserPassword=None,
            BacktrackWindow=3600,
            ReplicationSourceIdentifier=world.cluster_arn.replace(":pg", ":my"),
        ),
        _TOGETHER,
        "Backtrack isn't supported",
    ),
    Case("io-optimized-version", _CREATE, cluster(EngineVersion="14.6", StorageType="aurora-iopt1"), _TOGETHER, "14.6"),
    Case(
        "acu-step",
        _CREATE,
        serverless(0.7, 16),
        _VALUE,
        "capacity value 0.7 is not valid. It must be a multiple of 0.5",
    ),
    Case(
        "acu-range",
        _CREATE,
        serverless(16, 2),
        _VALUE,
        "minimum capacity must be less than or equal to maximum capacity",
    ),
    Case("acu-range", _CREATE, serverless(0.5, 0.5), _VALUE, "maximum capacity must be at least 1.0"),
    Case("serverless-version", _CREATE, serverless(1, 4, EngineVersion="12.22"), _TOGETHER, "isn't supported"),
    Case("acu-min-zero", _CREATE, serverless(0, 4, EngineVersion="14.6"), _VALUE, "too low"),
    Case("acu-max-version", _CREATE, serverless(1, 256, EngineVersion="14.6"), _VALUE, "maximum capacity"),
    Case("pause-after", _CREATE, serverless(0, 4, pause=240), _VALUE, "300-86400"),
    Case("pause-after", _CREATE, serverless(0.5, 4, pause=600), _VALUE, "only be specified when minimum capacity is 0"),
    Case("serverless-v1", _CREATE, cluster(EngineMode="serverless"), _VALUE, "serverless you requested is currently"),
    Case(
        "serverless-v1-capacity",
        _CREATE,
        cluster(ScalingConfiguration={"MinCapacity": 2, "MaxCapacity": 256}),
        _TOGETHER,
        "only specify scaling configuration for an Aurora Serverless v1 cluster",
    ),
    Case("kms-key", _CREATE, cluster(StorageEncrypted=True, KmsKeyId="orders"), "KMSKeyNotAccessibleFault"),
    Case(
        "kms-region",
        _CREATE,
        lambda world: cluster(StorageEncrypted=True, KmsKeyId=world.key.replace("eu-west-1", "us-east-1")),
        "KMSKeyNotAccessibleFault",
    ),
    Case("kms-unused", _CREATE, lambda world: cluster(KmsKeyId=world.key), _TOGETHER, "KmsKeyId"),
    Case(
        "password-given",
        _CREATE,
        lambda world: cluster(MasterUserSecretKmsKeyId=world.key),
        _TOGETHER,
        "is valid only if",
    ),
    Case("kept-password", _CREATE, cluster(ManageMasterUserPassword=True), _TOGETHER, "mutually exclusive"),
    Case("domain-id", _CREATE, cluster(Domain="directory"), _VALUE, "directory"),
    Case(
        "domain-role",
        _CREATE,
        cluster(Domain="d-1234567890", DomainIAMRoleName="arn:aws:iam::123456789012:role/orders"),
        _VALUE,
        "Invalid IAM role name",
    ),
    Case("backup-window", _CREATE, cluster(PreferredBackupWindow="3am"), _VALUE, "hh24:mi-hh24:mi (24H Clock UTC)"),
    Case("backup-window", _CREATE, cluster(PreferredBackupWindow="03:00-03:15"), _VALUE, "at least 30 minutes"),
    Case(
        "maintenance-window", _CREATE, cluster(PreferredMaintenanceWindow="sunday"), _VALUE, "ddd:hh24:mi-ddd:hh24:mi"
    ),
    Case(
        "maintenance-window", _CREATE, cluster(PreferredMaintenanceWindow="sun:05:00-sun:05:20"), _VALUE, "at least 30"
    ),
    Case(
        "maintenance-window-long",
        _CREATE,
        cluster(PreferredMaintenanceWindow="sun:05:00-mon:06:00"),
        _VALUE,
        "24 hours",
    ),
    Case(
        "window-overlap",
        _CREATE,
        cluster(PreferredBackupWindow="03:00-04:00", PreferredMaintenanceWindow="sun:03:30-sun:04:30"),
        _VALUE,
        "The backup window and maintenance window must not overlap",
    ),
    Case(
        "window-overlap",
        "rds.modify_db_cluster",
        {"DBClusterIdentifier": "pg", "PreferredBackupWindow": "04:50-05:20"},
        _VALUE,
        "must not overlap",
    ),
    Case(
        "log-type",
        _CREATE,
        cluster(EnableCloudwatchLogsExports=["upgrade"]),
        _TOGETHER,
        "cannot use the log types 'upgrade'",
    ),
    Case(
        "monitoring-interval",
        _CREATE,
        cluster(MonitoringInterval=20),
        _VALUE,
        "enter a value in [0, 1, 5, 10, 15, 30, 60]",
    ),
    Case(
        "monitoring-role", _CREATE, cluster(MonitoringInterval=60), _TOGETHER, "A MonitoringRoleARN value is required"
    ),
    Case(
        "monitoring-role",
        _CREATE,
        cluster(MonitoringRoleArn="arn:aws:iam::123456789012:role/orders"),
        _TOGETHER,
        "You must specify a MonitoringInterval value other than 0",
    ),
    Case(
        "insights-retention",
        _CREATE,
        cluster(EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=30),
        _VALUE,
        "Invalid Performance Insights retention period",
    ),
    Case(
        "insights-retention",
        _CREATE,
        cluster(PerformanceInsightsRetentionPeriod=7),
        _TOGETHER,
        "EnablePerformanceInsights",
    ),
    Case("insights-advanced", _CREATE, cluster(DatabaseInsightsMode="advanced", **_PERFORMANCE), _TOGETHER, "465 days"),
    Case(
        "security-groups",
        _CREATE,
        lambda world: cluster(DBSubnetGroupName="net", VpcSecurityGroupIds=world.groups),
        _VALUE,
        "maximum number of security groups",
    ),
    Case(
        "own-security-group",
        _CREATE,
        cluster(DBSubnetGroupName="net", VpcSecurityGroupIds=["sg-0123456789abcdef0"]),
        _VALUE,
        "Invalid security group",
    ),
    Case("global-class", "rds.create_db_instance", lambda _: _member("db.t4g.large"), _TOGETHER, "db.t4g.large"),
    Case(
        "global-rotation",
        _CREATE,
        cluster(MasterUserPassword=None, ManageMasterUserPassword=True, GlobalClusterIdentifier="world"),
        _TOGETHER,
        "isn't supported for a DB cluster in a global cluster",
    ),
    Case(
        "global-backtrack",
        _CREATE,
        mysql(BacktrackWindow=3600, GlobalClusterIdentifier="world"),
        _TOGETHER,
        "Backtrack isn't supported for a DB cluster in a global cluster",
    ),
    Case("global-region", _CREATE, lambda world: _secondary(KmsKeyId=world.key), _TOGETHER, "already has a member"),
    Case("global-encryption", _CREATE, lambda _: _secondary(), _TOGETHER, "kmsKeyId should be", region="eu-central-1"),
    Case(
        "global-own-key",
        _CREATE,
        lambda world: _secondary(KmsKeyId=world.key),
        "KMSKeyNotAccessibleFault",
        region="eu-central-1",
    ),
    Case(
        "global-keys",
        _CREATE,
        lambda _: _secondary(KmsKeyId="1234abcd-12ab-34cd-56ef-1234567890ab"),
        "KMSKeyNotAccessibleFault",
        region="eu-central-1",
    ),
    Case(
        "local-write-forwarding",
        _CREATE,
        cluster(EngineVersion="14.6", EnableLocalWriteForwarding=True),
        _TOGETHER,
        "14.6",
    ),
    Case("global-write-forwarding", _CREATE, cluster(EnableGlobalWriteForwarding=True), _TOGETHER, "not specified"),
    Case(
        "global-write-forwarding",
        _CREATE,
        lambda world: _secondary(EngineVersion="14.6", EnableGlobalWriteForwarding=True, KmsKeyId="alias/aws/rds"),
        _TOGETHER,
        "14.6",
        region="eu-central-1",
    ),
    Case(
        "global-identifier",
        "rds.create_global_cluster",
        {"GlobalClusterIdentifier": "shop--global", "Engine": "aurora-mysql"},
        _VALUE,
        "valid identifier",
    ),
)


def _restore(snapshot: str) -> dict[str, object]:
    return {"DBClusterIdentifier": "new", "SnapshotIdentifier": snapshot, "Engine": "aurora-postgresql"}


def _copy(name: str, **changes: object) -> dict[str, object]:
    fine = {"DBClusterIdentifier": name, "SourceDBClusterIdentifier": "pg", "UseLatestRestorableTime": True, **changes}
    return {key: value for key, value in fine.items() if value is not None}


def _member(size: str) -> dict[str, object]:
    names = {"DBInstanceIdentifier": "new", "DBClusterIdentifier": "main", "Engine": "aurora-postgresql"}
    return {**names, "DBInstanceClass": size}


def _secondary(**changes: object) -> dict[str, object]:
    return {"DBClusterIdentifier": "new", "Engine": "aurora-postgresql", "GlobalClusterIdentifier": "world", **changes}
