"""Engine version upgrades: validation, and the changes when an upgrade completes.

Sources: RDS API reference (ModifyDBCluster, ModifyGlobalCluster), Aurora User Guide (upgrading), the error messages
from public reports of them.
"""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.actions.clusters.checks import check_groups
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, cluster_state
from aurora_cli.sandbox.emulator.rds.models import engines
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster, Groups

NO_FLAG = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
ONLY_MAJOR = "db-instance-parameter-group-name can only be specified for a major version upgrade"


def prepare(backend: AuroraBackend, cluster: AuroraCluster, values: dict[str, Any]) -> None:
    """Validate EngineVersion of ModifyDBCluster, and keep the parameter groups of a new family until the upgrade completes.

    Raises:
        RDSClientError: the upgrade is not valid.
    """
    wanted = values.get("engine_version")
    version = _resolved(cluster, wanted) if wanted else cluster.engine_version
    if wanted:
        values["engine_version"] = version
        _check_target(cluster, version)
    if engines.family(cluster.engine, version) == cluster.family:
        if values.get("db_instance_parameter_group_name"):
            raise bad_combination(ONLY_MAJOR)
        return
    _check_major(cluster, values)
    groups = Groups(
        values.pop("db_cluster_parameter_group_name", None), values.get("db_instance_parameter_group_name") or None
    )
    _check_groups(backend, cluster, groups, engines.family(cluster.engine, version))
    cluster.groups_of_next_version = groups


def _resolved(cluster: AuroraCluster, wanted: str) -> str:
    """A major version means its default minor version, unless the cluster runs that or a later one (RDS API reference)."""
    version = engines.resolve_version(cluster.engine, wanted)
    further = engines.order(cluster.engine_version) >= engines.order(version)
    same_line = engines.major(cluster.engine, cluster.engine_version) == wanted
    return cluster.engine_version if further and same_line else version


def _check_target(cluster: AuroraCluster, version: str) -> None:
    current = cluster.engine_version
    if version == current:
        return
    engines.check_upgrade(cluster.engine, current, version)
    alone = not cluster.global_cluster_identifier  # a Region of a global database may have no instance
    if alone and not any(member.status == "available" for member in cluster.instances):
        raise cluster_state(
            f"Cannot modify engine version without a healthy primary instance in DB cluster: {cluster.db_cluster_identifier}"
        )
    behind = [m for m in cluster.read_replica_identifiers if cluster.global_cluster_identifier]
    if behind and any(cluster.backend.in_region_of(arn).cluster(arn).engine_version != version for arn in behind):
        raise cluster_state(
            f"The primary DB cluster {cluster.db_cluster_identifier} can't be upgraded to {version} before the secondary DB "
            "clusters of its global cluster."
        )


def _check_major(cluster: AuroraCluster, values: dict[str, Any]) -> None:
    if not values.get("allow_major_version_upgrade"):
        raise bad_combination(NO_FLAG)
    if cluster.global_cluster_identifier:
        raise bad_combination(
            "A DB cluster that is a member of a global cluster can't be upgraded to a new major version on its own. Upgrade the "
            "global cluster."
        )


def _check_groups(backend: AuroraBackend, cluster: AuroraCluster, groups: Groups, family: str) -> None:
    check_groups(backend, family, groups.cluster)
    if not groups.cluster and not cluster.parameter_group.startswith("default."):
        raise bad_combination(_is_custom("cluster", cluster.parameter_group))
    check_groups(backend, family, None, groups.instance)
    for member in () if groups.instance else cluster.instances:
        if not str(member.db_parameter_group_name).startswith("default."):
            raise bad_combination(_is_custom("instance", str(member.db_parameter_group_name)))


def _is_custom(kind: str, name: str) -> str:
    return (
        f"The current DB {kind} parameter group {name} is custom. You must explicitly specify a new DB {kind} parameter group, "
        "either default or custom, for the engine version upgrade."
    )


def begin(cluster: AuroraCluster) -> Any:
    """Set the cluster and its instances to `upgrading`; returns the transition of the cluster."""
    for member in cluster.instances:
        member.enter("upgrading")
    return cluster.enter("upgrading")


def finish(cluster: AuroraCluster, version: str) -> None:
    """Complete the upgrade; new custom parameter groups are pending a reboot (Aurora User Guide, after a major upgrade)."""
    old, groups, before = cluster.family, cluster.groups_of_next_version, _before(cluster)
    cluster.engine_version, cluster.groups_of_next_version = version, Groups()
    if cluster.family == old:
        return
    cluster.before_upgrade = before
    cluster.parameter_group = groups.cluster or f"default.{cluster.family}"
    for member in cluster.instances:
        member.db_parameter_group_name = groups.instance or f"default.{cluster.family}"
        member.cluster_parameters_status = _status(groups.cluster)
        member.parameters_status = _status(groups.instance)


def _before(cluster: AuroraCluster) -> dict[str, str]:
    """Version and parameter groups, those of the instances by their DbiResourceIds."""
    own = {"version": cluster.engine_version, "group": cluster.parameter_group}
    return {**own, **{member.dbi_resource_id: str(member.db_parameter_group_name) for member in cluster.instances}}


def take_back(cluster: AuroraCluster) -> None:
    """Undo the last upgrade to a major version."""
    before, cluster.before_upgrade = cluster.before_upgrade, {}
    cluster.engine_version = before.get("version", cluster.engine_version)
    cluster.parameter_group = before.get("group", cluster.parameter_group)
    for member in cluster.instances:
        member.db_parameter_group_name = before.get(member.dbi_resource_id, f"default.{cluster.family}")
        member.cluster_parameters_status = member.parameters_status = "in-sync"


def _status(group: str | None) -> str:
    return "pending-reboot" if group and not group.startswith("default.") else "in-sync"
