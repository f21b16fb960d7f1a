"""RDS for Aurora as AWS answers it: clusters, instances, roles, snapshots, refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.emulator import Account, client, refused

pytestmark = pytest.mark.sandbox


@pytest.fixture
def account(emulator: Sandbox) -> Account:
    return Account(emulator)


def apply_now(account: Account, name: str, **values: Any) -> dict[str, Any]:
    account.rds.modify_db_cluster(DBClusterIdentifier=name, ApplyImmediately=True, **values)
    return account.cluster(name)


def test_a_cluster_has_what_aws_gives_it(account: Account) -> None:
    _, _, group = account.network("demo")
    answer = account.create(
        "Demo",
        DBSubnetGroupName="demo",
        VpcSecurityGroupIds=[group],
        StorageEncrypted=True,
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"],
        PreferredMaintenanceWindow="Sun:05:00-Sun:06:00",
        PreferredBackupWindow="03:00-04:00",
        BackupRetentionPeriod=7,
        DatabaseName="app",
        CopyTagsToSnapshot=True,
        Tags=[{"Key": "team", "Value": "payments"}],
    )
    cluster = account.cluster("demo")
    assert (answer["Status"], cluster["Status"]) == ("creating", "available")
    label = cluster["Endpoint"].split(".")[1].removeprefix("cluster-")
    assert cluster["DBClusterIdentifier"] == "demo"
    assert cluster["Endpoint"] == f"demo.cluster-{label}.eu-west-1.rds.amazonaws.com"
    assert cluster["ReaderEndpoint"] == f"demo.cluster-ro-{label}.eu-west-1.rds.amazonaws.com"
    assert cluster["AvailabilityZones"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert cluster["AllocatedStorage"] == 1
    assert (cluster["Port"], cluster["EngineMode"], cluster["EngineVersion"]) == (5432, "provisioned", "16.8")
    assert cluster["PreferredMaintenanceWindow"] == "sun:05:00-sun:06:00"
    assert cluster["DBClusterParameterGroup"] == "default.aurora-postgresql16"
    assert cluster["KmsKeyId"].startswith("arn:aws:kms:eu-west-1:")
    assert cluster["IAMDatabaseAuthenticationEnabled"] is True
    assert cluster["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert cluster["TagList"] == [{"Key": "team", "Value": "payments"}]
    assert cluster["VpcSecurityGroups"] == [{"VpcSecurityGroupId": group, "Status": "active"}]
    assert cluster["DbClusterResourceId"].startswith("cluster-")
    assert cluster["HostedZoneId"].startswith("Z")
    absent = {"StorageType", "ScalingConfigurationInfo", "PubliclyAccessible", "BacktrackWindow", "MasterUserPassword"}
    assert not absent & set(cluster)


def test_the_master_secret_is_real_and_goes_with_the_cluster(account: Account) -> None:
    account.create("demo", MasterUsername="root")
    secret = account.cluster("demo")["MasterUserSecret"]
    assert secret["KmsKeyId"].startswith("arn:aws:kms:")
    value = json.loads(account.secrets.get_secret_value(SecretId=secret["SecretArn"])["SecretString"])
    assert value["username"] == "root"
    assert len(value["password"]) >= 20
    described = account.secrets.describe_secret(SecretId=secret["SecretArn"])
    assert described["OwningService"] == "rds"
    assert {"Key": "aws:rds:primaryDBClusterArn", "Value": account.cluster("demo")["DBClusterArn"]} in described["Tags"]
    account.rds.delete_db_cluster(DBClusterIdentifier="demo", SkipFinalSnapshot=True)
    with refused("ResourceNotFoundException"):
        account.secrets.describe_secret(SecretId=secret["SecretArn"])


def test_two_clusters_have_two_passwords(account: Account) -> None:
    for name in ("a", "b"):
        account.create(name)
    secrets = [account.cluster(name)["MasterUserSecret"]["SecretArn"] for name in ("a", "b")]
    values = {account.secrets.get_secret_value(SecretId=arn)["SecretString"] for arn in secrets}
    assert len(values) == 2


@pytest.mark.parametrize(
    ("engine", "wanted", "given"),
    [
        ("aurora-postgresql", "16.8", "16.8"),
        ("aurora-postgresql", "16", "16."),
        ("aurora-mysql", "8.0", "8.0.mysql_aurora.3."),
        ("aurora-mysql", "8.0.mysql_aurora.3.10.0", "8.0.mysql_aurora.3.10.0"),
    ],
)
def test_versions_are_filled_in(account: Account, engine: str, wanted: str, given: str) -> None:
    account.create("demo", Engine=engine, EngineVersion=wanted)
    assert account.cluster("demo")["EngineVersion"].startswith(given)


def test_an_unknown_version_is_refused(account: Account) -> None:
    with refused("InvalidParameterCombination") as caught:
        account.create("demo", EngineVersion="99.1")
    assert "Cannot find version 99.1" in str(caught.value)


@pytest.mark.parametrize(
    ("engine", "version"), [("aurora-postgresql", "13.4"), ("aurora-mysql", "8.0.mysql_aurora.3.05.2")]
)
def test_a_version_that_aws_has_retired_is_of_no_new_cluster(account: Account, engine: str, version: str) -> None:
    with refused("InvalidParameterCombination") as caught:
        account.create("demo", Engine=engine, EngineVersion=version)
    assert f"Cannot find version {version} for {engine}" in str(caught.value)


def test_a_long_master_user_name_is_one_of_its_engine(account: Account) -> None:
    account.create("demo", MasterUsername="a" * 63)
    assert account.cluster("demo")["MasterUsername"] == "a" * 63


@pytest.mark.parametrize("name", ["1demo", "demo-", "de--mo", "demo_1", "x" * 64])
def test_names_follow_the_rule(account: Account, name: str) -> None:
    with refused("InvalidParameterValue"):
        account.create(name)


def test_a_name_is_given_once(account: Account) -> None:
    account.create("demo")
    with refused("DBClusterAlreadyExistsFault"):
        account.create("DEMO")
    account.instance("demo", "1")
    with refused("DBInstanceAlreadyExists"):
        account.instance("demo", "1")


def test_instances_inherit_and_spread(account: Account) -> None:
    _, _, group = account.network("demo")
    account.create("demo", DBSubnetGroupName="demo", VpcSecurityGroupIds=[group], StorageEncrypted=True, Port=5433)
    for key in "123":
        account.instance("demo", key, PromotionTier=int(key) - 1)
    members = [account.member(f"demo-{key}") for key in "123"]
    assert [member["AvailabilityZone"] for member in members] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    first, cluster = members[0], account.cluster("demo")
    label = cluster["Endpoint"].split(".")[1].removeprefix("cluster-")
    assert first["Endpoint"] == {
        "Address": f"demo-1.{label}.eu-west-1.rds.amazonaws.com",
        "Port": 5433,
        "HostedZoneId": cluster["HostedZoneId"],
    }
    assert first["DBSubnetGroup"]["DBSubnetGroupName"] == "demo"
    assert first["VpcSecurityGroups"] == cluster["VpcSecurityGroups"]
    assert (first["KmsKeyId"], first["StorageEncrypted"]) == (cluster["KmsKeyId"], True)
    assert first["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    assert first["DBParameterGroups"][0]["DBParameterGroupName"] == "default.aurora-postgresql16"
    assert first["PubliclyAccessible"] is False
    assert len({member["DbiResourceId"] for member in members}) == 3
    assert cluster["MultiAZ"] is True


def test_a_zone_can_be_chosen_within_the_subnet_group(account: Account) -> None:
    account.network("demo", zones="ab")
    account.create("demo", DBSubnetGroupName="demo")
    account.instance("demo", "1", AvailabilityZone="eu-west-1b")
    assert account.member("demo-1")["AvailabilityZone"] == "eu-west-1b"
    with refused("InvalidVPCNetworkStateFault"):
        account.instance("demo", "2", AvailabilityZone="eu-west-1c")


def test_the_first_instance_writes_and_the_lowest_tier_follows(account: Account) -> None:
    account.create("demo")
    account.instance("demo", "1", PromotionTier=5)
    account.instance("demo", "2", PromotionTier=3)
    account.instance("demo", "3", PromotionTier=1)
    assert account.writer("demo") == "demo-1"
    account.rds.delete_db_instance(DBInstanceIdentifier="demo-1")
    assert account.writer("demo") == "demo-3"
    members = {m["DBInstanceIdentifier"]: m["PromotionTier"] for m in account.cluster("demo")["DBClusterMembers"]}
    assert members == {"demo-2": 3, "demo-3": 1}


def test_failover_moves_the_role(account: Account) -> None:
    account.create("demo")
    account.instance("demo", "1")
    with refused("InvalidDBClusterStateFault"):
        account.rds.failover_db_cluster(DBClusterIdentifier="demo")
    account.instance("demo", "2", PromotionTier=4)
    account.instance("demo", "3", PromotionTier=2)
    account.instance("demo", "4", PromotionTier=2, DBInstanceClass="db.r6g.large")
    account.rds.modify_db_instance(
        DBInstanceIdentifier="demo-3", DBInstanceClass="db.r6g.xlarge", ApplyImmediately=True
    )
    answer = account.rds.failover_db_cluster(DBClusterIdentifier="demo")["DBCluster"]
    assert answer["Status"] == "failing-over"
    assert account.writer("demo") == "demo-3"
    account.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="demo-2")
    assert account.writer("demo") == "demo-2"
    with refused("InvalidDBInstanceState"):
        account.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="demo-2")
    with refused("InvalidDBInstanceState"):
        account.rds.failover_db_cluster(DBClusterIdentifier="demo", TargetDBInstanceIdentifier="other")


def test_serverless_limits_and_pause(account: Account) -> None:
    account.create("demo", ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 4})
    scaling = account.cluster("demo")["ServerlessV2ScalingConfiguration"]
    assert scaling == {"MinCapacity": 0.0, "MaxCapacity": 4.0, "SecondsUntilAutoPause": 300}
    account.instance("demo", "1", DBInstanceClass="db.serverless")
    changed = {"MinCapacity": 0.5, "MaxCapacity": 16}
    assert apply_now(account, "demo", ServerlessV2ScalingConfiguration=changed)["ServerlessV2ScalingConfiguration"] == {
        "MinCapacity": 0.5,
        "MaxCapacity": 16.0,
    }
    with refused("InvalidParameterValue"):
        apply_now(account, "demo", ServerlessV2ScalingConfiguration={"MinCapacity": 8, "MaxCapacity": 4})
    with refused("InvalidParameterValue"):
        account.create(
            "b", ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 4, "SecondsUntilAutoPause": 300}
        )


def test_a_serverless_instance_needs_the_clusters_limits(account: Account) -> None:
    account.create("demo")
    with refused("InvalidDBClusterStateFault"):
        account.instance("demo", "1", DBInstanceClass="db.serverless")


def test_a_class_that_the_region_lacks_is_refused(account: Account) -> None:
    account.create("demo")
    with refused("InvalidParameterCombination"):
        account.instance("demo", "1", DBInstanceClass="db.m5.large")
    with refused("InvalidParameterValue"):
        account.instance("demo", "1", DBInstanceClass="r7g.large")


def test_changes_apply_now_or_wait(account: Account) -> None:
    account.create("demo")
    account.instance("demo", "1")
    wait = {"DBInstanceIdentifier": "demo-1", "DBInstanceClass": "db.r7g.large"}
    account.rds.modify_db_instance(**wait)
    member = account.member("demo-1")
    assert (member["DBInstanceClass"], member["PendingModifiedValues"]) == (
        "db.t4g.medium",
        {"DBInstanceClass": "db.r7g.large"},
    )
    account.rds.modify_db_instance(DBInstanceIdentifier="demo-1", PromotionTier=7, ApplyImmediately=True)
    member = account.member("demo-1")
    assert (member["DBInstanceClass"], member["PromotionTier"]) == ("db.r7g.large", 7)
    assert member["PendingModifiedValues"] == {}


def test_io_optimized_storage_from_the_start(account: Account) -> None:
    account.network("demo")
    account.create("demo", DBSubnetGroupName="demo", StorageType="aurora-iopt1")
    cluster = account.rds.describe_db_clusters(DBClusterIdentifier="demo")["DBClusters"][0]
    assert (cluster["StorageType"], cluster["AllocatedStorage"]) == ("aurora-iopt1", 1)


def test_every_cluster_setting_of_ours_can_be_changed(account: Account) -> None:
    _, _, group = account.network("demo")
    account.create("demo", DBSubnetGroupName="demo", EnableCloudwatchLogsExports=["postgresql"])
    cluster = apply_now(
        account,
        "demo",
        BackupRetentionPeriod=14,
        PreferredBackupWindow="01:00-02:00",
        PreferredMaintenanceWindow="Mon:05:00-Mon:06:00",
        DeletionProtection=True,
        CopyTagsToSnapshot=True,
        VpcSecurityGroupIds=[group],
        EnableIAMDatabaseAuthentication=True,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["instance"], "DisableLogTypes": ["postgresql"]},
        Port=5433,
        StorageType="aurora-iopt1",
        DatabaseInsightsMode="advanced",
        EnablePerformanceInsights=True,
        PerformanceInsightsRetentionPeriod=465,
        AllowEngineModeChange=False,
    )
    assert cluster["BackupRetentionPeriod"] == 14
    assert cluster["PreferredBackupWindow"] == "01:00-02:00"
    assert cluster["PreferredMaintenanceWindow"] == "mon:05:00-mon:06:00"
    assert (cluster["DeletionProtection"], cluster["CopyTagsToSnapshot"]) == (True, True)
    assert cluster["VpcSecurityGroups"][0]["VpcSecurityGroupId"] == group
    assert cluster["IAMDatabaseAuthenticationEnabled"] is True
    assert cluster["EnabledCloudwatchLogsExports"] == ["instance"]
    assert (cluster["Port"], cluster["StorageType"]) == (5433, "aurora-iopt1")
    assert cluster["DatabaseInsightsMode"] == "advanced"


def test_managed_password_can_be_turned_on_and_off(account: Account) -> None:
    account.create("demo", MasterUserPassword="correct-horse-battery")
    assert "MasterUserSecret" not in account.cluster("demo")
    assert apply_now(account, "demo", ManageMasterUserPassword=True)["MasterUserSecret"]["SecretArn"]
    cluster = apply_now(account, "demo", ManageMasterUserPassword=False, MasterUserPassword="correct-horse-battery")
    assert "MasterUserSecret" not in cluster
    with refused("InvalidParameterCombination"):
        account.create("b", ManageMasterUserPassword=True, MasterUserPassword="correct-horse-battery")


def test_upgrades_go_up_and_major_ones_need_the_word(account: Account) -> None:
    account.create("demo", EngineVersion="16.8")
    with refused("InvalidDBClusterStateFault") as caught:
        apply_now(account, "demo", EngineVersion="16.9")
    assert "without a healthy primary instance" in str(caught.value)
    account.instance("demo", "1")
    with refused("InvalidParameterCombination"):
        apply_now(account, "demo", EngineVersion="15.10")
    assert apply_now(account, "demo", EngineVersion="16.9")["EngineVersion"] == "16.9"
    with refused("InvalidParameterCombination") as caught:
        apply_now(account, "demo", EngineVersion="17.5")
    assert "AllowMajorVersionUpgrade" in str(caught.value)
    cluster = apply_now(account, "demo", EngineVersion="17.5", AllowMajorVersionUpgrade=True)
    assert (cluster["EngineVersion"], cluster["DBClusterParameterGroup"]) == ("17.5", "default.aurora-postgresql17")


def test_a_major_upgrade_wants_groups_of_the_new_family_where_those_in_use_are_custom(account: Account) -> None:
    rds = account.rds
    for family, name in (("aurora-postgresql16", "old"), ("aurora-postgresql17", "new")):
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, DBParameterGroupFamily=family, Description=name
        )
        rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description=name)
    account.create("demo", EngineVersion="16.8", DBClusterParameterGroupName="old")
    account.instance("demo", "1", DBParameterGroupName="old")
    major = {"EngineVersion": "17.5", "AllowMajorVersionUpgrade": True}
    with refused("InvalidParameterCombination") as caught:
        apply_now(account, "demo", **major)
    assert "The current DB cluster parameter group old is custom." in str(caught.value)
    with refused("InvalidParameterCombination") as caught:
        apply_now(account, "demo", **major, DBClusterParameterGroupName="new")
    assert "The current DB instance parameter group old is custom." in str(caught.value)
    with refused("InvalidParameterCombination") as caught:
        apply_now(account, "demo", **major, DBClusterParameterGroupName="new", DBInstanceParameterGroupName="old")
    assert "Please use a Parameter Group with DBParameterGroupFamily aurora-postgresql17" in str(caught.value)
    with refused("InvalidParameterCombination") as caught:
        apply_now(account, "demo", DBInstanceParameterGroupName="old")
    assert "can only be specified for a major" in str(caught.value)
    cluster = apply_now(account, "demo", **major, DBClusterParameterGroupName="new", DBInstanceParameterGroupName="new")
    assert (cluster["EngineVersion"], cluster["DBClusterParameterGroup"]) == ("17.5", "new")
    assert cluster["DBClusterMembers"][0]["DBClusterParameterGroupStatus"] == "pending-reboot"
    (instance,) = rds.describe_db_instances()["DBInstances"]
    assert instance["EngineVersion"] == "17.5"
    assert instance["DBParameterGroups"] == [{"DBParameterGroupName": "new", "ParameterApplyStatus": "pending-reboot"}]


def test_a_family_says_which_parameters_it_has(account: Account) -> None:
    def known(family: str) -> set[str]:
        pages = account.rds.get_paginator("describe_engine_default_cluster_parameters").paginate(
            DBParameterGroupFamily=family
        )
        return {one["ParameterName"] for page in pages for one in page["EngineDefaults"]["Parameters"]}

    assert "old_snapshot_threshold" in known("aurora-postgresql16") - known("aurora-postgresql17")
    account.rds.create_db_parameter_group(
        DBParameterGroupName="g", DBParameterGroupFamily="aurora-postgresql17", Description="g"
    )
    with refused("InvalidParameterValue") as caught:
        account.rds.modify_db_parameter_group(
            DBParameterGroupName="g",
            Parameters=[{"ParameterName": "old_snapshot_threshold", "ParameterValue": "1", "ApplyMethod": "immediate"}],
        )
    assert "Could not find parameter with name: old_snapshot_threshold" in str(caught.value)


def test_a_major_version_alone_is_its_default_minor_one_and_never_goes_back(account: Account) -> None:
    account.create("demo", EngineVersion="17.5")
    account.instance("demo", "1")
    default = account.rds.describe_db_engine_versions(Engine="aurora-postgresql", DefaultOnly=True)["DBEngineVersions"]
    assert apply_now(account, "demo", EngineVersion="17")["EngineVersion"] == default[0]["EngineVersion"]
    apply_now(account, "demo", EngineVersion="17.11")
    assert apply_now(account, "demo", EngineVersion="17")["EngineVersion"] == "17.11"


def test_an_upgrade_can_wait_for_the_window(account: Account) -> None:
    account.create("demo", EngineVersion="16.8")
    account.instance("demo", "1")
    account.rds.modify_db_cluster(DBClusterIdentifier="demo", EngineVersion="16.9")
    cluster = account.cluster("demo")
    assert (cluster["EngineVersion"], cluster["PendingModifiedValues"]) == ("16.8", {"EngineVersion": "16.9"})


def test_deletion_is_refused_while_it_would_hurt(account: Account) -> None:
    account.create("demo", DeletionProtection=True)
    account.instance("demo", "1")
    with refused("InvalidParameterCombination") as caught:
        account.rds.delete_db_cluster(DBClusterIdentifier="demo", SkipFinalSnapshot=True)
    assert "deletion protection" in str(caught.value)
    apply_now(account, "demo", DeletionProtection=False)
    with refused("InvalidDBClusterStateFault"):
        account.rds.delete_db_cluster(DBClusterIdentifier="demo", SkipFinalSnapshot=True)
    account.rds.delete_db_instance(DBInstanceIdentifier="demo-1")
    with refused("InvalidParameterCombination"):
        account.rds.delete_db_cluster(DBClusterIdentifier="demo")
    with refused("InvalidParameterCombination"):
        account.rds.delete_db_cluster(
            DBClusterIdentifier="demo", SkipFinalSnapshot=True, FinalDBSnapshotIdentifier="demo-final"
        )
    account.rds.delete_db_cluster(DBClusterIdentifier="demo", FinalDBSnapshotIdentifier="demo-final")
    with refused("DBClusterNotFoundFault"):
        account.cluster("demo")


def test_the_final_snapshot_is_taken_and_its_name_is_not_given_twice(account: Account) -> None:
    tags = [{"Key": "team", "Value": "payments"}]
    account.create("demo", CopyTagsToSnapshot=True, Tags=tags)
    account.rds.delete_db_cluster(DBClusterIdentifier="demo", FinalDBSnapshotIdentifier="demo-final")
    found = account.rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="demo-final")["DBClusterSnapshots"][0]
    assert (found["Status"], found["SnapshotType"], found["DBClusterIdentifier"]) == ("available", "manual", "demo")
    assert (found["EngineVersion"], found["TagList"]) == ("16.8", tags)
    account.create("demo")
    with refused("DBClusterSnapshotAlreadyExistsFault"):
        account.rds.delete_db_cluster(DBClusterIdentifier="demo", FinalDBSnapshotIdentifier="demo-final")
    assert account.cluster("demo")["Status"] == "available"
    secret = account.cluster("demo")["MasterUserSecret"]["SecretArn"]
    assert account.secrets.describe_secret(SecretId=secret)["ARN"] == secret


def test_a_snapshot_can_be_taken_listed_restored_and_deleted(account: Account) -> None:
    account.create("demo", DatabaseName="app", StorageEncrypted=True)
    account.rds.create_db_cluster_snapshot(DBClusterIdentifier="demo", DBClusterSnapshotIdentifier="before")
    listed = account.rds.describe_db_cluster_snapshots(DBClusterIdentifier="demo")["DBClusterSnapshots"]
    assert [item["DBClusterSnapshotIdentifier"] for item in listed] == ["before"]
    account.rds.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="copy", SnapshotIdentifier="before", Engine="aurora-postgresql", DeletionProtection=True
    )
    original, copy = account.cluster("demo"), account.cluster("copy")
    for key in ("EngineVersion", "DatabaseName", "MasterUsername", "Port", "KmsKeyId"):
        assert copy[key] == original[key]
    assert copy["DeletionProtection"] is True
    assert copy["DbClusterResourceId"] != original["DbClusterResourceId"]
    account.rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="before")
    with refused("DBClusterSnapshotNotFoundFault"):
        account.rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="before")


def test_a_cluster_can_be_cloned(account: Account) -> None:
    account.create("demo", DatabaseName="app")
    wanted = {"SourceDBClusterIdentifier": "demo", "RestoreType": "copy-on-write", "UseLatestRestorableTime": True}
    with refused("InvalidDBClusterStateFault"):
        account.rds.restore_db_cluster_to_point_in_time(DBClusterIdentifier="clone", **wanted)
    account.instance("demo", "1")
    account.rds.restore_db_cluster_to_point_in_time(DBClusterIdentifier="clone", **wanted)
    assert account.cluster("clone")["DatabaseName"] == "app"
    assert account.cluster("clone")["CloneGroupId"] == account.cluster("demo")["CloneGroupId"]


def test_a_cluster_stops_and_starts_with_its_instances(account: Account) -> None:
    account.create("demo")
    account.instance("demo", "1")
    account.rds.stop_db_cluster(DBClusterIdentifier="demo")
    assert (account.cluster("demo")["Status"], account.member("demo-1")["DBInstanceStatus"]) == ("stopped", "stopped")
    with refused("InvalidDBClusterStateFault"):
        account.rds.stop_db_cluster(DBClusterIdentifier="demo")
    account.rds.start_db_cluster(DBClusterIdentifier="demo")
    assert (account.cluster("demo")["Status"], account.member("demo-1")["DBInstanceStatus"]) == (
        "available",
        "available",
    )


def test_with_latency_resources_take_their_time(emulator: Sandbox, account: Account) -> None:
    emulator.set_latency(600)
    account.create("demo")
    assert account.cluster("demo")["Status"] == "creating"
    with refused("InvalidDBClusterStateFault"):
        account.instance("demo", "1")
    emulator.set_latency(0)
    account.create("quick")
    account.instance("quick", "1")
    account.instance("quick", "2")
    emulator.set_latency(600)
    account.rds.delete_db_instance(DBInstanceIdentifier="quick-1")
    assert account.member("quick-1")["DBInstanceStatus"] == "deleting"
    assert account.writer("quick") == "quick-2"
    with refused("InvalidDBInstanceState"):
        account.rds.delete_db_instance(DBInstanceIdentifier="quick-1")
    account.rds.modify_db_instance(
        DBInstanceIdentifier="quick-2", DBInstanceClass="db.r7g.large", ApplyImmediately=True
    )
    member = account.member("quick-2")
    assert (member["DBInstanceStatus"], member["DBInstanceClass"]) == ("modifying", "db.t4g.medium")


def test_waiters_see_the_end_of_a_transition(emulator: Sandbox, account: Account) -> None:
    emulator.set_latency(1)
    account.create("demo")
    account.rds.get_waiter("db_cluster_available").wait(
        DBClusterIdentifier="demo", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    account.instance("demo", "1")
    account.rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="demo-1", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    account.rds.delete_db_instance(DBInstanceIdentifier="demo-1")
    account.rds.get_waiter("db_instance_deleted").wait(
        DBInstanceIdentifier="demo-1", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def test_tags_can_be_added_removed_and_listed(account: Account) -> None:
    account.create("demo")
    arn = account.cluster("demo")["DBClusterArn"]
    account.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    account.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["a"])
    assert account.rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "b", "Value": "2"}]
    assert account.cluster("demo")["TagList"] == [{"Key": "b", "Value": "2"}]
    with refused("DBClusterNotFoundFault"):
        account.rds.list_tags_for_resource(ResourceName=arn.replace("demo", "other"))


def test_regions_are_apart(emulator: Sandbox, account: Account) -> None:
    account.create("demo")
    assert client(emulator, "rds", "us-west-2").describe_db_clusters()["DBClusters"] == []


def test_endpoints_of_a_cluster(account: Account) -> None:
    account.create("demo")
    account.instance("demo", "1")
    created = account.rds.create_db_cluster_endpoint(
        DBClusterIdentifier="demo",
        DBClusterEndpointIdentifier="reports",
        EndpointType="READER",
        StaticMembers=["demo-1"],
    )
    assert created["Endpoint"].startswith("reports.cluster-custom-")
    found = account.rds.describe_db_cluster_endpoints(DBClusterIdentifier="demo")["DBClusterEndpoints"]
    assert [item["EndpointType"] for item in found] == ["WRITER", "READER", "CUSTOM"]
    assert found[0]["Endpoint"] == account.cluster("demo")["Endpoint"]
    account.rds.modify_db_cluster_endpoint(DBClusterEndpointIdentifier="reports", ExcludedMembers=["demo-1"])
    custom = account.rds.describe_db_cluster_endpoints(DBClusterEndpointIdentifier="reports")["DBClusterEndpoints"][0]
    assert (custom["StaticMembers"], custom["ExcludedMembers"]) == ([], ["demo-1"])
    account.rds.delete_db_cluster_endpoint(DBClusterEndpointIdentifier="reports")
    with refused("DBClusterEndpointNotFoundFault"):
        account.rds.delete_db_cluster_endpoint(DBClusterEndpointIdentifier="reports")
    gone = account.rds.describe_db_cluster_endpoints(DBClusterEndpointIdentifier="reports")
    assert gone["DBClusterEndpoints"] == []


def test_a_green_environment_takes_over_the_custom_endpoints(account: Account) -> None:
    account.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="logical", DBParameterGroupFamily="aurora-postgresql16", Description="logical"
    )
    replication = {
        "ParameterName": "rds.logical_replication",
        "ParameterValue": "1",
        "ApplyMethod": "pending-reboot",
    }
    account.rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="logical", Parameters=[replication])
    arn = account.create("demo", MasterUserPassword="not-so-secret", DBClusterParameterGroupName="logical")[
        "DBClusterArn"
    ]
    account.instance("demo", "1")
    account.rds.create_db_cluster_endpoint(
        DBClusterIdentifier="demo",
        DBClusterEndpointIdentifier="reports",
        EndpointType="ANY",
        StaticMembers=["demo-1"],
    )
    made = account.rds.create_blue_green_deployment(BlueGreenDeploymentName="up", Source=arn)["BlueGreenDeployment"]

    def endpoints() -> dict[str, tuple[str, list[str]]]:
        found = account.rds.describe_db_cluster_endpoints()["DBClusterEndpoints"]
        custom = (one for one in found if one["EndpointType"] == "CUSTOM")
        return {
            one["DBClusterEndpointIdentifier"]: (one["DBClusterIdentifier"], one["StaticMembers"]) for one in custom
        }

    ending = made["Target"].rpartition("demo")[2]
    assert endpoints() == {
        "reports": ("demo", ["demo-1"]),
        f"reports{ending}": (f"demo{ending}", [f"demo-1{ending}"]),
    }
    account.rds.switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=made["BlueGreenDeploymentIdentifier"])
    assert endpoints() == {"reports": ("demo", ["demo-1"]), "reports-old1": ("demo-old1", ["demo-1"])}


def test_a_snapshot_of_an_rds_instance_is_restored_to_a_cluster(account: Account) -> None:
    account.rds.create_db_instance(
        DBInstanceIdentifier="legacy",
        Engine="postgres",
        EngineVersion="16.8",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="boss",
        MasterUserPassword="not-so-secret",
        DBName="app",
    )
    arn = account.rds.create_db_snapshot(DBInstanceIdentifier="legacy", DBSnapshotIdentifier="before")["DBSnapshot"][
        "DBSnapshotArn"
    ]
    wanted = {"DBClusterIdentifier": "demo", "SnapshotIdentifier": arn}
    with refused("InvalidParameterCombination"):
        account.rds.restore_db_cluster_from_snapshot(**wanted, Engine="aurora-mysql")
    with refused("DBSnapshotNotFound"):
        account.rds.restore_db_cluster_from_snapshot(
            **{**wanted, "SnapshotIdentifier": arn + "2"}, Engine="aurora-postgresql"
        )
    account.rds.restore_db_cluster_from_snapshot(**wanted, Engine="aurora-postgresql")
    made = account.cluster("demo")
    assert (made["MasterUsername"], made["DatabaseName"], made["Port"]) == ("boss", "app", 5432)


def test_the_data_api_can_be_switched(account: Account) -> None:
    account.create("demo")
    arn = account.cluster("demo")["DBClusterArn"]
    account.rds.enable_http_endpoint(ResourceArn=arn)
    assert account.cluster("demo")["HttpEndpointEnabled"] is True
    account.rds.disable_http_endpoint(ResourceArn=arn)
    assert account.cluster("demo")["HttpEndpointEnabled"] is False


WORDS = (
    # what the call asks, AWS's code and text; the numbers are of public reports of these errors
    (
        {"MasterUserPassword": "short"},
        "InvalidParameterValue",
        "because it is shorter than 8 characters",
    ),  # cloudposse 28
    ({"MasterUsername": "admin"}, "InvalidParameterValue", "cannot be used as it is a reserved word"),  # aws-cdk 5076
    (
        {"AvailabilityZones": ["eu-west-1a", "us-east-1c"]},
        "InvalidVPCNetworkStateFault",
        "Availability zone '[us-east-1c]' is unavailable in this region, please choose another zone set.",
    ),  # provider 5725
    (
        {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 0.5}},
        "InvalidParameterValue",
        "Serverless v2 maximum capacity 0.5 isn't valid. The maximum capacity must be at least 1.0.",
    ),  # aws-cdk 32232
    (
        {"ServerlessV2ScalingConfiguration": {"MaxCapacity": 4}},
        "InvalidParameterValue",
        "Both MinCapacity and MaxCapacity must be specified when you initialize Serverless v2 scaling configuration.",
    ),  # upjet 1165
)


@pytest.mark.parametrize(("values", "code", "text"), WORDS)
def test_a_refusal_has_the_code_and_the_words_of_aws(
    account: Account, values: dict[str, Any], code: str, text: str
) -> None:
    given = {"Engine": "aurora-postgresql", "MasterUsername": "boss", "MasterUserPassword": "long-enough", **values}
    with refused(code) as caught:
        account.rds.create_db_cluster(DBClusterIdentifier="demo", **given)
    assert text in str(caught.value)


def test_refusals_of_an_existing_cluster_have_the_words_of_aws(account: Account) -> None:
    account.network("demo")
    role = {"DBClusterIdentifier": "demo", "RoleArn": "arn:aws:iam::123456789012:role/import"}
    account.create("demo", DBSubnetGroupName="demo", StorageType="aurora-iopt1")
    with refused("InvalidParameterValue") as caught:
        account.rds.add_role_to_db_cluster(**role)
    assert "must be provided with the current operation for the Aurora (PostgreSQL) engine." in str(caught.value)
    with refused("DBClusterSnapshotNotFoundFault") as caught:
        account.rds.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier="gone", TargetDBClusterSnapshotIdentifier="copy"
        )
    assert "DBClusterSnapshot not found: gone" in str(caught.value)
    account.rds.modify_db_cluster(DBClusterIdentifier="demo", StorageType="aurora", ApplyImmediately=True)
    account.rds.modify_db_cluster(DBClusterIdentifier="demo", StorageType="aurora-iopt1", ApplyImmediately=True)
    account.rds.modify_db_cluster(DBClusterIdentifier="demo", StorageType="aurora", ApplyImmediately=True)
    with refused("StorageTypeNotAvailableFault") as caught:
        account.rds.modify_db_cluster(DBClusterIdentifier="demo", StorageType="aurora-iopt1", ApplyImmediately=True)
    assert "You can't modify the storage type of this DB cluster yet. Try again after 2" in str(caught.value)
