"""Each example file from nothing to destroyed: what the tool says, and what AWS says after each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.harness import Aurora
from tests.sandbox.aws_view import EXAMPLES, Seen
from tests.sandbox.emulator import Account

pytestmark = pytest.mark.sandbox


@dataclass(frozen=True)
class Example:
    """An example, and what AWS has to hold after it is created and after it is scaled.

    Attributes:
        file: its name without `.yaml`.
        name, region: the cluster.
        cluster: values of DescribeDBClusters.
        classes: instance identifier -> class.
        parameters: values in the cluster parameter group.
        instance_parameters: values in the instance parameter group.
        logs: log type -> days.
        tags: tags that the file asks for.
        scale: arguments of `scale`.
        scaled_cluster, scaled_classes: what is different afterwards.
    """

    file: str
    name: str
    region: str
    cluster: Mapping[str, Any]
    classes: Mapping[str, str]
    scale: tuple[str, ...]
    scaled_classes: Mapping[str, str]
    scaled_cluster: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    instance_parameters: Mapping[str, str] = field(default_factory=dict)
    logs: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


SAFE = {
    "StorageEncrypted": True,
    "DeletionProtection": True,
    "IAMDatabaseAuthenticationEnabled": True,
    "CopyTagsToSnapshot": True,
    "Status": "available",
}

SMALLEST = Example(
    file="smallest",
    name="smallest",
    region="eu-west-1",
    cluster={"Engine": "aurora-postgresql", "Port": 5432, "MasterUsername": "postgres", "BackupRetentionPeriod": 1},
    classes={"smallest-1": "db.t4g.medium"},
    parameters={"rds.force_ssl": "1"},
    logs={"postgresql": 7},
    scale=("--readers", "1"),
    scaled_classes={"smallest-1": "db.t4g.medium", "smallest-2": "db.t4g.medium"},
)
PRODUCTION = Example(
    file="production",
    name="orders",
    region="eu-west-1",
    cluster={
        "Engine": "aurora-postgresql",
        "EngineVersion": "17.7",
        "DatabaseName": "orders",
        "BackupRetentionPeriod": 35,
        "PreferredBackupWindow": "02:00-03:00",
        "PreferredMaintenanceWindow": "sun:04:00-sun:05:00",
        "EnabledCloudwatchLogsExports": ["iam-db-auth-error", "postgresql"],
        "DBClusterParameterGroup": "orders-aurora-postgresql17",
    },
    classes={"orders-1": "db.r7g.large", "orders-2": "db.r7g.large", "orders-3": "db.r7g.xlarge"},
    parameters={
        "rds.force_ssl": "1",
        "rds.log_retention_period": "4320",
        "log_min_duration_statement": "500",
        "log_statement": "ddl",
    },
    instance_parameters={"log_lock_waits": "1"},
    logs={"postgresql": 90, "iam-db-auth-error": 90},
    tags={"team": "payments", "cost-center": "4711"},
    scale=("--readers", "3", "--class", "db.r7g.2xlarge"),
    scaled_classes={
        "orders-1": "db.r7g.2xlarge",
        "orders-2": "db.r7g.2xlarge",
        "orders-3": "db.r7g.xlarge",
        "orders-4": "db.r7g.2xlarge",
    },
)
SERVERLESS = Example(
    file="serverless",
    name="previews",
    region="eu-west-1",
    cluster={
        "DatabaseName": "previews",
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.0, "MaxCapacity": 16.0, "SecondsUntilAutoPause": 600},
    },
    classes={"previews-1": "db.serverless", "previews-2": "db.serverless"},
    logs={"postgresql": 7},
    scale=("--acu", "0-32", "--readers", "0"),
    scaled_classes={"previews-1": "db.serverless"},
    scaled_cluster={
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.0, "MaxCapacity": 32.0, "SecondsUntilAutoPause": 600}
    },
)
MYSQL = Example(
    file="mysql",
    name="shop",
    region="us-east-1",
    cluster={
        "Engine": "aurora-mysql",
        "EngineVersion": "8.0.mysql_aurora.3.10.3",
        "Port": 3306,
        "MasterUsername": "shopadmin",
        "DatabaseName": "shop",
        "BackupRetentionPeriod": 7,
        "EnabledCloudwatchLogsExports": ["audit", "error", "slowquery"],
        "DBClusterParameterGroup": "shop-aurora-mysql8-0",
    },
    classes={"shop-1": "db.t4g.large", "shop-2": "db.t4g.large"},
    parameters={
        "require_secure_transport": "ON",
        "time_zone": "UTC",
        "character_set_server": "utf8mb4",
        "server_audit_logging": "1",
        "server_audit_events": "CONNECT,QUERY_DCL",
    },
    instance_parameters={"long_query_time": "0.5", "slow_query_log": "1"},
    logs={"audit": 30, "error": 30, "slowquery": 30},
    scale=("--class", "db.r7g.large"),
    scaled_classes={"shop-1": "db.r7g.large", "shop-2": "db.r7g.large"},
)
BILLING = Example(
    file="existing-network",
    name="billing",
    region="eu-central-1",
    cluster={"DatabaseName": "billing", "BackupRetentionPeriod": 7, "DBSubnetGroup": "billing"},
    classes={"billing-1": "db.t4g.large", "billing-2": "db.t4g.large"},
    logs={"postgresql": 30},
    scale=("--readers", "2"),
    scaled_classes={"billing-1": "db.t4g.large", "billing-2": "db.t4g.large", "billing-3": "db.t4g.large"},
)


def walk(aurora: Aurora, example: Example, file: Path) -> None:
    """Create, plan, scale, plan, destroy."""
    seen = Seen(aurora, example.region)
    created = aurora.json("create", "-f", str(file), "--yes")
    assert created["changed"] is True
    assert_as_described(seen, example)
    assert_report(created, seen, example.name)
    assert_settled(aurora, example.name)
    scaled = aurora.json("scale", example.name, *example.scale, "--yes")
    assert scaled["changed"] is True
    assert seen.classes(example.name) == dict(sorted(example.scaled_classes.items()))
    assert_values(seen.cluster(example.name), {**example.cluster, **example.scaled_cluster})
    assert_report(scaled, seen, example.name)
    assert_settled(aurora, example.name)
    assert_destroyed(aurora, seen, example.name)


def assert_as_described(seen: Seen, example: Example) -> None:
    """AWS holds what the file asks for."""
    assert_values(seen.cluster(example.name), {**SAFE, **example.cluster})
    assert seen.classes(example.name) == dict(sorted(example.classes.items()))
    assert seen.writer(example.name) == f"{example.name}-1"
    assert seen.log_groups(example.name) == example.logs
    assert_values(seen.cluster_parameters(example.name), example.parameters)
    assert_values(seen.instance_parameters(f"{example.name}-1"), example.instance_parameters)
    assert_values(seen.tags(example.name), example.tags)


def assert_values(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """The found mapping has these values; lists in any order."""
    shown = {key: _sorted(found.get(key)) for key in wanted}
    assert shown == {key: _sorted(value) for key, value in wanted.items()}


def _sorted(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def assert_report(report: Mapping[str, Any], seen: Seen, name: str) -> None:
    """What the command says is what the RDS API says."""
    cluster = seen.cluster(name)
    assert report["endpoints"]["writer"] == {"host": cluster["Endpoint"], "port": cluster["Port"]}
    assert report["engine_version"] == cluster["EngineVersion"]
    assert {i["id"]: (i["class"], i["zone"]) for i in report["instances"]} == {
        key: (i["DBInstanceClass"], i["AvailabilityZone"]) for key, i in seen.instances(name).items()
    }


def assert_settled(aurora: Aurora, name: str) -> None:
    """There is nothing to do."""
    plan = aurora.run("plan", name, "--exit-code", "-o", "json")
    assert plan.status == 0, plan.out
    assert plan.data["changes"] is False


def assert_destroyed(aurora: Aurora, seen: Seen, name: str) -> None:
    """A final snapshot stays, and nothing else."""
    done = aurora.json("destroy", name, "--confirm", name)
    assert seen.snapshots(name) == [done["final_snapshot_identifier"]]
    assert name not in seen.cluster_names()
    assert seen.instances(name) == {}
    assert seen.log_groups(name) == {}
    assert not seen.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"]
    groups = seen.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [f"{name}-database"]}])
    assert not groups["SecurityGroups"]
    assert name not in [row["name"] for row in aurora.json("list")["clusters"]]


@pytest.mark.parametrize(
    "example",
    [PRODUCTION, *(pytest.param(one, marks=pytest.mark.thorough) for one in (SMALLEST, SERVERLESS, MYSQL))],
    ids=lambda e: e.file,
)
def test_example(aurora: Aurora, example: Example) -> None:
    walk(aurora, example, EXAMPLES / f"{example.file}.yaml")


@pytest.mark.thorough
def test_example_in_an_existing_network(aurora: Aurora, tmp_path: Path) -> None:
    aurora.ok("sandbox", "start")
    account = Account(aurora.emulator, BILLING.region)
    vpc, subnets, group = account.network("there-before")
    application = account.ec2.create_security_group(GroupName="application", Description="app", VpcId=vpc)["GroupId"]
    yaml = YAML()
    spec = yaml.load(EXAMPLES / "existing-network.yaml")
    spec["network"].update(vpc_id=vpc, subnet_ids=subnets, security_group_ids=[group])
    spec["network"]["allow"][0]["source"] = application
    file = tmp_path / "billing.yaml"
    yaml.dump(spec, file)

    walk(aurora, BILLING, file)

    seen = Seen(aurora, BILLING.region)
    assert {s["SubnetId"] for s in seen.in_vpc("subnets", "Subnets", vpc)} == set(subnets)
    groups = {g["GroupId"] for g in seen.in_vpc("security_groups", "SecurityGroups", vpc)}
    assert {group, application} <= groups
