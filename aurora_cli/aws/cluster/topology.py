"""The live cluster as the RDS API reports it: who is the writer, where, in which status, with what still pending."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aurora_cli.aws.describe import find_cluster, instances_of
from aurora_cli.aws.errors import aws_errors

AUTOSCALED_PREFIX = "application-autoscaling-"
"""How Application Auto Scaling names the readers that it makes (Aurora User Guide, "Amazon Aurora Auto Scaling")."""

LIFECYCLE = {True: "open-source-rds-extended-support", False: "open-source-rds-extended-support-disabled"}
"""Whether Extended Support covers a cluster -> RDS API EngineLifecycleSupport."""


@dataclass(frozen=True)
class Member:
    """One instance of the cluster.

    Attributes:
        role: `writer` or `reader`, from DBClusterMembers (never from names or creation order).
        host, port: its own endpoint; None while AWS makes it.
        pending: PendingModifiedValues and a parameter group that waits for a reboot.
        certificate: name of the certificate authority of its server certificate.
        certificate_ends: end of the server certificate's validity.
        maintenance_window: its own weekly window, in UTC.
        engine_version: that it runs.
        parameter_group: its DB parameter group.
        arn: of the instance.
    """

    id: str
    role: str
    class_: str
    status: str
    zone: str | None = None
    host: str | None = None
    port: int | None = None
    promotion_tier: int | None = None
    public: bool = False
    pending: dict[str, Any] = field(default_factory=dict)
    certificate: str | None = None
    certificate_ends: datetime | None = None
    maintenance_window: str | None = None
    engine_version: str | None = None
    parameter_group: str | None = None
    arn: str | None = None

    @property
    def autoscaled(self) -> bool:
        """Whether reader autoscaling made it, by its name."""
        return self.id.startswith(AUTOSCALED_PREFIX)

    @property
    def waits_for_reboot(self) -> bool:
        """Whether parameters wait for it to restart."""
        return "pending-reboot" in self.pending.values()


@dataclass(frozen=True)
class Topology:
    """One live cluster.

    Attributes:
        status: AWS's status word, e.g. `available`.
        acu: {"min", "max"} in ACUs, and `pause_after` in seconds if set; None for a cluster without the scaling block.
        custom: custom endpoint name -> host.
        pending: PendingModifiedValues of the cluster.
        optimized_again: when AWS next takes a switch to I/O-Optimized storage; None if it may be at once.
        kms_key: ARN of the key that encrypts the storage; None without encryption.
        activity_stream: Kinesis stream of its activity stream; None while there is none.
        maintenance_window, backup_window: weekly and daily, in UTC.
        backup_days: days that automated backups are kept.
        earliest_restore, latest_restore: the span of point-in-time restores.
        starts_itself: when AWS starts a stopped cluster again, seven days after it was stopped.
        replicates_from: ARN of the cluster or instance that it replicates from.
        replicas: ARNs of the clusters that replicate from it.
        data_api: whether the Data API is on.
        extended_support: whether Extended Support covers the cluster; None if AWS does not say.
    """

    identifier: str
    arn: str
    status: str
    engine: str
    engine_version: str
    port: int
    members: tuple[Member, ...]
    writer_host: str | None = None
    reader_host: str | None = None
    secret_arn: str | None = None
    database: str | None = None
    username: str | None = None
    deletion_protection: bool = False
    acu: dict[str, float] | None = None
    custom: dict[str, str] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)
    optimized_again: datetime | None = None
    kms_key: str | None = None
    activity_stream: str | None = None
    maintenance_window: str | None = None
    backup_window: str | None = None
    backup_days: int | None = None
    earliest_restore: datetime | None = None
    latest_restore: datetime | None = None
    starts_itself: datetime | None = None
    replicates_from: str | None = None
    replicas: tuple[str, ...] = ()
    data_api: bool = False
    extended_support: bool | None = None

    @property
    def writer(self) -> Member | None:
        """The instance that is the writer now; None while there is none."""
        return next((m for m in self.members if m.role == "writer"), None)

    @property
    def readers(self) -> tuple[Member, ...]:
        """All instances that are not the writer."""
        return tuple(m for m in self.members if m.role != "writer")


def read_topology(rds: Any, identifier: str) -> Topology | None:
    """Read one cluster.

    Args:
        rds: a botocore RDS client.
        identifier: DB cluster identifier.

    Returns:
        The live cluster, or None if AWS has none of that name.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    cluster = find_cluster(rds, identifier)
    if cluster is None:
        return None
    instances = {one["DBInstanceIdentifier"]: one for one in instances_of(rds, identifier)}
    members = [_member(m, instances.get(m["DBInstanceIdentifier"], {})) for m in cluster.get("DBClusterMembers", ())]
    members.sort(key=lambda m: (len(m.id), m.id))  # AWS has them in the order of their creation, which is any
    return _topology(cluster, tuple(members), _custom_endpoints(rds, cluster))


def _custom_endpoints(rds: Any, cluster: dict[str, Any]) -> dict[str, str]:
    if not cluster.get("CustomEndpoints"):
        return {}
    identifier = cluster["DBClusterIdentifier"]
    with aws_errors(f"reading the custom endpoints of {identifier}"):
        answer = rds.describe_db_cluster_endpoints(DBClusterIdentifier=identifier)
    return {
        e["DBClusterEndpointIdentifier"]: e["Endpoint"]
        for e in answer["DBClusterEndpoints"]
        if e.get("EndpointType") == "CUSTOM"
    }


def _member(member: dict[str, Any], instance: dict[str, Any]) -> Member:
    endpoint = instance.get("Endpoint") or {}
    return Member(
        id=member["DBInstanceIdentifier"],
        role="writer" if member.get("IsClusterWriter") else "reader",
        class_=instance.get("DBInstanceClass", "unknown"),
        status=instance.get("DBInstanceStatus", "unknown"),
        zone=instance.get("AvailabilityZone"),
        host=endpoint.get("Address"),
        port=endpoint.get("Port"),
        promotion_tier=member.get("PromotionTier"),
        public=bool(instance.get("PubliclyAccessible")),
        pending=_pending_of_instance(member, instance),
        certificate=instance.get("CACertificateIdentifier"),
        certificate_ends=(instance.get("CertificateDetails") or {}).get("ValidTill"),
        maintenance_window=instance.get("PreferredMaintenanceWindow"),
        engine_version=instance.get("EngineVersion"),
        parameter_group=next((g.get("DBParameterGroupName") for g in instance.get("DBParameterGroups", ())), None),
        arn=instance.get("DBInstanceArn"),
    )


def _pending_of_instance(member: dict[str, Any], instance: dict[str, Any]) -> dict[str, Any]:
    pending = {k: v for k, v in (instance.get("PendingModifiedValues") or {}).items() if v not in (None, {}, [])}
    if member.get("DBClusterParameterGroupStatus") == "pending-reboot":
        pending["ClusterParameterGroup"] = "pending-reboot"
    if any(g.get("ParameterApplyStatus") == "pending-reboot" for g in instance.get("DBParameterGroups", ())):
        pending["ParameterGroup"] = "pending-reboot"
    return pending


def _topology(cluster: dict[str, Any], members: tuple[Member, ...], custom: dict[str, str]) -> Topology:
    return Topology(
        identifier=cluster["DBClusterIdentifier"],
        arn=cluster.get("DBClusterArn", ""),
        status=cluster.get("Status", "unknown"),
        engine=cluster.get("Engine", "unknown"),
        engine_version=cluster.get("EngineVersion", "unknown"),
        port=int(cluster.get("Port") or 0),
        members=members,
        writer_host=cluster.get("Endpoint"),
        reader_host=cluster.get("ReaderEndpoint"),
        secret_arn=(cluster.get("MasterUserSecret") or {}).get("SecretArn"),
        database=cluster.get("DatabaseName"),
        username=cluster.get("MasterUsername"),
        deletion_protection=bool(cluster.get("DeletionProtection")),
        acu=_acu(cluster.get("ServerlessV2ScalingConfiguration") or {}),
        custom=custom,
        pending={k: v for k, v in (cluster.get("PendingModifiedValues") or {}).items() if v not in (None, {}, [])},
        optimized_again=cluster.get("IOOptimizedNextAllowedModificationTime"),
        kms_key=cluster.get("KmsKeyId"),
        activity_stream=_stream(cluster),
        maintenance_window=cluster.get("PreferredMaintenanceWindow"),
        backup_window=cluster.get("PreferredBackupWindow"),
        backup_days=cluster.get("BackupRetentionPeriod"),
        earliest_restore=cluster.get("EarliestRestorableTime"),
        latest_restore=cluster.get("LatestRestorableTime"),
        starts_itself=cluster.get("AutomaticRestartTime"),
        replicates_from=cluster.get("ReplicationSourceIdentifier") or None,
        replicas=tuple(cluster.get("ReadReplicaIdentifiers") or ()),
        data_api=bool(cluster.get("HttpEndpointEnabled")),
        extended_support={word: on for on, word in LIFECYCLE.items()}.get(cluster.get("EngineLifecycleSupport", "")),
    )


def _stream(cluster: dict[str, Any]) -> str | None:
    running = cluster.get("ActivityStreamStatus") in ("starting", "started")
    return cluster.get("ActivityStreamKinesisStreamName") if running else None


def _acu(scaling: dict[str, Any]) -> dict[str, float] | None:
    if "MaxCapacity" not in scaling:
        return None
    acu = {"min": float(scaling.get("MinCapacity") or 0), "max": float(scaling["MaxCapacity"])}
    if scaling.get("SecondsUntilAutoPause") is not None:
        acu["pause_after"] = float(scaling["SecondsUntilAutoPause"])
    return acu
