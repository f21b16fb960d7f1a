"""Global clusters: members in several Regions, one of which is the writer."""

from __future__ import annotations

from typing import Any, cast

from aurora_cli.sandbox.emulator.rds.actions.clusters import upgrades
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import (
    bad_combination,
    bad_value,
    cluster_not_found,
    cluster_state,
    error,
)
from aurora_cli.sandbox.emulator.rds.models import engines, names
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.global_database import GlobalDatabase
from aurora_cli.sandbox.emulator.rds.models.resource import StatusView

MOST_MEMBERS = 11
"""A primary and ten secondary clusters (Aurora User Guide, "Limitations of Amazon Aurora global databases")."""

UNMANAGED = "ManageMasterUserPassword isn't supported for a DB cluster in a global cluster."


def find(backend: AuroraBackend, identifier: str | None) -> GlobalDatabase:
    """A global cluster by identifier or ARN.

    Raises:
        RDSClientError: it does not exist.
    """
    name = str(identifier or "").rpartition(":")[2].lower()
    found = backend.global_databases.get(name)
    if found is None:
        raise error("GlobalClusterNotFoundFault", f"Global cluster {identifier} not found.")
    return found


def create(backend: AuroraBackend, params: Any) -> StatusView:
    """CreateGlobalCluster: empty, or from an existing cluster."""
    values = dict(params.items())
    name = names.check_identifier(values["global_cluster_identifier"], "GlobalClusterIdentifier")
    if name in backend.global_databases:
        raise error("GlobalClusterAlreadyExistsFault", f"Global cluster {name} already exists")
    source = _source(backend, values)
    values["engine"] = source.engine if source is not None else values.get("engine")
    if not engines.is_aurora(values["engine"]):
        raise bad_value(f"Invalid DB engine: {values['engine']}")
    wanted = source.engine_version if source is not None else values.get("engine_version")
    values |= {
        "global_cluster_identifier": name,
        "engine_version": engines.resolve_version(values["engine"], wanted, new=True),
    }
    if source is not None:
        values |= {"storage_encrypted": source.storage_encrypted, "database_name": source.database_name}
    database = GlobalDatabase(backend.global_home, values)
    backend.global_databases[name] = database
    if source is not None:
        source.global_cluster_identifier = name
        database.members.append(source)
        database.make_writer(source)
    return StatusView(database, "creating")


def _source(backend: AuroraBackend, values: dict[str, Any]) -> AuroraCluster | None:
    identifier = values.get("source_db_cluster_identifier")
    if not identifier:
        return None
    if values.get("engine"):
        raise bad_combination("Engine can't be specified if SourceDBClusterIdentifier is specified.")
    source = backend.in_region_of(identifier).cluster(identifier)
    if source.manage_master_user_password:
        raise bad_combination(UNMANAGED)
    if source.global_cluster_identifier:
        raise cluster_state(f"DBCluster {source.db_cluster_identifier} is already a member of a global cluster.")
    burstable = [one.db_instance_class for one in source.instances if one.db_instance_class.startswith("db.t")]
    if burstable:
        raise bad_combination(f"The requested instance class is not supported by global databases: {burstable[0]}")
    if source.backtrack_window:
        raise bad_combination("Backtrack isn't supported for a DB cluster in a global cluster.")
    return source


def describe(backend: AuroraBackend, params: Any) -> list[GlobalDatabase]:
    """DescribeGlobalClusters: all, or one."""
    name = params.get("GlobalClusterIdentifier")
    return [find(backend, name)] if name else list(backend.global_databases.values())


def modify(backend: AuroraBackend, params: Any) -> StatusView:
    """ModifyGlobalCluster: its identifier, deletion protection, and major version upgrades of all members."""
    database = find(backend, params["GlobalClusterIdentifier"])
    if params.get("NewGlobalClusterIdentifier"):
        _rename(backend, database, params["NewGlobalClusterIdentifier"])
    if params.get("DeletionProtection") is not None:
        database.deletion_protection = params["DeletionProtection"]
    if params.get("EngineVersion"):
        _upgrade(database, params)
    return StatusView(database, database.status)


def _rename(backend: AuroraBackend, database: GlobalDatabase, wanted: str) -> None:
    name = names.check_identifier(wanted, "NewGlobalClusterIdentifier")
    if backend.global_databases.get(name, database) is not database:
        raise error("GlobalClusterAlreadyExistsFault", f"Global cluster {name} already exists")
    del backend.global_databases[database.global_cluster_identifier]
    database.global_cluster_identifier = name
    backend.global_databases[name] = database
    for member in database.members:
        member.global_cluster_identifier = name


def _upgrade(database: GlobalDatabase, params: Any) -> None:
    version = engines.resolve_version(database.engine, params["EngineVersion"])
    same_major = engines.family(database.engine, version) == engines.family(database.engine, database.engine_version)
    if same_major and database.members:
        raise bad_value(
            "ModifyGlobalCluster only supports Major Version Upgrades. To patch the members of your global cluster to a newer "
            "minor version you need to call ModifyDbCluster in each one of them."
        )
    if not params.get("AllowMajorVersionUpgrade") and not same_major:
        raise bad_combination(upgrades.NO_FLAG)
    members = [cast(AuroraCluster, member) for member in database.members]
    if any(version not in engines.upgrade_targets(database.engine, member.engine_version) for member in members):
        raise bad_combination(f"Cannot upgrade {database.engine} from {database.engine_version} to {version}")
    database.engine_version = version
    for member in members:
        # Users reapply custom parameter groups afterwards (Aurora User Guide, upgrading a global database).
        member.backend.defer(upgrades.begin(member), upgrades.finish, member, version)
    database.enter("upgrading")


def delete(backend: AuroraBackend, params: Any) -> StatusView:
    """DeleteGlobalCluster, which must have no members."""
    database = find(backend, params["GlobalClusterIdentifier"])
    if database.members:
        raise error("InvalidGlobalClusterStateFault", f"Global Cluster {database.arn} is not empty")
    if database.deletion_protection:
        raise bad_combination(
            "Cannot delete protected Global Cluster, please disable deletion protection and try again."
        )
    return backend.remove(database, backend.global_databases, database.global_cluster_identifier)


def remove(backend: AuroraBackend, params: Any) -> GlobalDatabase:
    """RemoveFromGlobalCluster: the member becomes a standalone cluster. The writer must be the last.

    A cluster that is deleted is not found there either: hashicorp/aws removes the members that its state has, and takes that
    answer alone for the end of one.
    """
    database, arn = find(backend, params["GlobalClusterIdentifier"]), params["DbClusterIdentifier"]
    cluster = next((one for one in database.members if arn in (one.db_cluster_arn, one.db_cluster_identifier)), None)
    if not isinstance(cluster, AuroraCluster):
        raise bad_value(f"Cluster {arn} is not found in global cluster {database.global_cluster_identifier}")
    if cluster.is_writer and len(database.members) > 1:
        raise error(
            "InvalidGlobalClusterStateFault",
            f"Cluster {cluster.db_cluster_arn} is the primary of global cluster {database.global_cluster_identifier} and cannot "
            "be removed while it has secondary clusters.",
        )
    leave(database, cluster)
    return database


def leave(database: GlobalDatabase, cluster: AuroraCluster) -> None:
    """Remove a member."""
    database.engine_version = database.engine_version
    secondary = not cluster.is_writer
    database.members.remove(cluster)
    cluster.global_cluster_identifier = cluster.replication_source_identifier = None
    cluster.is_writer = False
    if database.writer is not None:
        database.make_writer(database.writer)
    if secondary:
        cluster.enter("promoting")


def hand_over(backend: AuroraBackend, params: Any) -> StatusView:
    """SwitchoverGlobalCluster and FailoverGlobalCluster: a secondary becomes the primary."""
    database = find(backend, params["GlobalClusterIdentifier"])
    target = backend.in_region_of(params["TargetDbClusterIdentifier"]).cluster(params["TargetDbClusterIdentifier"])
    if target not in database.members:
        raise cluster_not_found(params["TargetDbClusterIdentifier"])
    if target.is_writer:
        raise error(
            "InvalidGlobalClusterStateFault",
            f"Cluster {target.db_cluster_arn} is already the primary of its global cluster.",
        )
    if not target.instances:
        raise cluster_state(f"Cluster {target.db_cluster_identifier} has no DB instance that can become the writer.")
    backend.defer(database.enter("switching-over"), database.make_writer, target)
    return StatusView(database, "switching-over")


def inherit(backend: AuroraBackend, values: dict[str, Any]) -> None:
    """The values that a cluster inherits when it joins a global cluster.

    Raises:
        RDSClientError: the global cluster does not exist, or the values do not match it.
    """
    database = find(backend, values["global_cluster_identifier"])
    values["global_cluster_identifier"] = database.global_cluster_identifier
    if values.get("manage_master_user_password"):
        raise bad_combination(UNMANAGED)
    if values["engine"] != database.engine:
        raise bad_combination(
            f"The engine of the DB cluster must match the engine of the global cluster: {database.engine}."
        )
    values["engine_version"] = values.get("engine_version") or database.engine_version
    primary = database.writer
    if primary is None:
        values["database_name"] = values.get("database_name") or database.database_name
        if database.storage_encrypted and not values.get("storage_encrypted"):
            raise bad_combination("The DB cluster must be encrypted because its global cluster is encrypted.")
        return
    _check_secondary(database, primary, backend, values)
    values |= {name: getattr(primary, name) for name in ("master_username", "database_name", "storage_encrypted")}


def _check_secondary(
    database: GlobalDatabase, primary: AuroraCluster, backend: AuroraBackend, values: dict[str, Any]
) -> None:
    if values.get("master_username") or values.get("master_user_password"):
        raise bad_combination("Cannot specify user name for cross region replication cluster")
    if values.get("database_name"):
        raise bad_combination("Cannot specify database name for cross region replication cluster")
    if not primary.storage_encrypted and values.get("storage_encrypted"):
        raise bad_combination("The DB cluster can't be encrypted because its global cluster is not encrypted.")
    if primary.storage_encrypted and not values.get("kms_key_id"):
        raise bad_combination("For encrypted cross-region replica, kmsKeyId should be explicitly specified")
    if backend.region_name in {member.region for member in database.members}:
        raise bad_combination(f"The global cluster already has a member in {backend.region_name}.")
    if len(database.members) >= MOST_MEMBERS:
        raise error("InvalidGlobalClusterStateFault", "A global cluster can have at most 10 secondary clusters.")


def join(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    """Add the cluster to the global cluster that it names. The first member is the writer."""
    if not cluster.global_cluster_identifier:
        return
    database = find(backend, cluster.global_cluster_identifier)
    database.members.append(cluster)
    database.make_writer(database.writer or cluster)


def is_member(backend: AuroraBackend, cluster: AuroraCluster) -> bool:
    """Whether the cluster is a member of a global cluster."""
    return any(cluster in database.members for database in backend.global_databases.values())


def check_alone(backend: AuroraBackend, cluster: AuroraCluster) -> None:
    """Reject the deletion of a member."""
    if is_member(backend, cluster) and cluster.is_writer and cluster.read_replica_identifiers:
        raise error(
            "InvalidGlobalClusterStateFault",
            "Unable to delete cluster that is a primary member of global cluster while there are other global cluster members",
        )
    if is_member(backend, cluster):
        raise cluster_state("This cluster is a part of a global cluster, please remove it from globalcluster first")
