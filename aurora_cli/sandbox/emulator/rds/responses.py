"""RDS's actions: Aurora's go to the modules beside this one, everything else to moto."""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import ActionResult, EmptyResult, PaginatedResult
from moto.rds.models import DBClusterParameterGroup, DBParameterGroup
from moto.rds.responses import RDSResponse

from aurora_cli.sandbox.emulator.rds import (
    backtracks,
    blue_green,
    catalogue,
    cluster_changes,
    cluster_checks,
    clusters,
    copies,
    endpoints,
    engines,
    errors,
    events,
    families,
    features,
    global_clusters,
    instances,
    networks,
    parameters,
    proxies,
    proxy_endpoints,
    quotas,
    replicas,
    serverless_v1,
    snapshot,
    subscriptions,
    upkeep,
)
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.cluster import AuroraCluster


class AuroraResponse(RDSResponse):
    """One RDS request."""

    @property
    def aurora(self) -> AuroraBackend:
        """The backend of the request's account and Region."""
        return cast(AuroraBackend, self.backend)

    def call_action(self) -> Any:
        """Serve the request, after what became due since the last one."""
        self.aurora.settle()
        return super().call_action()

    # clusters

    def create_db_cluster(self) -> ActionResult:
        if not engines.is_aurora(self.params.get("Engine")):
            return super().create_db_cluster()
        return ActionResult({"DBCluster": clusters.create(self.aurora, self.params)})

    def modify_db_cluster(self) -> ActionResult:
        return ActionResult({"DBCluster": cluster_changes.modify(self.aurora, self.params)})

    def delete_db_cluster(self) -> ActionResult:
        return ActionResult({"DBCluster": clusters.delete(self.aurora, self.params)})

    def failover_db_cluster(self) -> ActionResult:
        return ActionResult({"DBCluster": clusters.fail_over(self.aurora, self.params)})

    def start_db_cluster(self) -> ActionResult:
        return ActionResult({"DBCluster": clusters.start(self.aurora, self.params)})

    def stop_db_cluster(self) -> ActionResult:
        return ActionResult({"DBCluster": clusters.stop(self.aurora, self.params)})

    def reboot_db_cluster(self) -> ActionResult:
        return ActionResult({"DBCluster": clusters.reboot(self.aurora, self.params)})

    def backtrack_db_cluster(self) -> ActionResult:
        return ActionResult(backtracks.backtrack(self.aurora, self.params))

    def describe_db_cluster_backtracks(self) -> ActionResult:
        return ActionResult({"DBClusterBacktracks": backtracks.describe(self.aurora, self.params)})

    def enable_http_endpoint(self) -> ActionResult:
        return self._http_endpoint(True)

    def disable_http_endpoint(self) -> ActionResult:
        return self._http_endpoint(False)

    def _http_endpoint(self, enabled: bool) -> ActionResult:
        arn = self.params["ResourceArn"]
        self.aurora.cluster(arn).enable_http_endpoint = enabled
        return ActionResult({"ResourceArn": arn, "HttpEndpointEnabled": enabled})

    def promote_read_replica_db_cluster(self) -> ActionResult:
        return ActionResult({"DBCluster": replicas.promote(self.aurora, self.params)})

    def add_role_to_db_cluster(self) -> ActionResult:
        features.add_role(self.aurora, self.params)
        return EmptyResult()

    def remove_role_from_db_cluster(self) -> ActionResult:
        features.remove_role(self.aurora, self.params)
        return EmptyResult()

    def start_activity_stream(self) -> ActionResult:
        return ActionResult(features.start_stream(self.aurora, self.params))

    def stop_activity_stream(self) -> ActionResult:
        return ActionResult(features.stop_stream(self.aurora, self.params))

    # blue/green deployments

    def create_blue_green_deployment(self) -> ActionResult:
        return ActionResult({"BlueGreenDeployment": blue_green.create(self.aurora, self.params)})

    def describe_blue_green_deployments(self) -> ActionResult:
        return PaginatedResult({"BlueGreenDeployments": blue_green.describe(self.aurora, self.params)})

    def switchover_blue_green_deployment(self) -> ActionResult:
        return ActionResult({"BlueGreenDeployment": blue_green.switch_over(self.aurora, self.params)})

    def delete_blue_green_deployment(self) -> ActionResult:
        return ActionResult({"BlueGreenDeployment": blue_green.delete(self.aurora, self.params)})

    def describe_integrations(self) -> ActionResult:
        """No zero-ETL integrations are made here."""
        return ActionResult({"Integrations": []})

    # global clusters

    def create_global_cluster(self) -> ActionResult:
        return ActionResult({"GlobalCluster": global_clusters.create(self.aurora, self.params)})

    def describe_global_clusters(self) -> ActionResult:
        return ActionResult({"GlobalClusters": global_clusters.describe(self.aurora, self.params)})

    def modify_global_cluster(self) -> ActionResult:
        return ActionResult({"GlobalCluster": global_clusters.modify(self.aurora, self.params)})

    def delete_global_cluster(self) -> ActionResult:
        return ActionResult({"GlobalCluster": global_clusters.delete(self.aurora, self.params)})

    def remove_from_global_cluster(self) -> ActionResult:
        return ActionResult({"GlobalCluster": global_clusters.remove(self.aurora, self.params)})

    def switchover_global_cluster(self) -> ActionResult:
        return ActionResult({"GlobalCluster": global_clusters.hand_over(self.aurora, self.params)})

    def failover_global_cluster(self) -> ActionResult:
        return ActionResult({"GlobalCluster": global_clusters.hand_over(self.aurora, self.params)})

    # proxies

    def create_db_proxy(self) -> ActionResult:
        return ActionResult({"DBProxy": proxies.create(self.aurora, self.params)})

    def modify_db_proxy(self) -> ActionResult:
        return ActionResult({"DBProxy": proxies.modify(self.aurora, self.params)})

    def delete_db_proxy(self) -> ActionResult:
        return ActionResult({"DBProxy": proxies.delete(self.aurora, self.params)})

    def describe_db_proxy_target_groups(self) -> ActionResult:
        return ActionResult({"TargetGroups": [proxies.find(self.aurora, self.params["DBProxyName"]).group]})

    def modify_db_proxy_target_group(self) -> ActionResult:
        return ActionResult({"DBProxyTargetGroup": proxies.modify_group(self.aurora, self.params)})

    def register_db_proxy_targets(self) -> ActionResult:
        return ActionResult({"DBProxyTargets": proxies.register(self.aurora, self.params)})

    def deregister_db_proxy_targets(self) -> ActionResult:
        proxies.deregister(self.aurora, self.params)
        return EmptyResult()

    def describe_db_proxy_targets(self) -> ActionResult:
        return ActionResult({"Targets": proxies.find(self.aurora, self.params["DBProxyName"]).group.targets})

    def create_db_proxy_endpoint(self) -> ActionResult:
        return ActionResult({"DBProxyEndpoint": proxy_endpoints.create(self.aurora, self.params)})

    def describe_db_proxy_endpoints(self) -> ActionResult:
        return ActionResult({"DBProxyEndpoints": proxy_endpoints.describe(self.aurora, self.params)})

    def modify_db_proxy_endpoint(self) -> ActionResult:
        return ActionResult({"DBProxyEndpoint": proxy_endpoints.modify(self.aurora, self.params)})

    def delete_db_proxy_endpoint(self) -> ActionResult:
        return ActionResult({"DBProxyEndpoint": proxy_endpoints.delete(self.aurora, self.params)})

    # event subscriptions

    def create_event_subscription(self) -> ActionResult:
        return ActionResult({"EventSubscription": subscriptions.create(self.aurora, self.params)})

    def modify_event_subscription(self) -> ActionResult:
        return ActionResult({"EventSubscription": subscriptions.modify(self.aurora, self.params)})

    def delete_event_subscription(self) -> ActionResult:
        return ActionResult({"EventSubscription": subscriptions.delete(self.aurora, self.params)})

    def add_source_identifier_to_subscription(self) -> ActionResult:
        return ActionResult({"EventSubscription": subscriptions.change_source(self.aurora, self.params, add=True)})

    def remove_source_identifier_from_subscription(self) -> ActionResult:
        return ActionResult({"EventSubscription": subscriptions.change_source(self.aurora, self.params, add=False)})

    # instances

    def create_db_instance(self) -> ActionResult:
        if not self.params.get("DBClusterIdentifier"):
            return super().create_db_instance()
        return ActionResult({"DBInstance": instances.create(self.aurora, self.params)})

    def modify_db_instance(self) -> ActionResult:
        if not self._is_ours():
            return super().modify_db_instance()
        return ActionResult({"DBInstance": instances.modify(self.aurora, self.params)})

    def delete_db_instance(self) -> ActionResult:
        if not self._is_ours():
            return super().delete_db_instance()
        return ActionResult({"DBInstance": instances.delete(self.aurora, self.params["DBInstanceIdentifier"])})

    def reboot_db_instance(self) -> ActionResult:
        if not self._is_ours():
            return super().reboot_db_instance()
        return ActionResult({"DBInstance": instances.reboot(self.aurora, self.params["DBInstanceIdentifier"])})

    def _is_ours(self) -> bool:
        return self.aurora.serves_instance(self.params["DBInstanceIdentifier"])

    # snapshots

    def create_db_cluster_snapshot(self) -> ActionResult:
        cluster = self.aurora.cluster(self.params["DBClusterIdentifier"])
        name, tags = self.params["DBClusterSnapshotIdentifier"], self.params.get("Tags")
        return ActionResult({"DBClusterSnapshot": snapshot.take(self.aurora, cluster, name, tags=tags)})

    def describe_db_cluster_snapshots(self) -> ActionResult:
        name = self.params.get("DBClusterSnapshotIdentifier")
        if name and name.startswith("arn:"):
            self.params["DBClusterSnapshotIdentifier"] = name.rpartition(":")[2]
        return super().describe_db_cluster_snapshots()

    def describe_db_snapshots(self) -> ActionResult:
        name = self.params.get("DBSnapshotIdentifier")
        if name and name.startswith("arn:"):
            self.params["DBSnapshotIdentifier"] = name.rpartition(":")[2]
        return super().describe_db_snapshots()

    def copy_db_cluster_snapshot(self) -> ActionResult:
        return ActionResult({"DBClusterSnapshot": snapshot.copy(self.aurora, self.params)})

    def describe_db_cluster_automated_backups(self) -> ActionResult:
        return ActionResult({"DBClusterAutomatedBackups": copies.automated_backups(self.aurora, self.params)})

    def restore_db_cluster_from_snapshot(self) -> ActionResult:
        wanted = self.params["SnapshotIdentifier"]
        if ":snapshot:" in wanted:
            values = copies.from_db_snapshot(self.aurora, wanted, self.params)
            return ActionResult({"DBCluster": clusters.add(self.aurora, values)})
        source = self.aurora.get_db_cluster_snapshot(wanted.rpartition(":")[2])
        if not isinstance(source, snapshot.AuroraClusterSnapshot):
            return super().restore_db_cluster_from_snapshot()
        values = snapshot.restore_values(source, self.params)
        serverless_v1.check_gone(values)
        snapshot.check_version(source, values)
        return ActionResult({"DBCluster": clusters.add(self.aurora, values)})

    def restore_db_cluster_to_point_in_time(self) -> ActionResult:
        source = copies.source_of(self.aurora, self.params)
        made = clusters.add(self.aurora, snapshot.restore_values(source, self.params))
        if self.params.get("RestoreType") == "copy-on-write" and isinstance(source, AuroraCluster):
            copies.join_clones(source, self.aurora.cluster(made.db_cluster_identifier))
        return ActionResult({"DBCluster": made})

    def restore_db_cluster_from_s3(self) -> ActionResult:
        values = copies.from_s3(self.aurora, self.params)
        return ActionResult({"DBCluster": clusters.add(self.aurora, values)})

    # subnet groups

    def create_db_subnet_group(self) -> ActionResult:
        return ActionResult({"DBSubnetGroup": networks.create_subnet_group(self.aurora, self.params)})

    def modify_db_subnet_group(self) -> ActionResult:
        return ActionResult({"DBSubnetGroup": networks.modify_subnet_group(self.aurora, self.params)})

    def delete_db_subnet_group(self) -> ActionResult:
        networks.delete_subnet_group(self.aurora, self.params["DBSubnetGroupName"])
        return EmptyResult()

    # cluster parameter groups

    def _cluster_group(self) -> DBClusterParameterGroup:
        return cluster_checks.cluster_parameter_group(self.aurora, self.params["DBClusterParameterGroupName"])

    def create_db_cluster_parameter_group(self) -> ActionResult:
        name, table = self.params["DBClusterParameterGroupName"], self.aurora.db_cluster_parameter_groups
        group = parameters.create(table, DBClusterParameterGroup, self.aurora, name, self.params)
        return ActionResult({"DBClusterParameterGroup": group})

    def describe_db_cluster_parameter_groups(self) -> ActionResult:
        if not self.params.get("DBClusterParameterGroupName"):
            return super().describe_db_cluster_parameter_groups()
        return ActionResult({"DBClusterParameterGroups": [self._cluster_group()]})

    def modify_db_cluster_parameter_group(self) -> ActionResult:
        group = self._cluster_group()
        waiting = parameters.modify(group, self.params.get("Parameters") or [])
        if waiting:
            for cluster in self._users(group.name):
                for member in cluster.instances:
                    member.cluster_parameters_status = "pending-reboot"
        return ActionResult({"DBClusterParameterGroupName": group.name})

    def reset_db_cluster_parameter_group(self) -> ActionResult:
        group = self._cluster_group()
        parameters.reset(group, None if self.params.get("ResetAllParameters") else self.params.get("Parameters") or [])
        return ActionResult({"DBClusterParameterGroupName": group.name})

    def describe_db_cluster_parameters(self) -> ActionResult:
        return ActionResult({"Parameters": parameters.listing(self._cluster_group(), self.params.get("Source"))})

    def delete_db_cluster_parameter_group(self) -> ActionResult:
        group = self._cluster_group()
        parameters.check_unused((cluster.db_cluster_identifier for cluster in self._users(group.name)), group.name)
        del self.aurora.db_cluster_parameter_groups[group.name]
        return EmptyResult()

    def _users(self, group_name: str) -> list[Any]:
        return [cluster for cluster in self.aurora.aurora_clusters() if cluster.parameter_group == group_name]

    # DB parameter groups

    def _db_group(self) -> DBParameterGroup:
        return self.aurora.parameter_group(self.params["DBParameterGroupName"])

    def create_db_parameter_group(self) -> ActionResult:
        name, table = self.params["DBParameterGroupName"], self.aurora.db_parameter_groups
        group = parameters.create(table, DBParameterGroup, self.aurora, name, self.params)
        return ActionResult({"DBParameterGroup": group})

    def describe_db_parameter_groups(self) -> ActionResult:
        if not self.params.get("DBParameterGroupName"):
            return super().describe_db_parameter_groups()
        return ActionResult({"DBParameterGroups": [self._db_group()]})

    def modify_db_parameter_group(self) -> ActionResult:
        group = self._db_group()
        if parameters.modify(group, self.params.get("Parameters") or []):
            for member in self._group_members(group.name):
                member.parameters_status = "pending-reboot"
        return ActionResult({"DBParameterGroupName": group.name})

    def reset_db_parameter_group(self) -> ActionResult:
        group = self._db_group()
        parameters.reset(group, None if self.params.get("ResetAllParameters") else self.params.get("Parameters") or [])
        return ActionResult({"DBParameterGroupName": group.name})

    def describe_db_parameters(self) -> ActionResult:
        return ActionResult({"Parameters": parameters.listing(self._db_group(), self.params.get("Source"))})

    def delete_db_parameter_group(self) -> ActionResult:
        group = self._db_group()
        parameters.check_unused((member.resource_id for member in self._group_members(group.name)), group.name)
        del self.aurora.db_parameter_groups[group.name]
        return EmptyResult()

    def _group_members(self, group_name: str) -> list[Any]:
        return [item for item in self.aurora.databases.values() if item.db_parameter_group_name == group_name]

    # endpoints

    def create_db_cluster_endpoint(self) -> ActionResult:
        return ActionResult(endpoints.create(self.aurora, self.params))

    def modify_db_cluster_endpoint(self) -> ActionResult:
        return ActionResult(endpoints.modify(self.aurora, self.params))

    def delete_db_cluster_endpoint(self) -> ActionResult:
        return ActionResult(endpoints.delete(self.aurora, self.params))

    def describe_db_cluster_endpoints(self) -> ActionResult:
        return ActionResult({"DBClusterEndpoints": endpoints.describe(self.aurora, self.params)})

    # catalogue and maintenance

    def describe_db_engine_versions(self) -> ActionResult:
        return ActionResult({"DBEngineVersions": catalogue.engine_versions(self.params)})

    def describe_engine_default_parameters(self) -> ActionResult:
        return self._engine_defaults()

    def describe_engine_default_cluster_parameters(self) -> ActionResult:
        return self._engine_defaults()

    def _engine_defaults(self) -> ActionResult:
        family = self.params["DBParameterGroupFamily"]
        if family not in engines.families():
            raise errors.bad_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
        known = [
            {"ParameterName": name, "IsModifiable": True} for name in families.parameters_of(family, parameters.STATIC)
        ]
        return ActionResult({"EngineDefaults": {"DBParameterGroupFamily": family, "Parameters": known}})

    def describe_orderable_db_instance_options(self) -> ActionResult:
        if not engines.is_aurora(self.params.get("Engine")):
            return super().describe_orderable_db_instance_options()
        return PaginatedResult({"OrderableDBInstanceOptions": catalogue.orderable_options(self.aurora, self.params)})

    def describe_account_attributes(self) -> ActionResult:
        return ActionResult({"AccountQuotas": quotas.listing(self.aurora)})

    def describe_events(self) -> ActionResult:
        found = self.aurora.describe_events(self.params.get("SourceIdentifier"), self.params.get("SourceType"))
        return PaginatedResult({"Events": events.within(found, self.params)})

    def describe_pending_maintenance_actions(self) -> ActionResult:
        found = upkeep.pending_actions(self.aurora, self.params.get("ResourceIdentifier"))
        return PaginatedResult({"PendingMaintenanceActions": found})

    def describe_certificates(self) -> ActionResult:
        return ActionResult(upkeep.certificates(self.aurora))
