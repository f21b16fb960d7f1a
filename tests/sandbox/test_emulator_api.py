"""RDS as an API: pages, filters, quotas, states, error codes, and the actions that no cluster needs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.emulator import Account, client, refused

pytestmark = pytest.mark.sandbox
FAMILY = "aurora-postgresql16"


@pytest.fixture
def account(emulator: Sandbox) -> Account:
    return Account(emulator)


def groups(account: Account, first: int, last: int) -> list[str]:
    """Cluster parameter groups, the cheapest resources to make many of."""
    names = [f"g{number:02}" for number in range(first, last)]
    for name in names:
        account.rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, DBParameterGroupFamily=FAMILY, Description="x"
        )
    return names


def test_every_list_has_pages_of_20_to_100(account: Account) -> None:
    names = groups(account, 0, 50)
    with refused("DBParameterGroupQuotaExceeded"):
        groups(account, 50, 51)
    describe = account.rds.describe_db_cluster_parameter_groups
    first = describe(MaxRecords=20)
    assert [one["DBClusterParameterGroupName"] for one in first["DBClusterParameterGroups"]] == names[:20]
    third = describe(MaxRecords=20, Marker=describe(MaxRecords=20, Marker=first["Marker"])["Marker"])
    assert [one["DBClusterParameterGroupName"] for one in third["DBClusterParameterGroups"]] == names[40:]
    assert "Marker" not in third
    assert len(describe()["DBClusterParameterGroups"]) == 50
    for size in (19, 101):
        with refused("InvalidParameterValue") as caught:
            describe(MaxRecords=size)
        assert f"Invalid value {size} for MaxRecords. Must be between 20 and 100" in str(caught.value)
    with refused("InvalidParameterValue"):
        describe(Marker="nonsense")
    with refused("InvalidParameterValue"):
        account.rds.describe_db_clusters(Marker=first["Marker"])
    parameters = account.rds.get_paginator("describe_engine_default_cluster_parameters")
    pages = parameters.paginate(DBParameterGroupFamily=FAMILY, MaxRecords=20)
    *full, last = [len(page["EngineDefaults"]["Parameters"]) for page in pages]
    assert len(full) > 9 and set(full) == {20} and 0 < last <= 20
    classes = account.rds.get_paginator("describe_orderable_db_instance_options")
    assert len(list(classes.paginate(Engine="aurora-postgresql", EngineVersion="16.8", MaxRecords=1000))) == 1


LISTS = [
    ("db_clusters", "db-cluster-id", ["DBClusters", "DBClusterIdentifier"], ["b"]),
    ("db_clusters", "engine", ["DBClusters", "DBClusterIdentifier"], ["a", "b"]),
    ("db_instances", "db-cluster-id", ["DBInstances", "DBInstanceIdentifier"], ["b-1"]),
    ("db_cluster_endpoints", "db-cluster-endpoint-type", ["DBClusterEndpoints", "EndpointType"], ["READER", "READER"]),
    ("db_cluster_snapshots", "snapshot-type", ["DBClusterSnapshots", "DBClusterSnapshotIdentifier"], ["shot"]),
    ("db_engine_versions", "engine-version", ["DBEngineVersions", "EngineVersion"], ["16.8"]),
]
"""What describe_... lists, a filter of it, the members of list and item, and what the filter finds."""


def test_lists_are_filtered(account: Account) -> None:
    for cluster in ("a", "b"):
        account.create(cluster)
        account.instance(cluster, "1")
    account.rds.create_db_cluster_snapshot(DBClusterIdentifier="a", DBClusterSnapshotIdentifier="shot")
    values = {
        "db-cluster-id": account.cluster("b")["DBClusterArn"],
        "engine": "aurora-postgresql",
        "db-cluster-endpoint-type": "reader",
        "snapshot-type": "manual",
        "engine-version": "16.8",
    }
    for what, name, (listed, member), wanted in LISTS:
        describe = getattr(account.rds, f"describe_{what}")
        answer = describe(Filters=[{"Name": name, "Values": [values[name]]}])
        assert [one[member] for one in answer[listed]] == wanted, what
        with refused("InvalidParameterValue") as caught:
            describe(Filters=[{"Name": "color", "Values": ["x"]}])
        assert "Unrecognized filter name: color" in str(caught.value)


@pytest.mark.thorough  # 140 calls
def test_quotas_are_counted_and_kept(account: Account) -> None:
    account.create("demo")
    for number in range(1, 40):
        account.create(f"c{number}", ManageMasterUserPassword=None, MasterUserPassword="not-so-secret")
    with refused("DBClusterQuotaExceededFault"):
        account.create("one-more")
    for number in range(100):
        account.rds.create_db_cluster_snapshot(DBClusterIdentifier="demo", DBClusterSnapshotIdentifier=f"s{number}")
    with refused("SnapshotQuotaExceeded"):
        account.rds.create_db_cluster_snapshot(DBClusterIdentifier="demo", DBClusterSnapshotIdentifier="one-more")
    with refused("SnapshotQuotaExceeded"):
        account.rds.delete_db_cluster(DBClusterIdentifier="demo", FinalDBSnapshotIdentifier="one-more")
    told = {one["AccountQuotaName"]: one for one in account.rds.describe_account_attributes()["AccountQuotas"]}
    for name, most in (("DBClusters", 40), ("ManualClusterSnapshots", 100)):
        assert (told[name]["Used"], told[name]["Max"]) == (most, most)
    account.rds.delete_db_cluster(DBClusterIdentifier="c1", SkipFinalSnapshot=True)
    account.create("one-more")


def test_a_global_cluster_is_renamed_and_lets_its_members_go(account: Account) -> None:
    arn = account.create("demo", MasterUserPassword="not-so-secret")["DBClusterArn"]
    account.create("alone")
    account.rds.create_global_cluster(GlobalClusterIdentifier="world", SourceDBClusterIdentifier=arn)
    account.rds.create_global_cluster(GlobalClusterIdentifier="other", Engine="aurora-postgresql")
    with refused("GlobalClusterAlreadyExistsFault"):
        account.rds.modify_global_cluster(GlobalClusterIdentifier="world", NewGlobalClusterIdentifier="other")
    account.rds.modify_global_cluster(GlobalClusterIdentifier="world", NewGlobalClusterIdentifier="planet")
    filters = [{"Name": "region", "Values": ["eu-west-1"]}]
    (found,) = account.rds.describe_global_clusters(Filters=filters)["GlobalClusters"]
    assert (found["GlobalClusterIdentifier"], found["GlobalClusterArn"].endswith(":planet")) == ("planet", True)
    assert account.cluster("demo")["GlobalClusterIdentifier"] == "planet"
    with refused("GlobalClusterNotFoundFault"):
        account.rds.describe_global_clusters(GlobalClusterIdentifier="world")
    for other in ("alone", "deleted"):
        with refused("InvalidParameterValue") as caught:
            account.rds.remove_from_global_cluster(
                GlobalClusterIdentifier="planet", DbClusterIdentifier=arn.replace(":demo", f":{other}")
            )
        assert f":{other} is not found in global cluster planet" in str(caught.value)


def test_nothing_is_deleted_while_it_is_created(emulator: Sandbox, account: Account) -> None:
    account.create("demo")
    emulator.set_latency(600)
    account.instance("demo", "1")
    account.create("new")
    with refused("InvalidDBInstanceState"):
        account.rds.delete_db_instance(DBInstanceIdentifier="demo-1")
    with refused("InvalidDBClusterStateFault"):
        account.rds.delete_db_cluster(DBClusterIdentifier="new", SkipFinalSnapshot=True)


def test_a_window_that_aws_chooses_is_beside_the_other(account: Account) -> None:
    account.create("demo", PreferredBackupWindow="02:45-03:15")  # over the default of the other
    window = account.cluster("demo")["PreferredMaintenanceWindow"]
    account.rds.modify_db_cluster(DBClusterIdentifier="demo", PreferredMaintenanceWindow=window)
    account.create("other", PreferredMaintenanceWindow="wed:01:30-wed:02:30")
    window = account.cluster("other")["PreferredBackupWindow"]
    account.rds.modify_db_cluster(DBClusterIdentifier="other", PreferredBackupWindow=window)


def test_pending_maintenance_is_applied_or_not(account: Account) -> None:
    arn = account.create("demo", EngineVersion="16.8")["DBClusterArn"]
    account.instance("demo", "1")

    def action(choice: str, **changes: str) -> list[str]:
        asked = {"ResourceIdentifier": arn, "ApplyAction": "db-upgrade", "OptInType": choice, **changes}
        account.rds.apply_pending_maintenance_action(**asked)
        return [
            one["ResourceIdentifier"]
            for one in account.rds.describe_pending_maintenance_actions()["PendingMaintenanceActions"]
        ]

    with refused("InvalidParameterValue"):
        action("immediate")
    account.rds.modify_db_cluster(DBClusterIdentifier="demo", EngineVersion="16.9")
    with refused("InvalidParameterValue"):
        action("never")
    with refused("ResourceNotFoundFault"):
        action("immediate", ResourceIdentifier=arn.replace(":demo", ":none"))
    assert action("next-maintenance") == [arn]
    assert action("undo-opt-in") == []
    account.rds.modify_db_cluster(DBClusterIdentifier="demo", EngineVersion="16.9")
    assert action("immediate") == []
    assert account.cluster("demo")["EngineVersion"] == "16.9"


def test_what_the_api_says_of_itself(account: Account) -> None:
    rds = account.rds
    categories = {
        one["SourceType"]: one["EventCategories"] for one in rds.describe_event_categories()["EventCategoriesMapList"]
    }
    assert "failover" in categories["db-cluster"]
    assert len(categories) == 11
    (one,) = rds.describe_event_categories(SourceType="db-proxy")["EventCategoriesMapList"]
    assert one["EventCategories"] == categories["db-proxy"]
    majors = rds.describe_db_major_engine_versions(Engine="aurora-postgresql", MajorEngineVersion="12")
    (major,) = majors["DBMajorEngineVersions"]
    assert major["SupportedEngineLifecycles"][0]["LifecycleSupportEndDate"].year == 2025
    regions = [one["RegionName"] for one in rds.describe_source_regions()["SourceRegions"]]
    assert "us-east-1" in regions
    assert "eu-west-1" not in regions
    assert rds.describe_db_recommendations()["DBRecommendations"] == []
    with refused("InvalidParameterValue"):
        rds.describe_event_categories(SourceType="db-nothing")


def test_log_files_are_listed_and_read(account: Account) -> None:
    account.create("demo")
    account.instance("demo", "1")
    (file,) = account.rds.describe_db_log_files(DBInstanceIdentifier="demo-1")["DescribeDBLogFiles"]
    portion = account.rds.download_db_log_file_portion(DBInstanceIdentifier="demo-1", LogFileName=file["LogFileName"])
    assert (portion["LogFileData"], portion["AdditionalDataPending"]) == ("", False)
    with refused("DBLogFileNotFoundFault"):
        account.rds.download_db_log_file_portion(DBInstanceIdentifier="demo-1", LogFileName="none")
    with refused("DBInstanceNotFound"):
        account.rds.describe_db_log_files(DBInstanceIdentifier="none")


def test_performance_insights_has_metrics_of_an_instance_that_has_it(emulator: Sandbox, account: Account) -> None:
    account.create("demo")
    for key, enabled in (("1", True), ("2", False)):
        account.instance("demo", key, EnablePerformanceInsights=enabled)
    ids = [account.member(f"demo-{key}")["DbiResourceId"] for key in "12"]
    insights, end = client(emulator, "pi"), datetime(2026, 3, 1, 12, 0, 30, tzinfo=timezone.utc)
    asked: dict[str, Any] = {
        "ServiceType": "RDS",
        "Identifier": ids[0],
        "StartTime": end - timedelta(minutes=10),
        "EndTime": end,
        "MetricQueries": [{"Metric": "db.load.avg"}],
    }
    answer = insights.get_resource_metrics(**asked, PeriodInSeconds=60)
    (metric,) = answer["MetricList"]
    assert (metric["Key"], len(metric["DataPoints"])) == ({"Metric": "db.load.avg"}, 10)
    assert answer["AlignedStartTime"].astimezone(timezone.utc).second == 0
    assert insights.get_resource_metadata(ServiceType="RDS", Identifier=ids[0])["Features"]
    for changes in ({"PeriodInSeconds": 61}, {"StartTime": end}, {"MetricQueries": [{"Metric": "weather"}]}):
        with refused("InvalidArgumentException"):
            insights.get_resource_metrics(**{**asked, **changes})
    with refused("NotAuthorizedException"):
        insights.get_resource_metrics(**{**asked, "Identifier": ids[1]})


def test_codes_are_those_of_the_action(account: Account) -> None:
    account.create("demo")
    account.create("other")
    with refused("DBParameterGroupNotFound"):
        account.rds.describe_db_cluster_parameters(DBClusterParameterGroupName="none")
    with refused("DBClusterParameterGroupNotFound"):
        account.rds.modify_db_cluster(DBClusterIdentifier="demo", DBClusterParameterGroupName="none")
    with refused("InvalidParameterValue"):
        account.rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName=f"default.{FAMILY}")
    with refused("InvalidDBSubnetGroupStateFault"):
        account.rds.delete_db_subnet_group(DBSubnetGroupName="default")


def test_a_resource_has_fifty_tags(account: Account) -> None:
    def add(*keys: str) -> None:
        account.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": key, "Value": "x"} for key in keys])

    arn = account.create("demo", Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(49)])["DBClusterArn"]
    add("k0", "last")
    for key in ("one-more", "aws:x"):
        with refused("InvalidParameterValue"):
            add(key)


def test_what_is_of_the_cluster_is_refused_for_its_instances(account: Account) -> None:
    account.create("demo")
    account.instance("demo", "1")
    calls = {
        "create_db_snapshot": (
            {"DBSnapshotIdentifier": "shot"},
            "InvalidParameterValue",
            "use the CreateDBClusterSnapshot",
        ),
        "stop_db_instance": ({}, "InvalidParameterCombination", "aurora-postgresql DB instances are not eligible for"),
        "start_db_instance": ({}, "InvalidParameterCombination", "aurora-postgresql DB instances are not eligible for"),
    }
    for call, (params, code, says) in calls.items():
        with refused(code) as caught:
            getattr(account.rds, call)(DBInstanceIdentifier="Demo-1", **params)
        assert says in str(caught.value)


def test_what_is_missing_is_named_in_the_words_of_aws(account: Account) -> None:
    rds = account.rds
    with refused("DBClusterSnapshotNotFoundFault") as caught:
        rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="none")
    assert caught.value.response["Error"]["Message"] == "DBClusterSnapshot not found: none"
    with refused("DBSnapshotNotFound") as caught:
        rds.describe_db_snapshots(DBSnapshotIdentifier="none")
    assert caught.value.response["Error"]["Message"] == "DBSnapshot none not found."
    with refused("DBSubnetGroupNotFoundFault") as caught:
        rds.describe_db_subnet_groups(DBSubnetGroupName="none")
    assert caught.value.response["Error"]["Message"] == "DB subnet group 'none' does not exist."
    for call in (rds.enable_http_endpoint, rds.disable_http_endpoint):
        with refused("ResourceNotFoundFault"):
            call(ResourceArn="arn:aws:rds:eu-west-1:123456789012:cluster:none")
    with refused("InvalidParameterValue") as caught:
        rds.list_tags_for_resource(ResourceName="arn:aws:rds:eu-west-1:123456789012:subgrp:none")
    assert "does not match an RDS resource" in str(caught.value)
