"""The cluster that the user wants, as one strict pydantic model: the shape of the YAML file.

Every field is resolved here (default < preset < file < environment < flag, see `resolve.py`); the AWS rules that go beyond
shape are in `rules/`. Durations and ranges are taken as people write them and kept as plain numbers with their unit in the
docstring. A model is frozen: a change makes a new one with `model_copy`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from aurora_cli.spec.model.assume_role import AssumeRole, Roles
from aurora_cli.spec.model.autoscaling import Autoscaling
from aurora_cli.spec.model.bootstrap import Bootstrap
from aurora_cli.spec.model.credentials import Credentials
from aurora_cli.spec.model.fields import (
    INSTANCE,
    LOGS,
    Argument,
    Days,
    Model,
    ParameterValue,
    Seconds,
    Whole,
    Window,
    lower_case,
)
from aurora_cli.spec.model.global_database import GlobalDatabase
from aurora_cli.spec.model.instances import Instances
from aurora_cli.spec.model.keys import ActivityStream, StackKey
from aurora_cli.spec.model.monitoring import Monitoring
from aurora_cli.spec.model.network import Dns, Network
from aurora_cli.spec.model.proxy import Proxy
from aurora_cli.spec.model.serverless_v1 import ServerlessV1
from aurora_cli.spec.model.services import Services
from aurora_cli.spec.model.source import INHERITING, Source
from aurora_cli.spec.values.engine_names import canonical_engine

PresetName = Literal["development", "staging", "production"]
EngineName = Literal["aurora-postgresql", "aurora-mysql"]

StorageType = Literal["aurora", "aurora-iopt1"]
EndpointType = Literal["reader", "any"]


class CustomEndpoint(Model):
    """A host name of its own for some of the instances, by their keys. It is called `<name>-<key of the endpoint>`."""

    type: Annotated[EndpointType, BeforeValidator(lower_case)] = Field(
        description="`reader` leads to those that are readers at the moment, `any` to the writer too."
    )
    members: list[str] = Field(
        default_factory=list, description="Keys of its instances (static members); new instances do not join."
    )
    excluded: list[str] = Field(default_factory=list, description="Keys of excluded instances; new instances join.")


class Encryption(Model):
    """Encryption of the storage by a KMS key. Only a blue/green deployment changes it later."""

    enabled: Annotated[bool, Argument("storage_encrypted", "StorageEncrypted", "encryption")] = Field(
        True,
        description="Encrypt storage, backups and snapshots with a KMS key. If off, AWS encrypts with a key of its own.",
    )
    kms_key: Annotated[str | None, Argument("kms_key_id", label="KMS key")] = Field(
        None, description="KMS key (ARN, id, alias/... or `stack`); default the AWS managed key."
    )
    key: StackKey | None = Field(
        None, description="Settings of the KMS key that the stack creates, where a key is `stack`."
    )


class Tls(Model):
    """Transport encryption."""

    required: bool = Field(
        True, description="Refuse connections without TLS (rds.force_ssl, require_secure_transport)."
    )


class Backup(Model):
    """Automated backups and the snapshot at the end."""

    retention: Annotated[
        Days, Argument("backup_retention_period", "BackupRetentionPeriod", "backup retention (days)")
    ] = Field(7, ge=1, le=35, description="Days that automated backups are kept, 1 to 35, e.g. `7d`.")
    window: Annotated[
        str | None, Argument("preferred_backup_window", "PreferredBackupWindow", "backup window (UTC)")
    ] = Field(None, description="Daily backup window in UTC, `03:00-04:00`, at least 30 minutes.")
    final_snapshot: bool = Field(True, description="Take a final snapshot when the cluster is destroyed.")
    copy_tags: Annotated[bool, Argument("copy_tags_to_snapshot", "CopyTagsToSnapshot")] = Field(
        True, description="Copy the cluster's tags to its snapshots."
    )
    keep_automated: bool = Field(False, description="Keep the automated backups when the cluster is destroyed.")
    backtrack: Annotated[Seconds | None, Argument("backtrack_window", "BacktrackWindow")] = Field(
        None,
        ge=0,
        le=259200,
        description="Backtrack window of Aurora MySQL, up to 72h; can only be enabled at creation.",
    )


class Maintenance(Model):
    """When AWS may change the cluster."""

    window: Annotated[
        Window | None,
        Argument("preferred_maintenance_window", "PreferredMaintenanceWindow", "maintenance window (UTC)"),
    ] = Field(None, description="Weekly window in UTC, `sun:05:00-sun:06:00`, at least 30 minutes.")
    auto_minor_upgrades: Annotated[
        bool, Argument("auto_minor_version_upgrade", label="automatic minor upgrades", of=INSTANCE)
    ] = Field(
        False,
        description="Let AWS upgrade to newer minor versions automatically; the rendered version is then the major one.",
    )
    apply_immediately: Annotated[bool, Argument("apply_immediately", label="apply immediately")] = Field(
        True,
        description="Apply changes immediately; false leaves changes that restart instances pending until the "
        "maintenance window.",
    )
    cluster_timeout: Seconds | None = Field(
        None, ge=600, le=86400, description="Timeout for a change of the cluster, e.g. `4h`; default 2h."
    )
    instance_timeout: Seconds | None = Field(
        None, ge=600, le=86400, description="Timeout for a change of an instance, e.g. `2h`; default 90m."
    )


class Parameters(Model):
    """Engine parameters that differ from the defaults of the family."""

    cluster: dict[str, ParameterValue] = Field(default_factory=dict, description="Cluster parameter group.")
    instance: dict[str, ParameterValue] = Field(default_factory=dict, description="DB (instance) parameter group.")
    cluster_group: Annotated[
        str | None, Argument("db_cluster_parameter_group_name", "DBClusterParameterGroup", "cluster parameter group")
    ] = Field(None, description="Existing cluster parameter group, instead of the stack's; it then also sets TLS.")
    instance_group: Annotated[
        str | None, Argument("db_parameter_group_name", label="instance parameter group", of=INSTANCE)
    ] = Field(None, description="Existing DB parameter group of all instances, instead of the stack's.")


class Logs(Model):
    """Logs exported to CloudWatch Logs."""

    exports: Annotated[list[str] | None, Argument("enabled_cloudwatch_logs_exports", label="exported logs")] = Field(
        None, description="Log types; default `postgresql`, or `error` and `slowquery`."
    )
    retention: Annotated[Days, Argument("retention_in_days", label="log retention (days)", of=LOGS)] = Field(
        30, description="Days that the log groups keep them, e.g. `30d`."
    )
    kms_key: Annotated[str | None, Argument("kms_key_id", of=LOGS)] = Field(
        None, description="KMS key (ARN, id, alias/... or `stack`); CloudWatch Logs must be allowed to use it."
    )
    own_groups: bool = Field(
        True, description="Create the log groups, with retention and KMS key; false leaves them to RDS or other tools."
    )


class LocalBackend(Model):
    """State in the stack's folder."""

    type: Literal["local"] = "local"


class S3Backend(Model):
    """State in S3 with Terraform's lock file."""

    type: Literal["s3"]
    bucket: str = Field(description="Name of an existing bucket, with versioning on.")
    key: str | None = Field(None, description="Object key; default `aurora-cli/<region>/<name>.tfstate`.")
    region: str | None = Field(None, description="Region of the bucket; default the cluster's.")
    kms_key: str | None = Field(None, description="KMS key (ARN, id or alias/...) that encrypts the state.")
    profile: str | None = Field(None, description="AWS profile to reach the bucket with.")


class HttpBackend(Model):
    """State behind an HTTP address (GitLab and others). Credentials come from TF_HTTP_USERNAME and TF_HTTP_PASSWORD."""

    type: Literal["http"]
    address: str = Field(description="URL to read and write the state, without credentials.")
    lock_address: str | None = Field(None, description="URL to lock the state; without it there is no locking.")
    unlock_address: str | None = Field(None, description="URL to unlock the state.")
    lock_method: str | None = Field(None, description="HTTP method that locks; Terraform's default is LOCK.")
    unlock_method: str | None = Field(None, description="HTTP method that unlocks; Terraform's default is UNLOCK.")


class PgBackend(Model):
    """State in PostgreSQL. The connection string comes from PG_CONN_STR, never from the spec."""

    type: Literal["pg"]
    schema_name: str | None = Field(
        None, description="Schema of this cluster's state; default `aurora_cli_<region>_<name>`."
    )


class CloudBackend(Model):
    """HCP Terraform. The token comes from TF_TOKEN_app_terraform_io or `terraform login`."""

    type: Literal["cloud"]
    organization: str = Field(description="Organization.")
    workspace: str = Field(description="Workspace of this one cluster.")
    hostname: str | None = Field(None, description="Host of Terraform Enterprise; default app.terraform.io.")
    project: str | None = Field(None, description="Project that a new workspace is put in.")


Backend = Annotated[LocalBackend | S3Backend | HttpBackend | PgBackend | CloudBackend, Field(discriminator="type")]


class ClusterSpec(Model):
    """One Aurora cluster, complete: every default and preset value is filled in."""

    name: str = Field(description="Cluster identifier: 1-63 lower-case letters, digits and single hyphens.")
    resource_name: str | None = Field(
        None,
        description="Name of the resources around the cluster: subnet group, security group, parameter groups, roles; default "
        "the name. Cannot be changed afterwards: `rename` writes the former name here.",
    )
    region: str = Field(description="AWS Region, e.g. eu-west-1.")
    preset: PresetName = Field("development", description="Set of defaults: development, staging or production.")
    tags: Annotated[dict[str, str], Argument("tags"), Argument("tags_all")] = Field(
        default_factory=dict, description="Tags on every resource."
    )
    engine: Annotated[EngineName, BeforeValidator(canonical_engine), Argument("engine", "Engine")] = Field(
        description="postgres or mysql (or AWS's aurora-postgresql, aurora-mysql)."
    )
    engine_version: Annotated[str | None, Argument("engine_version", label="engine version")] = Field(
        None,
        description="Engine version, e.g. 16.8 or 8.0.mysql_aurora.3.10.0. An existing cluster keeps its version without it.",
    )
    source: Source | None = Field(None, description="Where the data comes from; without it the cluster starts empty.")
    database: Annotated[str | None, Argument("database_name", "DatabaseName", "database")] = Field(
        None, description="Initial database name."
    )
    username: Annotated[str | None, Argument("master_username", "MasterUsername", "master user")] = Field(
        None, description="Master user; default postgres or admin."
    )
    port: Annotated[Whole | None, Argument("port", "Port")] = Field(None, description="Port; default 5432 or 3306.")
    storage: Annotated[StorageType, Argument("storage_type", "StorageType")] = Field(
        "aurora", description="`aurora` (pay for each I/O) or `aurora-iopt1` (I/O-Optimized: a higher price, I/O free)."
    )
    high_availability: bool = Field(
        False, description="At least one reader in another zone, so that a failover takes seconds."
    )
    instances: Instances = Field(default_factory=lambda: Instances.model_validate({}))
    serverless_v1: ServerlessV1 | None = Field(
        None, description="A Serverless v1 cluster; refused, with its Serverless v2 equivalent."
    )
    autoscaling: Autoscaling | None = Field(None, description="Reader autoscaling.")
    endpoints: dict[str, CustomEndpoint] = Field(default_factory=dict, description="Custom endpoints by name.")
    network: Network = Field(default_factory=lambda: Network.model_validate({}))
    dns: Dns | None = Field(None, description="Custom DNS names in Route 53.")
    global_: GlobalDatabase | None = Field(
        None, alias="global", description="Copies of the cluster in other Regions (Aurora global database)."
    )
    proxy: Proxy | None = Field(None, description="RDS Proxy in front of the cluster; `true` for its defaults.")
    credentials: Credentials = Field(default_factory=lambda: Credentials.model_validate({}))
    encryption: Encryption = Field(default_factory=lambda: Encryption.model_validate({}))
    tls: Tls = Field(default_factory=lambda: Tls.model_validate({}))
    backup: Backup = Field(default_factory=lambda: Backup.model_validate({}))
    maintenance: Maintenance = Field(default_factory=lambda: Maintenance.model_validate({}))
    local_write_forwarding: Annotated[bool, Argument("enable_local_write_forwarding")] = Field(
        False, description="Local write forwarding: readers forward writes to the writer of their cluster."
    )
    data_api: Annotated[bool, Argument("enable_http_endpoint", "HttpEndpointEnabled")] = Field(
        False, description="SQL over HTTPS, without a connection (RDS Data API)."
    )
    extended_support: Annotated[bool | None, Argument("engine_lifecycle_support")] = Field(
        None,
        description="RDS Extended Support, paid, after the end of standard support; false refuses such versions. "
        "AWS default: true.",
    )
    deletion_protection: Annotated[bool, Argument("deletion_protection", "DeletionProtection")] = Field(
        True, description="AWS refuses to delete the cluster while this is on."
    )
    bootstrap: Bootstrap | None = Field(
        None, description="Roles, databases and SQL that a new cluster begins with; Aurora PostgreSQL."
    )
    services: Services = Field(default_factory=lambda: Services.model_validate({}))
    parameters: Parameters = Field(default_factory=lambda: Parameters.model_validate({}))
    logs: Logs = Field(default_factory=lambda: Logs.model_validate({}))
    monitoring: Monitoring = Field(default_factory=lambda: Monitoring.model_validate({}))
    activity_stream: ActivityStream | None = Field(None, description="A database activity stream.")
    profile: str | None = Field(
        None, description="AWS profile to work on the cluster with, by Terraform and by aurora-cli."
    )
    assume_role: AssumeRole | None = Field(None, description="IAM role to work on the cluster as.")
    roles: Roles = Field(default_factory=lambda: Roles.model_validate({}))
    backend: Backend = Field(default_factory=LocalBackend, description="Where Terraform keeps its state.")

    @property
    def base_name(self) -> str:
        """What the resources around the cluster are called after."""
        return self.resource_name or self.name

    @property
    def inherits(self) -> bool:
        """True when user, databases and encryption come from the source."""
        return self.source is not None and self.source.kind in INHERITING
