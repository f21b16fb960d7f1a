"""Features of a cluster: IAM roles for other services, database activity streams, the Data API."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.latency import Transition
from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import check_available, check_features
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, error
from aurora_cli.sandbox.emulator.rds.models import engines
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.spec.facts.tables import table


class FeatureRole:
    """A role of a cluster."""

    def __init__(self, role_arn: str, feature_name: str) -> None:
        self.role_arn, self.feature_name = role_arn, feature_name
        self._transition = Transition("PENDING", "ACTIVE")

    @property
    def status(self) -> str:
        """PENDING, then ACTIVE."""
        return self._transition.status


def add_role(backend: AuroraBackend, params: Any) -> None:
    """AddRoleToDBCluster."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    check_available(cluster, "modified")
    arn, feature = params["RoleArn"], params.get("FeatureName") or ""
    _check_feature(cluster, feature)
    for role in cluster._associated_roles:
        if role.role_arn == arn:
            raise error("DBClusterRoleAlreadyExists", f"The role {arn} is already associated with the DB cluster.")
        if feature and role.feature_name == feature:
            raise error("DBClusterRoleAlreadyExists", f"The feature {feature} already has a role in the DB cluster.")
    most = table("limits")["roles_per_cluster"]
    if len(cluster._associated_roles) >= most:
        raise error("DBClusterRoleQuotaExceeded", f"The DB cluster already has the {most} roles of its quota.")
    cluster._associated_roles.append(FeatureRole(arn, feature))  # type: ignore[arg-type]


def _check_feature(cluster: AuroraCluster, feature: str) -> None:
    known = engines.FEATURES[cluster.engine]
    if feature and feature not in known:
        raise bad_value(f"The feature-name parameter must be one of: {', '.join(known) or 'none for this engine'}.")
    if known and not feature:
        raise bad_value(
            "The feature-name parameter must be provided with the current operation for the Aurora (PostgreSQL) engine."
        )


def remove_role(backend: AuroraBackend, params: Any) -> None:
    """RemoveRoleFromDBCluster."""
    cluster = backend.cluster(params["DBClusterIdentifier"])
    check_available(cluster, "modified")
    roles = [role for role in cluster._associated_roles if role.role_arn == params["RoleArn"]]
    if not roles:
        raise error("DBClusterRoleNotFound", f"The role {params['RoleArn']} is not associated with the DB cluster.")
    cluster._associated_roles.remove(roles[0])


def start_stream(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """StartActivityStream."""
    cluster = backend.cluster(params["ResourceArn"])
    check_available(cluster, "modified")
    _check_stream(backend, cluster, params)
    cluster.activity_stream_mode = params["Mode"]
    # Read back as the key's id, however the call named it (terraform-aws-rds-aurora issue 505).
    cluster.activity_stream_kms_key_id = backend.key_arn(params["KmsKeyId"], "alias/aws/rds").partition(":key/")[2]
    cluster.activity_stream_kinesis_stream_name = f"aws-rds-das-{cluster.db_cluster_resource_id}"
    cluster.stream = Transition("starting", "started")
    return {
        "ApplyImmediately": True,
        "EngineNativeAuditFieldsIncluded": bool(params.get("EngineNativeAuditFieldsIncluded")),
        "KinesisStreamName": cluster.activity_stream_kinesis_stream_name,
        "KmsKeyId": cluster.activity_stream_kms_key_id,
        "Mode": cluster.activity_stream_mode,
        "Status": "starting",
    }


def _check_stream(backend: AuroraBackend, cluster: AuroraCluster, params: Any) -> None:
    """Aurora User Guide, prerequisites of database activity streams."""
    if not cluster.instances:
        raise bad_combination("StartActivityStream requires a DB cluster with at least one DB instance.")
    if params["Mode"] == "sync" and cluster.engine != "aurora-postgresql":
        raise bad_combination(f"The sync mode of database activity streams isn't supported for {cluster.engine}.")
    for member in cluster.instances:
        if member.db_instance_class.startswith("db.t"):
            raise bad_combination(
                f"Database activity streams aren't supported for the DB instance class {member.db_instance_class}."
            )
    backend.key_arn(params["KmsKeyId"], "alias/aws/rds")
    if "alias/aws/" in params["KmsKeyId"]:
        raise error(
            "KMSKeyNotAccessibleFault",
            f"The AWS managed key {params['KmsKeyId']} can't encrypt a database activity stream.",
        )


def stop_stream(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """StopActivityStream."""
    cluster = backend.cluster(params["ResourceArn"])
    cluster.stream = Transition("stopping", "stopped")
    stream, key = cluster.activity_stream_kinesis_stream_name, cluster.activity_stream_kms_key_id
    return {"KinesisStreamName": stream, "KmsKeyId": key, "Status": "stopping"}


def enable_http_endpoint(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """EnableHttpEndpoint: the Data API."""
    return _http_endpoint(backend, params["ResourceArn"], enabled=True)


def disable_http_endpoint(backend: AuroraBackend, params: Any) -> dict[str, Any]:
    """DisableHttpEndpoint."""
    return _http_endpoint(backend, params["ResourceArn"], enabled=False)


def _http_endpoint(backend: AuroraBackend, arn: str, *, enabled: bool) -> dict[str, Any]:
    cluster = backend.clusters.get(arn.rpartition(":")[2])
    if not isinstance(cluster, AuroraCluster):
        raise error("ResourceNotFoundFault", f"The specified resource {arn} was not found.")
    if enabled:
        check_features(cluster.engine, cluster.engine_version, {"enable_http_endpoint": True})
    cluster.enable_http_endpoint = enabled
    return {"ResourceArn": arn, "HttpEndpointEnabled": enabled}
