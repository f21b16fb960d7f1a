"""The actions of RDS: those of Aurora are in `actions`, all others in moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.rds.responses import RDSResponse

from aurora_cli.sandbox.emulator import wire_errors
from aurora_cli.sandbox.emulator.protocol import filters, pages, requests
from aurora_cli.sandbox.emulator.protocol.constraints import Refusal
from aurora_cli.sandbox.emulator.rds.actions import (
    endpoints,
    engine_versions,
    events,
    instances,
    log_files,
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
from aurora_cli.sandbox.emulator.rds.actions.parameter_groups import CLUSTER_GROUPS, DB_GROUPS
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.databases import hooks
from aurora_cli.sandbox.emulator.rds.errors import in_words_of_aws
from aurora_cli.sandbox.emulator.rds.limits import tags
from aurora_cli.sandbox.emulator.rds.limits.check import check
from aurora_cli.sandbox.emulator.rds.lists import FILTERS, LARGEST_PAGES
from aurora_cli.sandbox.emulator.rds.models import engines
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance

_SERVICE = "rds"


class AuroraResponse(RDSResponse):
    """An RDS request."""

    def __init__(self) -> None:
        super().__init__()
        self._refusal: Refusal | None = None
        self._filters: list[Any] = []

    @property
    def aurora(self) -> AuroraBackend:
        """The backend of the request's account and Region."""
        return cast(AuroraBackend, self.backend)

    def parse_parameters(self, request: Any) -> None:
        """Parse a request that fits the model of its action."""
        action, model = self._get_action(), get_service_model(_SERVICE)
        if action not in model.operation_names:
            self._refusal = Refusal(
                "InvalidAction", f"Could not find operation {action} for version {model.api_version}"
            )
        else:
            self._refusal = requests.problem(model.operation_model(action), request.values)
        if self._refusal is None:
            super().parse_parameters(request)
            self._take_filters(action)

    def _take_filters(self, action: str) -> None:
        if action in FILTERS:
            self._filters = self.params.pop("Filters", [])
            self._refusal = filters.problem(FILTERS[action], self._filters)

    def call_action(self) -> Any:
        """Handle the request, after the deferred actions that are due."""
        if self._refusal is not None:
            return self._refused(self._refusal)
        self.aurora.run_due()
        hooks.sync()
        return super().call_action()

    def serialized(self, action_result: ActionResult) -> Any:
        """The response: of a list, the items that match the filters, and of these one page."""
        action, result = self._get_action(), action_result.result
        if isinstance(result, ServiceException):
            return super().serialized(ActionResult(in_words_of_aws(result)))
        if not isinstance(result, dict):
            return super().serialized(action_result)
        if self._filters:
            (key,) = result
            result[key] = filters.matching(FILTERS[action], self._filters, result[key])
        try:
            pages.cut(_SERVICE, action, result, self.params, most=LARGEST_PAGES.get(action, pages.MOST))
        except pages.BadPage as bad:
            return self._refused(bad.refusal)
        return super().serialized(ActionResult(result))

    @staticmethod
    def _refused(refusal: Refusal) -> Any:
        status, headers, body = wire_errors.refusal(*refusal, "query")
        return status, dict(headers), body.decode()

    def add_tags_to_resource(self) -> ActionResult:
        """AddTagsToResource, up to the 50 tags of a resource."""
        present = self.aurora.list_tags_for_resource(self.params["ResourceName"])
        tags.check(self.params.get("Tags") or (), present)
        return super().add_tags_to_resource()

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
    """

    member: str
    do: Callable[[AuroraBackend, Any], Any]
    ours: Callable[[AuroraBackend, Any], Any] | None = None


def _for_aurora(backend: AuroraBackend, params: Any) -> bool:
    return engines.is_aurora(params.get("Engine"))


def _of_cluster(backend: AuroraBackend, params: Any) -> bool:
    return backend.serves_instance(params["DBInstanceIdentifier"])


def _of_member(backend: AuroraBackend, params: Any) -> bool:
    return isinstance(backend.databases.get(params["DBInstanceIdentifier"].lower()), AuroraInstance)


ACTIONS = {
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
    "CreateDBSnapshot": Action("", instances.refuse_snapshot, _of_member),
    "StartDBInstance": Action("", instances.refuse_stop, _of_member),
    "StopDBInstance": Action("", instances.refuse_stop, _of_member),
    "CreateDBClusterEndpoint": Action("", endpoints.create),
    "ModifyDBClusterEndpoint": Action("", endpoints.modify),
    "DeleteDBClusterEndpoint": Action("", endpoints.delete),
    "DescribeDBClusterEndpoints": Action("DBClusterEndpoints", endpoints.describe),
    "CreateDBClusterSnapshot": Action("DBClusterSnapshot", snapshots.create),
    "CopyDBClusterSnapshot": Action("DBClusterSnapshot", snapshots.copy),
    "DescribeDBClusterAutomatedBackups": Action("DBClusterAutomatedBackups", restores.automated_backups),
    "DeleteDBClusterAutomatedBackup": Action("DBClusterAutomatedBackup", restores.delete_automated_backup),
    "RestoreDBClusterFromSnapshot": Action("DBCluster", restores.from_snapshot, restores.knows_snapshot),
    "RestoreDBClusterToPointInTime": Action("DBCluster", restores.to_point_in_time),
    "RestoreDBClusterFromS3": Action("DBCluster", restores.from_s3),
    "CreateBlueGreenDeployment": Action("BlueGreenDeployment", blue_green.create),
    "DescribeBlueGreenDeployments": Action("BlueGreenDeployments", blue_green.describe),
    "SwitchoverBlueGreenDeployment": Action("BlueGreenDeployment", blue_green.switch_over),
    "DeleteBlueGreenDeployment": Action("BlueGreenDeployment", blue_green.delete),
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
    "DescribeEngineDefaultClusterParameters": Action("EngineDefaults", CLUSTER_GROUPS.engine_defaults),
    "DescribeEngineDefaultParameters": Action("EngineDefaults", DB_GROUPS.engine_defaults),
    "DescribeDBEngineVersions": Action("DBEngineVersions", engine_versions.engine_versions),
    "DescribeOrderableDBInstanceOptions": Action(
        "OrderableDBInstanceOptions", engine_versions.orderable_options, _for_aurora
    ),
    "DescribeAccountAttributes": Action("AccountQuotas", quotas.describe),
    "DescribeEvents": Action("Events", events.describe),
    "DescribePendingMaintenanceActions": Action("PendingMaintenanceActions", maintenance.pending_actions),
    "ApplyPendingMaintenanceAction": Action("ResourcePendingMaintenanceActions", maintenance.apply_action),
    "DescribeCertificates": Action("", maintenance.certificates),
    "DescribeSourceRegions": Action("SourceRegions", maintenance.source_regions),
    "DescribeEventCategories": Action("EventCategoriesMapList", events.categories),
    "DescribeDBMajorEngineVersions": Action("DBMajorEngineVersions", engine_versions.major_versions),
    "DescribeDBLogFiles": Action("DescribeDBLogFiles", log_files.describe),
    "DownloadDBLogFilePortion": Action("", log_files.portion),
}

_NEVER_ANY = {
    "DescribeDBRecommendations": "DBRecommendations",
    "DescribeIntegrations": "Integrations",
    "DescribeReservedDBInstances": "ReservedDBInstances",
    "DescribeReservedDBInstancesOfferings": "ReservedDBInstancesOfferings",
    "DescribeTenantDatabases": "TenantDatabases",
    "DescribeDBSnapshotTenantDatabases": "DBSnapshotTenantDatabases",
    "DescribeDBCapacityReservations": "DBCapacityReservations",
}
"""Actions whose lists are empty, since the emulator cannot create what they list."""
ACTIONS |= {action: Action(member, lambda *_: []) for action, member in _NEVER_ANY.items()}

for _groups, _kind in ((CLUSTER_GROUPS, "DBClusterParameterGroup"), (DB_GROUPS, "DBParameterGroup")):
    ACTIONS |= {
        f"Create{_kind}": Action(_kind, _groups.create),
        f"Describe{_kind}s": Action(f"{_kind}s", _groups.describe, _groups.named),
        f"Modify{_kind}": Action("", _groups.modify),
        f"Reset{_kind}": Action("", _groups.reset),
        f"Delete{_kind}": Action("", _groups.delete),
    }


def _method(name: str, wire_name: str, action: Action) -> Callable[[AuroraResponse], ActionResult]:
    """The method that moto calls for an action."""

    def method(self: AuroraResponse) -> ActionResult:
        if action.ours is not None and not action.ours(self.aurora, self.params):
            return cast(ActionResult, getattr(RDSResponse, name)(self))
        check(self.aurora, wire_name, self.params, str(self.headers.get("User-Agent") or ""))
        quotas.check(self.aurora, wire_name, self.params)
        result = action.do(self.aurora, self.params)
        return ActionResult({action.member: result} if action.member else result)

    return method


for _action in ACTIONS:
    _name = camelcase_to_underscores(_action)
    setattr(AuroraResponse, _name, _method(_name, _action, ACTIONS[_action]))
