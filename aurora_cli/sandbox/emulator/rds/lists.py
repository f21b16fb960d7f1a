"""What can be filtered, and how large a page may be, where the API has its own rule."""

from __future__ import annotations

from aurora_cli.sandbox.emulator.protocol import filters

LARGEST_PAGES = {"DescribeOrderableDBInstanceOptions": 1000}
_NAMES = {"db-cluster-id": ("DBClusterIdentifier", "DBClusterArn")}
FILTERS: dict[str, filters.Table] = {
    "DescribeBlueGreenDeployments": {
        "blue-green-deployment-identifier": ("BlueGreenDeploymentIdentifier",),
        "blue-green-deployment-name": ("BlueGreenDeploymentName",),
        "source": ("Source",),
        "target": ("Target",),
    },
    "DescribeDBClusterAutomatedBackups": {
        **_NAMES,
        "status": ("Status",),
        "db-cluster-resource-id": ("DbClusterResourceId",),
    },
    "DescribeDBClusterBacktracks": {
        "db-cluster-backtrack-id": ("BacktrackIdentifier",),
        "db-cluster-backtrack-status": ("Status",),
    },
    "DescribeDBClusterEndpoints": {
        "db-cluster-endpoint-type": ("EndpointType",),
        "db-cluster-endpoint-custom-type": ("CustomEndpointType",),
        "db-cluster-endpoint-id": ("DBClusterEndpointIdentifier",),
        "db-cluster-endpoint-status": ("Status",),
    },
    "DescribeDBClusterParameters": {"parameter-name": ("ParameterName",)},
    "DescribeDBParameters": {"parameter-name": ("ParameterName",)},
    "DescribeDBClusterSnapshots": {
        **_NAMES,
        "db-cluster-snapshot-id": ("DBClusterSnapshotIdentifier",),
        "snapshot-type": ("SnapshotType",),
        "engine": ("Engine",),
    },
    "DescribeDBClusters": {
        **_NAMES,
        "clone-group-id": ("CloneGroupId",),
        "db-cluster-resource-id": ("DbClusterResourceId",),
        "domain": ("DomainMemberships.Domain",),
        "engine": ("Engine",),
    },
    "DescribeDBEngineVersions": {
        "db-parameter-group-family": ("DBParameterGroupFamily",),
        "engine": ("Engine",),
        "engine-mode": ("SupportedEngineModes",),
        "engine-version": ("EngineVersion",),
        "status": ("Status",),
    },
    "DescribeDBInstances": {
        **_NAMES,
        "db-instance-id": ("DBInstanceIdentifier",),
        "dbi-resource-id": ("DbiResourceId",),
        "domain": ("DomainMemberships.Domain",),
        "engine": ("Engine",),
    },
    "DescribeGlobalClusters": {
        "db-cluster-id": ("GlobalClusterMembers.DBClusterArn",),
        "region": ("GlobalClusterMembers.DBClusterArn:3",),
    },
    "DescribePendingMaintenanceActions": {
        "db-cluster-id": ("ResourceIdentifier", "ResourceIdentifier:6"),
        "db-instance-id": ("ResourceIdentifier", "ResourceIdentifier:6"),
    },
}
"""The filters of each action (RDS API reference); Terraform's provider finds a member's global cluster by `db-cluster-id`."""
