"""Blue/green deployments of Aurora clusters."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.rds.exceptions import BlueGreenDeploymentAlreadyExistsFault, BlueGreenDeploymentNotFoundFault

from aurora_cli.sandbox.emulator.latency import LATENCY, Transition
from aurora_cli.sandbox.emulator.rds.actions import instances
from aurora_cli.sandbox.emulator.rds.actions.clusters import green_environment, lifecycle
from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import check_available, check_groups, check_unprotected
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend, forget
from aurora_cli.sandbox.emulator.rds.errors import bad_value, error
from aurora_cli.sandbox.emulator.rds.models import engines
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.deployment import Deployment

DEFAULT_TIMEOUT_S, SHORTEST_S, LONGEST_S = 300, 30, 3600
LOGICAL = {"aurora-mysql": "binlog_format", "aurora-postgresql": "rds.logical_replication"}
_OFF = {"", "0", "off"}


def create(backend: AuroraBackend, params: Any) -> Deployment:
    """CreateBlueGreenDeployment of a cluster."""
    name, source = params["BlueGreenDeploymentName"], params["Source"]
    if any(one.blue_green_deployment_name == name for one in backend.deployments.values()):
        raise BlueGreenDeploymentAlreadyExistsFault(name)
    blue = backend.cluster(source)
    _check_source(backend, blue)
    _check_target(backend, blue, params)
    green = green_environment.copy_cluster(
        backend,
        blue,
        version=engines.resolve_version(blue.engine, params.get("TargetEngineVersion") or blue.engine_version),
        cluster_group=params.get("TargetDBClusterParameterGroupName"),
        instance_group=params.get("TargetDBParameterGroupName"),
    )
    for one in params.get("TargetResourceConfigurations") or []:
        green.encrypt({"storage_encrypted": True, "kms_key_id": one.get("TargetKmsKeyId")})
    made = Deployment(backend, params, blue, green)
    backend.deployments[made.blue_green_deployment_identifier] = made
    return made


def describe(backend: AuroraBackend, params: Any) -> list[Deployment]:
    """DescribeBlueGreenDeployments."""
    if params.get("BlueGreenDeploymentIdentifier"):
        return [find(backend, params["BlueGreenDeploymentIdentifier"])]
    return list(backend.deployments.values())


def find(backend: AuroraBackend, identifier: str) -> Deployment:
    """The deployment of that identifier. Raises RDSClientError."""
    if identifier not in backend.deployments:
        raise BlueGreenDeploymentNotFoundFault(identifier)
    return backend.deployments[identifier]


def switch_over(backend: AuroraBackend, params: Any) -> Deployment:
    """SwitchoverBlueGreenDeployment: takes one latency; rolled back if that exceeds the timeout."""
    one = find(backend, params["BlueGreenDeploymentIdentifier"])
    timeout = int(params.get("SwitchoverTimeout") or DEFAULT_TIMEOUT_S)
    if not SHORTEST_S <= timeout <= LONGEST_S:
        raise bad_value(f"SwitchoverTimeout must be between {SHORTEST_S} and {LONGEST_S}.")
    if one.status not in ("AVAILABLE", "SWITCHOVER_FAILED"):
        raise _state(f"The blue/green deployment can't be switched over in the status {one.status}.")
    ill = [m.db_instance_identifier for m in one.green.instances if m.status != "available"]
    if ill or one.green.status != "available":
        raise _state(f"The green environment isn't ready for a switchover: {', '.join(ill) or one.green.status}.")
    late = timeout < LATENCY.seconds
    one.passage = Transition("SWITCHOVER_IN_PROGRESS", "SWITCHOVER_FAILED" if late else "SWITCHOVER_COMPLETED")
    one.status_details = f"Switchover exceeded the timeout of {timeout} seconds." if late else None
    if not late:
        backend.defer(one.passage, green_environment.exchange, backend, one.blue, one.green, one.pairs)
    return one


def delete(backend: AuroraBackend, params: Any) -> Deployment:
    """DeleteBlueGreenDeployment; DeleteTarget also deletes the green environment."""
    one = find(backend, params["BlueGreenDeploymentIdentifier"])
    if one.status in ("SWITCHOVER_IN_PROGRESS", "DELETING"):
        raise _state(f"The blue/green deployment can't be deleted in the status {one.status}.")
    if params.get("DeleteTarget"):
        _delete_target(backend, one)
    one.passage, one.delete_time = Transition("DELETING", "DELETING"), utcnow()
    gone = Transition("", "")
    backend.defer(gone, forget, backend.deployments, one.blue_green_deployment_identifier)
    return one


def _delete_target(backend: AuroraBackend, one: Deployment) -> None:
    if one.status == "SWITCHOVER_COMPLETED":
        raise _state(
            "You can't specify DeleteTarget when the status of the blue/green deployment is SWITCHOVER_COMPLETED."
        )
    check_unprotected(one.green)
    for member in one.green.instances:
        instances.delete(backend, {"DBInstanceIdentifier": member.db_instance_identifier})
    if one.green in backend.clusters.values():
        lifecycle.delete(backend, {"DBClusterIdentifier": one.green.db_cluster_identifier, "SkipFinalSnapshot": True})


def _check_source(backend: AuroraBackend, blue: AuroraCluster) -> None:
    """Aurora User Guide, "Limitations and considerations for Amazon Aurora blue/green deployments"."""
    check_available(blue, "copied")
    if backend.deployment_of(blue) is not None:
        raise _unsupported("it is part of another blue/green deployment")
    if blue.manage_master_user_password:
        raise _unsupported("its master user password is managed in AWS Secrets Manager")
    if blue.read_replica_identifiers or blue.replication_source_identifier or blue.global_cluster_identifier:
        raise _unsupported("it is a replication source or a replica")
    name = LOGICAL[blue.engine]
    group = backend.cluster_parameter_group(blue.parameter_group)
    value = str(group.parameters.get(name, {}).get("ParameterValue", "")).lower()
    if value in _OFF:
        raise _unsupported(f"{name} is off in its DB cluster parameter group {blue.parameter_group}")
    if any(member.cluster_parameters_status != "in-sync" for member in blue.instances):
        raise _unsupported("its DB cluster parameter group isn't in sync: reboot its instances")


def _check_target(backend: AuroraBackend, blue: AuroraCluster, params: Any) -> None:
    current = blue.engine_version
    version = engines.resolve_version(blue.engine, params.get("TargetEngineVersion") or current)
    engines.check_upgrade(blue.engine, current, version)
    cluster_group, group = params.get("TargetDBClusterParameterGroupName"), params.get("TargetDBParameterGroupName")
    check_groups(backend, engines.family(blue.engine, version), cluster_group, group)


def _state(message: str) -> Exception:
    return error("InvalidBlueGreenDeploymentStateFault", message)


def _unsupported(why: str) -> Exception:
    return error(
        "SourceClusterNotSupportedFault", f"The source DB cluster isn't supported for a blue/green deployment: {why}."
    )
