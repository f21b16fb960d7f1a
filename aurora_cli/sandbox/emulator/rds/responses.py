"""The actions of RDS: those of Aurora are in `actions`, all others in moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from moto.core.responses import ActionResult, PaginatedResult
from moto.core.utils import camelcase_to_underscores
from moto.rds.responses import RDSResponse

from aurora_cli.sandbox.emulator.rds.actions import (
    endpoints,
    engine_versions,
    events,
    instances,
    maintenance,
    proxies,
    proxy_endpoints,
    quotas,
    restores,
    snapshots,
    subnet_groups,
)
from aurora_cli.sandbox.emulator.rds.actions.clusters import (
    backtracks,
    blue_green,
    features,
    global_clusters,
    lifecycle,
    modification,
    replicas,
)
from aurora_cli.sandbox.emulator.rds.actions.parameter_groups import CLUSTER_GROUPS, DB_GROUPS, engine_defaults
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.models import engines


class AuroraResponse(RDSResponse):
    """An RDS request."""

    @property
    def aurora(self) -> AuroraBackend:
        """The backend of the request's account and Region."""
        return cast(AuroraBackend, self.backend)

    def call_action(self) -> Any:
        """Handle the request, after the deferred actions that are due."""
        self.aurora.run_due()
        return super().call_action()

    def describe_db_cluster_snapshots(self) -> ActionResult:
        """DescribeDBClusterSnapshots, also by ARN."""
        self._take_name("DBClusterSnapshotIdentifier")
        return super().describe_db_cluster_snapshots()

    def describe_db_snapshots(self) -> ActionResult:
        """DescribeDBSnapshots, also by ARN."""
        self._take_name("DBSnapshotIdentifier")
        return super().describe_db_snapshots()

    def _take_name(self, parameter: str) -> None:
        if (self.params.get(parameter) or "").startswith("arn:"):
            self.params[parameter] = self.params[parameter].rpartition(":")[2]


class Action(NamedTuple):
    """How an action is handled.

    Attributes:
        member: member of the response that holds the result; empty: the result is the whole response, or there is none.
        do: returns the result, from the backend and the parameters of the call.
        ours: whether the call is of Aurora; None: every call is.
        answer: class of the response.
    """

    member: str
    do: Callable[[AuroraBackend, Any], Any]
    ours: Callable[[AuroraBackend, Any], Any] | None = None
    answer: type[ActionResult] = ActionResult


def _for_aurora(backend: AuroraBackend, params: Any) -> bool:
    return engines.is_aurora(params.get("Engine"))


def _of_cluster(backend: AuroraBackend, params: Any) -> bool:
    return backend.serves_instance(params["DBInstanceIdentifier"])


ACTIONS = {
    "DescribeDBMajorEngineVersions": Action("DBMajorEngineVersions", engine_versions.major_versions),
    "CreateDBCluster": Action("DBCluster", lifecycle.create, _for_aurora),
    "ModifyDBCluster": Action("DBCluster", modification.modify),
    "DeleteDBCluster": Action("DBCluster", lifecycle.delete),
    "FailoverDBCluster": Action("DBCluster", lifecycle.fail_over),
    "StartDBCluster": Action("DBCluster", lifecycle.start),
    "StopDBCluster": Action("DBCluster", lifecycle.stop),
    "BacktrackDBCluster": Action("", backtracks.backtrack),
    "DescribeDBClusterBacktracks": Action("DBClusterBacktracks", backtracks.describe),
    "PromoteReadReplicaDBCluster": Action("DBCluster", replicas.promote),
    "EnableHttpEndpoint": Action("", features.enable_http_endpoint),
    "DisableHttpEndpoint": Action("", features.disable_http_endpoint),
    "AddRoleToDBCluster": Action("", features.add_role),
    "RemoveRoleFromDBCluster": Action("", features.remove_role),
    "StartActivityStream": Action("", features.start_stream),
    "StopActivityStream": Action("", features.stop_stream),
    "CreateDBInstance": Action("DBInstance", instances.create, lambda _, params: params.get("DBClusterIdentifier")),
    "ModifyDBInstance": Action("DBInstance", instances.modify, _of_cluster),
    "DeleteDBInstance": Action("DBInstance", instances.delete, _of_cluster),
    "RebootDBInstance": Action("DBInstance", instances.reboot, _of_cluster),
    "CreateDBClusterEndpoint": Action("", endpoints.create),
    "ModifyDBClusterEndpoint": Action("", endpoints.modify),
    "DeleteDBClusterEndpoint": Action("", endpoints.delete),
    "DescribeDBClusterEndpoints": Action("DBClusterEndpoints", endpoints.describe),
    "CreateDBClusterSnapshot": Action("DBClusterSnapshot", snapshots.create),
    "CopyDBClusterSnapshot": Action("DBClusterSnapshot", snapshots.copy),
    "DescribeDBClusterAutomatedBackups": Action("DBClusterAutomatedBackups", restores.automated_backups),
    "RestoreDBClusterFromSnapshot": Action("DBCluster", restores.from_snapshot, restores.knows_snapshot),
    "RestoreDBClusterToPointInTime": Action("DBCluster", restores.to_point_in_time),
    "RestoreDBClusterFromS3": Action("DBCluster", restores.from_s3),
    "CreateBlueGreenDeployment": Action("BlueGreenDeployment", blue_green.create),
    "DescribeBlueGreenDeployments": Action("BlueGreenDeployments", blue_green.describe, answer=PaginatedResult),
    "SwitchoverBlueGreenDeployment": Action("BlueGreenDeployment", blue_green.switch_over),
    "DeleteBlueGreenDeployment": Action("BlueGreenDeployment", blue_green.delete),
    "DescribeIntegrations": Action(
        "Integrations", lambda *_: []
    ),  # the emulator does not support zero-ETL integrations
    "CreateGlobalCluster": Action("GlobalCluster", global_clusters.create),
    "DescribeGlobalClusters": Action("GlobalClusters", global_clusters.describe),
    "ModifyGlobalCluster": Action("GlobalCluster", global_clusters.modify),
    "DeleteGlobalCluster": Action("GlobalCluster", global_clusters.delete),
    "RemoveFromGlobalCluster": Action("GlobalCluster", global_clusters.remove),
    "SwitchoverGlobalCluster": Action("GlobalCluster", global_clusters.hand_over),
    "FailoverGlobalCluster": Action("GlobalCluster", global_clusters.hand_over),
    "CreateDBProxy": Action("DBProxy", proxies.create),
    "ModifyDBProxy": Action("DBProxy", proxies.modify),
    "DeleteDBProxy": Action("DBProxy", proxies.delete),
    "DescribeDBProxyTargetGroups": Action("TargetGroups", lambda *call: [proxies.target_group(*call)]),
    "ModifyDBProxyTargetGroup": Action("DBProxyTargetGroup", proxies.modify_group),
    "RegisterDBProxyTargets": Action("DBProxyTargets", proxies.register),
    "DeregisterDBProxyTargets": Action("", proxies.deregister),
    "DescribeDBProxyTargets": Action("Targets", lambda *call: proxies.target_group(*call).targets),
    "CreateDBProxyEndpoint": Action("DBProxyEndpoint", proxy_endpoints.create),
    "DescribeDBProxyEndpoints": Action("DBProxyEndpoints", proxy_endpoints.describe),
    "ModifyDBProxyEndpoint": Action("DBProxyEndpoint", proxy_endpoints.modify),
    "DeleteDBProxyEndpoint": Action("DBProxyEndpoint", proxy_endpoints.delete),
    "CreateEventSubscription": Action("EventSubscription", events.create),
    "ModifyEventSubscription": Action("EventSubscription", events.modify),
    "DeleteEventSubscription": Action("EventSubscription", events.delete),
    "AddSourceIdentifierToSubscription": Action("EventSubscription", events.add_source),
    "RemoveSourceIdentifierFromSubscription": Action("EventSubscription", events.remove_source),
    "CreateDBSubnetGroup": Action("DBSubnetGroup", subnet_groups.create),
    "ModifyDBSubnetGroup": Action("DBSubnetGroup", subnet_groups.modify),
    "DeleteDBSubnetGroup": Action("", subnet_groups.delete),
    "DescribeDBClusterParameters": Action("Parameters", CLUSTER_GROUPS.listing),
    "DescribeDBParameters": Action("Parameters", DB_GROUPS.listing),
    "DescribeEngineDefaultClusterParameters": Action("EngineDefaults", engine_defaults),
    "DescribeEngineDefaultParameters": Action("EngineDefaults", engine_defaults),
    "DescribeDBEngineVersions": Action("DBEngineVersions", engine_versions.engine_versions),
    "DescribeOrderableDBInstanceOptions": Action(
        "OrderableDBInstanceOptions", engine_versions.orderable_options, _for_aurora, PaginatedResult
    ),
    "DescribeAccountAttributes": Action("AccountQuotas", quotas.describe),
    "DescribeEvents": Action("Events", events.describe, answer=PaginatedResult),
    "DescribePendingMaintenanceActions": Action(
        "PendingMaintenanceActions", maintenance.pending_actions, answer=PaginatedResult
    ),
    "DescribeCertificates": Action("", maintenance.certificates),
}

for _groups, _kind in ((CLUSTER_GROUPS, "DBClusterParameterGroup"), (DB_GROUPS, "DBParameterGroup")):
    ACTIONS |= {
        f"Create{_kind}": Action(_kind, _groups.create),
        f"Describe{_kind}s": Action(f"{_kind}s", _groups.describe, _groups.named),
        f"Modify{_kind}": Action("", _groups.modify),
        f"Reset{_kind}": Action("", _groups.reset),
        f"Delete{_kind}": Action("", _groups.delete),
    }


def _method(name: str, action: Action) -> Callable[[AuroraResponse], ActionResult]:
    """The method that moto calls for an action."""

    def method(self: AuroraResponse) -> ActionResult:
        if action.ours is not None and not action.ours(self.aurora, self.params):
            return cast(ActionResult, getattr(RDSResponse, name)(self))
        result = action.do(self.aurora, self.params)
        return action.answer({action.member: result} if action.member else result)

    return method


for _action in ACTIONS:
    _name = camelcase_to_underscores(_action)
    setattr(AuroraResponse, _name, _method(_name, ACTIONS[_action]))
