"""What belongs to a cluster, and the ways in which clusters come to be: endpoints, roles, proxies, copies, other Regions."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from tests.harness import REGION
from tests.sandbox.emulator import client, refused
from tests.sandbox.provider_driver import Driver, new_driver

pytestmark = pytest.mark.sandbox

OTHER_REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/import"
OWN_PASSWORD: dict[str, Any] = {"manage_master_user_password": None, "master_password": "correct-horse-battery"}
"""AWS manages none in a global database."""


def cluster_config(name: str = "demo", **more: Any) -> dict[str, Any]:
    return {
        "cluster_identifier": name,
        "engine": "aurora-postgresql",
        "engine_version": "16.8",
        "master_username": "postgres",
        "manage_master_user_password": True,
        "apply_immediately": True,
        "skip_final_snapshot": True,
        "storage_encrypted": True,
        **more,
    }


def cluster(driver: Driver, name: str = "demo", **more: Any) -> dict[str, Any]:
    return driver.create("aws_rds_cluster", **cluster_config(name, **more))


def instance(driver: Driver, key: str = "1", name: str = "demo", **more: Any) -> dict[str, Any]:
    config = {"cluster_identifier": name, "engine": "aurora-postgresql", "instance_class": "db.r6g.large"}
    return driver.create("aws_rds_cluster_instance", identifier=f"{name}-{key}", **{**config, **more})


def subnets(driver: Driver) -> list[str]:
    vpc_id = driver.create("aws_vpc", cidr_block="10.0.0.0/16")["id"]
    return [
        driver.create("aws_subnet", vpc_id=vpc_id, cidr_block=f"10.0.{number}.0/24", availability_zone=REGION + zone)[
            "id"
        ]
        for number, zone in enumerate("ab")
    ]


def test_custom_endpoint(driver: Driver, emulator: Sandbox) -> None:
    cluster(driver)
    for key in "123":
        instance(driver, key)
    config: dict[str, Any] = {"cluster_identifier": "demo", "cluster_endpoint_identifier": "reports"}
    state = driver.create(
        "aws_rds_cluster_endpoint", **config, custom_endpoint_type="READER", static_members=["demo-2"], tags={"A": "b"}
    )
    assert state["endpoint"].startswith("reports.cluster-custom-")
    assert state["tags_all"] == {"A": "b", "Project": "orders"}
    state = driver.update(
        "aws_rds_cluster_endpoint", state, **config, custom_endpoint_type="ANY", excluded_members=["demo-3"]
    )
    seen = client(emulator, "rds").describe_db_cluster_endpoints(DBClusterEndpointIdentifier="reports")
    endpoint = seen["DBClusterEndpoints"][0]
    assert (endpoint["StaticMembers"], endpoint["ExcludedMembers"]) == ([], ["demo-3"])
    driver.assert_imports("aws_rds_cluster_endpoint", "reports", state)
    moved = {**config, "cluster_endpoint_identifier": "other"}
    replaced = driver.replaced_by("aws_rds_cluster_endpoint", state, **moved, custom_endpoint_type="ANY")
    assert replaced == {"cluster_endpoint_identifier"}
    driver.assert_goes("aws_rds_cluster_endpoint", state)


def test_role_association(driver: Driver, emulator: Sandbox) -> None:
    owner = cluster(driver)
    config = {"db_cluster_identifier": "demo", "role_arn": ROLE, "feature_name": "s3Import"}
    state = driver.create("aws_rds_cluster_role_association", **config)
    assert state["id"] == f"demo,{ROLE}"
    driver.assert_imports("aws_rds_cluster_role_association", state["id"], state)
    driver.assert_settled(
        "aws_rds_cluster",
        driver.provider.read("aws_rds_cluster", owner) or {},
        driver.config("aws_rds_cluster", **cluster_config()),
    )
    second = driver.config("aws_rds_cluster_role_association", **{**config, "role_arn": ROLE + "2"})
    planned = driver.provider.plan("aws_rds_cluster_role_association", None, second).planned
    with pytest.raises(ProviderError, match="already has a role"):
        driver.provider.apply("aws_rds_cluster_role_association", None, planned, second)
    driver.assert_goes("aws_rds_cluster_role_association", state)


def test_activity_stream(driver: Driver, emulator: Sandbox) -> None:
    owner = cluster(driver)
    instance(driver)
    key = driver.create("aws_kms_key", description="stream")
    state = driver.create(
        "aws_rds_cluster_activity_stream", resource_arn=owner["arn"], mode="async", kms_key_id=key["key_id"]
    )
    assert state["kinesis_stream_name"].startswith("aws-rds-das-cluster-")
    driver.assert_imports("aws_rds_cluster_activity_stream", owner["arn"], state)
    driver.assert_goes("aws_rds_cluster_activity_stream", state)


def test_proxy(driver: Driver, emulator: Sandbox) -> None:
    cluster(driver)
    instance(driver)
    secret = driver.create("aws_secretsmanager_secret", name="login", recovery_window_in_days=0)["arn"]
    auth = {"auth_scheme": "SECRETS", "iam_auth": "REQUIRED", "secret_arn": secret}
    config: dict[str, Any] = {
        "name": "demo",
        "engine_family": "POSTGRESQL",
        "role_arn": ROLE,
        "vpc_subnet_ids": subnets(driver),
        "auth": [auth],
    }
    proxy = driver.create("aws_db_proxy", **config, require_tls=True, tags={"Name": "demo"})
    assert proxy["endpoint"].endswith(f".{REGION}.rds.amazonaws.com")
    assert proxy["idle_client_timeout"] == 1800
    assert proxy["tags_all"] == {"Name": "demo", "Project": "orders"}
    config["auth"] = [{**auth, "iam_auth": "DISABLED"}]
    proxy = driver.update("aws_db_proxy", proxy, **config, idle_client_timeout=600, debug_logging=True)
    driver.assert_imports("aws_db_proxy", "demo", proxy)
    pool = {"connection_borrow_timeout": 30, "max_connections_percent": 80, "max_idle_connections_percent": 0}
    group = driver.create("aws_db_proxy_default_target_group", db_proxy_name="demo", connection_pool_config=[pool])
    assert group["name"] == "default"
    pinned = {**pool, "session_pinning_filters": ["EXCLUDE_VARIABLE_SETS"]}
    group = driver.update(
        "aws_db_proxy_default_target_group", group, db_proxy_name="demo", connection_pool_config=[pinned]
    )
    driver.assert_imports("aws_db_proxy_default_target_group", "demo", group)
    target = driver.create(
        "aws_db_proxy_target", db_proxy_name="demo", target_group_name="default", db_cluster_identifier="demo"
    )
    assert target["id"] == "demo/default/TRACKED_CLUSTER/demo"
    driver.assert_imports("aws_db_proxy_target", target["id"], target)
    driver.assert_goes("aws_db_proxy_target", target)
    one = {"db_proxy_name": "demo", "target_group_name": "default", "db_instance_identifier": "demo-1"}
    target = driver.create("aws_db_proxy_target", **one)
    assert target["id"] == "demo/default/RDS_INSTANCE/demo-1"
    driver.assert_goes("aws_db_proxy_target", target)
    readers = {
        "db_proxy_name": "demo",
        "db_proxy_endpoint_name": "demo-readers",
        "vpc_subnet_ids": config["vpc_subnet_ids"],
    }
    endpoint = driver.create("aws_db_proxy_endpoint", **readers, target_role="READ_ONLY", tags={"Name": "readers"})
    assert (endpoint["id"], endpoint["is_default"]) == ("demo/demo-readers", False)
    assert endpoint["tags_all"] == {"Name": "readers", "Project": "orders"}
    driver.assert_imports("aws_db_proxy_endpoint", endpoint["id"], endpoint)
    assert driver.replaced_by("aws_db_proxy_endpoint", endpoint, **readers, target_role="READ_WRITE") == {"target_role"}
    vpc_id = driver.source("aws_subnet", id=config["vpc_subnet_ids"][0])["vpc_id"]
    security = driver.create("aws_security_group", name="proxy", vpc_id=vpc_id)["id"]
    endpoint = driver.update(
        "aws_db_proxy_endpoint", endpoint, **readers, target_role="READ_ONLY", vpc_security_group_ids=[security]
    )
    rds = client(emulator, "rds")
    (seen,) = rds.describe_db_proxy_endpoints(DBProxyEndpointName="demo-readers")["DBProxyEndpoints"]
    assert seen["VpcSecurityGroupIds"] == [security]
    driver.assert_goes("aws_db_proxy_endpoint", endpoint)
    driver.delete("aws_db_proxy_default_target_group", group)
    proxy = driver.update("aws_db_proxy", proxy, **{**config, "name": "renamed"})
    assert [one["DBProxyName"] for one in rds.describe_db_proxies()["DBProxies"]] == [proxy["id"]] == ["renamed"]
    driver.assert_goes("aws_db_proxy", proxy)


def test_snapshot_and_restore(driver: Driver, emulator: Sandbox) -> None:
    cluster(driver, database_name="orders", port=5433)
    config: dict[str, Any] = {"db_cluster_identifier": "demo", "db_cluster_snapshot_identifier": "before"}
    state = driver.create("aws_db_cluster_snapshot", **config, tags={"Name": "s"})
    state = driver.update("aws_db_cluster_snapshot", state, **config, shared_accounts=["210987654321"])
    driver.assert_imports("aws_db_cluster_snapshot", "before", state)
    found = driver.source("aws_db_cluster_snapshot", db_cluster_identifier="demo", most_recent=True)
    assert found["id"] == "before"
    copy = cluster_config(
        "copy",
        snapshot_identifier=state["db_cluster_snapshot_arn"],
        master_username=None,
        backup_retention_period=14,
        preferred_backup_window="01:00-02:00",
        serverlessv2_scaling_configuration=[{"min_capacity": 0.5, "max_capacity": 2}],
    )
    restored = driver.create("aws_rds_cluster", **copy)
    assert (restored["database_name"], restored["backup_retention_period"]) == ("orders", 14)
    assert restored["master_user_secret"][0]["secret_arn"]
    forgotten = {**copy, "snapshot_identifier": None}
    assert driver.replaced_by("aws_rds_cluster", restored, **forgotten) == set()
    driver.delete("aws_rds_cluster", restored)
    driver.assert_goes("aws_db_cluster_snapshot", state)


@pytest.mark.parametrize("kind", ["full-copy", "copy-on-write"])
def test_point_in_time(driver: Driver, emulator: Sandbox, kind: str) -> None:
    source = cluster(driver, database_name="orders")
    writer = instance(driver)
    restore = {"source_cluster_identifier": "demo", "restore_type": kind, "use_latest_restorable_time": True}
    config = cluster_config(
        "clone",
        restore_to_point_in_time=[restore],
        master_username=None,
        engine_version=None,
        backup_retention_period=7,
        serverlessv2_scaling_configuration=[{"min_capacity": 0, "max_capacity": 4, "seconds_until_auto_pause": 300}],
    )
    clone = driver.create("aws_rds_cluster", **config)
    assert clone["database_name"] == "orders"
    assert clone["cluster_resource_id"] != source["cluster_resource_id"]
    again = driver.create(
        "aws_rds_cluster",
        **cluster_config(
            "again",
            master_username=None,
            restore_to_point_in_time=[
                {"source_cluster_resource_id": source["cluster_resource_id"], "use_latest_restorable_time": True}
            ],
        ),
    )
    driver.delete("aws_rds_cluster_instance", writer)
    for state in (again, clone, source):
        driver.delete("aws_rds_cluster", state)


def test_replica_is_promoted(driver: Driver, emulator: Sandbox) -> None:
    source = cluster(driver)
    replica_config = cluster_config(
        "replica", replication_source_identifier=source["arn"], master_username=None, manage_master_user_password=None
    )
    replica = driver.create("aws_rds_cluster", **replica_config)
    promoted = driver.update("aws_rds_cluster", replica, **{**replica_config, "replication_source_identifier": None})
    assert not promoted["replication_source_identifier"]
    seen = client(emulator, "rds").describe_db_clusters(DBClusterIdentifier="demo")["DBClusters"][0]
    assert seen["ReadReplicaIdentifiers"] == []


def global_parts(emulator: Sandbox) -> tuple[Driver, Driver, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A global cluster with its primary here and an encrypted secondary in another Region."""
    here, there = new_driver(emulator), new_driver(emulator, OTHER_REGION)
    world = here.create(
        "aws_rds_global_cluster",
        global_cluster_identifier="world",
        engine="aurora-postgresql",
        engine_version="16.8",
        storage_encrypted=True,
    )
    primary = cluster(here, "one", global_cluster_identifier="world", **OWN_PASSWORD)
    instance(here, name="one")
    key = there.create("aws_kms_key", description="secondary")["arn"]
    config = secondary_config(key)
    full = there.config("aws_rds_cluster", **config)
    planned = there.provider.plan("aws_rds_cluster", None, full).planned
    secondary = there.provider.apply("aws_rds_cluster", None, planned, full)
    assert secondary is not None
    instance(there, name="two")
    return here, there, world, primary, secondary


def secondary_config(key: str) -> dict[str, Any]:
    return cluster_config(
        "two",
        global_cluster_identifier="world",
        master_username=None,
        manage_master_user_password=None,
        kms_key_id=key,
        enable_global_write_forwarding=True,
    )


def writers(driver: Driver, world: dict[str, Any]) -> list[str]:
    state = driver.provider.read("aws_rds_global_cluster", world)
    assert state is not None
    return [one["db_cluster_arn"] for one in state["global_cluster_members"] if one["is_writer"]]


def test_global_cluster(emulator: Sandbox) -> None:
    here, there, world, primary, secondary = global_parts(emulator)
    assert world["arn"] == "arn:aws:rds::123456789012:global-cluster:world"
    assert secondary["replication_source_identifier"] == primary["arn"]
    assert writers(here, world) == [primary["arn"]]
    client(emulator, "rds").switchover_global_cluster(
        GlobalClusterIdentifier="world", TargetDbClusterIdentifier=secondary["arn"]
    )
    assert writers(here, world) == [secondary["arn"]]
    client(emulator, "rds", OTHER_REGION).failover_global_cluster(
        GlobalClusterIdentifier="world", TargetDbClusterIdentifier=primary["arn"], AllowDataLoss=True
    )
    read = here.provider.read("aws_rds_global_cluster", world)
    config = {"global_cluster_identifier": "world", "engine": "aurora-postgresql", "storage_encrypted": True}
    newer = here.update("aws_rds_global_cluster", read or {}, **config, engine_version="16.9", tags={"Name": "world"})
    assert newer["engine_version_actual"] == "16.9"
    assert newer["tags_all"] == {"Name": "world", "Project": "orders"}
    newest = here.update("aws_rds_global_cluster", newer, **config, engine_version="17.5")
    here.assert_imports("aws_rds_global_cluster", "world", newest, "force_destroy")
    with refused("InvalidGlobalClusterStateFault"):
        client(emulator, "rds").delete_db_cluster(DBClusterIdentifier="one", SkipFinalSnapshot=True)
    for side, name in ((there, "two"), (here, "one")):
        side.delete("aws_rds_cluster_instance", member(side, name))
    there.delete("aws_rds_cluster", secondary)
    here.delete("aws_rds_cluster", primary)
    here.assert_goes("aws_rds_global_cluster", newest)


def member(driver: Driver, name: str) -> dict[str, Any]:
    imported = driver.provider.import_state("aws_rds_cluster_instance", f"{name}-1")
    found = driver.provider.read("aws_rds_cluster_instance", imported)
    assert found is not None
    return found


def test_a_member_leaves_the_global_cluster(emulator: Sandbox) -> None:
    here, there, world, primary, secondary = global_parts(emulator)
    config = {**secondary_config(secondary["kms_key_id"]), "global_cluster_identifier": None}
    # As with `ignore_changes`, which the genuine provider's guide asks for: AWS fills it in.
    full = there.config("aws_rds_cluster", **config, replication_source_identifier=primary["arn"])
    planned = there.provider.plan("aws_rds_cluster", secondary, full).planned
    alone = there.provider.apply("aws_rds_cluster", secondary, planned, full)
    assert alone is not None
    assert not alone["global_cluster_identifier"]
    assert not alone["replication_source_identifier"]
    assert [
        one["db_cluster_arn"]
        for one in (here.provider.read("aws_rds_global_cluster", world) or {})["global_cluster_members"]
    ] == [primary["arn"]]
    joined = there.config("aws_rds_cluster", **{**config, "global_cluster_identifier": "world"})
    planned = there.provider.plan("aws_rds_cluster", alone, joined).planned
    with pytest.raises(ProviderError, match="cannot be added to an existing RDS Global Cluster"):
        there.provider.apply("aws_rds_cluster", alone, planned, joined)


def test_global_cluster_around_an_existing_one(driver: Driver, emulator: Sandbox) -> None:
    first = cluster(driver, database_name="orders", **OWN_PASSWORD)
    config: dict[str, Any] = {"global_cluster_identifier": "world", "source_db_cluster_identifier": first["arn"]}
    world = driver.create("aws_rds_global_cluster", **config, force_destroy=True)
    assert (world["engine"], world["storage_encrypted"]) == ("aurora-postgresql", True)
    protected = driver.update("aws_rds_global_cluster", world, **config, force_destroy=True, deletion_protection=True)
    open_again = driver.update("aws_rds_global_cluster", protected, **config, force_destroy=True)
    driver.assert_goes("aws_rds_global_cluster", open_again)
    driver.delete("aws_rds_cluster", first)


def test_dual_stack(driver: Driver, emulator: Sandbox) -> None:
    vpc = driver.create("aws_vpc", cidr_block="10.0.0.0/16", assign_generated_ipv6_cidr_block=True)
    block = vpc["ipv6_cidr_block"].removesuffix("00::/56")
    ids = []
    for number, zone in enumerate("ab"):
        config = {"vpc_id": vpc["id"], "cidr_block": f"10.0.{number}.0/24", "availability_zone": REGION + zone}
        six = {"ipv6_cidr_block": f"{block}{number:02x}::/64", "assign_ipv6_address_on_creation": True}
        ids.append(driver.create("aws_subnet", **config, **six)["id"])
    group = driver.create("aws_db_subnet_group", name="demo", subnet_ids=ids)
    assert sorted(group["supported_network_types"]) == ["DUAL", "IPV4"]
    state = cluster(driver, db_subnet_group_name="demo", network_type="DUAL")
    back = driver.update("aws_rds_cluster", state, **cluster_config(db_subnet_group_name="demo", network_type="IPV4"))
    assert back["network_type"] == "IPV4"


def test_dual_needs_subnets_with_ipv6(driver: Driver, emulator: Sandbox) -> None:
    driver.create("aws_db_subnet_group", name="demo", subnet_ids=subnets(driver))
    full = driver.config("aws_rds_cluster", **cluster_config(db_subnet_group_name="demo", network_type="DUAL"))
    planned = driver.provider.plan("aws_rds_cluster", None, full).planned
    with pytest.raises(ProviderError, match="DUAL"):
        driver.provider.apply("aws_rds_cluster", None, planned, full)


def test_instance_certificate_monitoring_and_insights(driver: Driver, emulator: Sandbox) -> None:
    insights: dict[str, Any] = {"database_insights_mode": "advanced", "performance_insights_enabled": True}
    config = cluster_config(**insights, performance_insights_retention_period=465, enable_http_endpoint=True)
    state = driver.create("aws_rds_cluster", **config)
    first = instance(
        driver,
        ca_cert_identifier="rds-ca-rsa4096-g1",
        monitoring_interval=15,
        monitoring_role_arn=ROLE,
        performance_insights_enabled=True,
        performance_insights_retention_period=465,
        apply_immediately=True,
    )
    assert first["ca_cert_identifier"] == "rds-ca-rsa4096-g1"
    assert first["performance_insights_kms_key_id"].startswith("arn:aws:kms:")
    plain = cluster_config(database_insights_mode="standard")  # what is left out is turned off
    state = driver.update("aws_rds_cluster", state, **plain)
    assert (state["enable_http_endpoint"], state["performance_insights_enabled"]) == (False, False)
    iops = driver.update("aws_rds_cluster", state, **plain, storage_type="aurora-iopt1")
    assert iops["storage_type"] == "aurora-iopt1"
    back = driver.update("aws_rds_cluster", iops, **plain, storage_type="aurora")
    assert not back["storage_type"]


def test_minimum_capacity_leaves_zero(driver: Driver, emulator: Sandbox) -> None:
    zero = [{"min_capacity": 0, "max_capacity": 4, "seconds_until_auto_pause": 600}]
    state = cluster(driver, serverlessv2_scaling_configuration=zero)
    half = [{"min_capacity": 0.5, "max_capacity": 4}]
    state = driver.update("aws_rds_cluster", state, **cluster_config(serverlessv2_scaling_configuration=half))
    assert not state["serverlessv2_scaling_configuration"][0]["seconds_until_auto_pause"]
