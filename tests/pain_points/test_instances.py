"""Instances, classes and roles: 10 to 12 and 14 to 16; and moves between ways of declaring instances."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.operations.preflight.orderable import breaches
from aurora_cli.spec.facts.tables import table
from aurora_cli.terraform.diagnostics.explain import explain
from aurora_cli.terraform.output.events import Diagnostic
from tests.harness import Aurora
from tests.observe import watched
from tests.pain_points.rendered import cluster, files_of, resources
from tests.sandbox.aws_view import changing_calls, last_call, spec_file
from tests.unit.spec_cases import resolved
from tests.unit.test_operations_orderable import offers

sandbox = pytest.mark.sandbox
LATENCY_S = 0.7
EVERY = {"deletion_protection": False, "instances": {"class": "db.r6g.large", "readers": 1}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the spec files are."""
    return tmp_path_factory.mktemp("specs")


@pytest.fixture(scope="module")
def shop(aurora: Aurora, folder: Path) -> Aurora:
    """The command, with a writer and a reader."""
    aurora.ok("create", "-f", str(spec_file(folder, name="shop", **EVERY)), "--yes")
    return aurora


def roles(aurora: Aurora) -> dict[str, str]:
    """Role by instance, as `status` says."""
    return {i["id"]: i["role"] for i in aurora.json("status", "shop")["instances"]}


@sandbox
def test_pain_12_the_writer_is_the_instance_that_the_spec_means_and_names_say_no_role(
    shop: Aurora, folder: Path
) -> None:
    assert roles(shop) == {"shop-1": "writer", "shop-2": "reader"}
    instances = {"class": "db.r7g.large", "readers": 1, "overrides": {"1": {"promotion_tier": 5}}}
    file = spec_file(folder, name="luck", **{**EVERY, "instances": instances})
    plan = shop.json("create", "-f", str(file), "--dry-run")
    assert plan["steps"] == ["Fail over to luck-2, if AWS makes another instance the writer: some seconds."]
    since = last_call(shop)
    shop.ok("create", "-f", str(file), "--yes")
    assert shop.writer("luck") == "luck-2", "AWS, as the sandbox has it, had made luck-1 the writer"
    assert [call for call in changing_calls(shop, since) if "DBInstance" in call or "Failover" in call] == [
        *2 * ["CreateDBInstance"],
        "FailoverDBCluster",
    ]
    shop.ok("failover", "luck", "--to", "luck-1", "--yes")
    assert shop.json("apply", "-f", str(file), "--yes")["changed"] is False
    assert shop.writer("luck") == "luck-1", "only a new cluster is arranged so"
    members = {m["DBInstanceIdentifier"]: m["PromotionTier"] for m in shop.cluster("shop")["DBClusterMembers"]}
    assert members == {"shop-1": 0, "shop-2": 1}


@sandbox
def test_pain_10_a_class_change_takes_one_instance_at_a_time(shop: Aurora) -> None:
    """The walk itself, with what is away at the same time, is in tests/sandbox/test_operations_scale.py."""
    plan = shop.json("scale", "shop", "--class", "db.r7g.large", "--dry-run")
    names = [s["name"] for s in plan["sequence"]]
    assert names == ["resize shop-2", "failover shop-2", "resize shop-1", "settle"]
    said = [s["interruption"] or "" for s in plan["sequence"]]
    assert "the other instances keep serving" in said[0]
    assert "Writes stop for some seconds" in said[1]


@sandbox
def test_pain_10_a_file_with_another_class_takes_the_rolling_way(shop: Aurora, folder: Path) -> None:
    file = spec_file(folder, name="shop", **{**EVERY, "instances": {"class": "db.r7g.large", "readers": 1}})
    plan = shop.json("plan", "-f", str(file))
    names = [s["name"] for s in plan["sequence"]]
    assert names == ["resize shop-2", "failover shop-2", "resize shop-1", "settle"]
    assert not any(f["effect"] in ("restart", "failover") for f in plan["findings"]), "steps say it, one by one"


@sandbox
def test_pain_11_scaling_down_never_takes_the_writer(shop: Aurora) -> None:
    shop.client("rds").failover_db_cluster(DBClusterIdentifier="shop", TargetDBInstanceIdentifier="shop-2")
    assert roles(shop) == {"shop-2": "writer", "shop-1": "reader"}, "roles come from AWS, and names stay"
    with watched(shop, "shop") as seen:
        shop.ok("scale", "shop", "--readers", "0", "--yes")
    assert seen.calls == [("DeleteDBInstance", "shop-1")]
    assert shop.writer("shop") == "shop-2"
    mark = last_call(shop)
    assert shop.run("apply", "shop", "--set", "instances.readers=-1", "--yes").status == 2
    assert changing_calls(shop, mark) == []
    assert all("count" not in r.attributes for r in resources("aws_rds_cluster_instance", {"instances.readers": 2}))


@sandbox
def test_pain_14_a_lone_writer_is_told_and_ha_puts_a_reader_in_another_zone(shop: Aurora, folder: Path) -> None:
    assert "no failover target" in " ".join(shop.json("status", "shop")["warnings"])
    file = spec_file(folder, name="shop", **{**EVERY, "instances": {"class": "db.r6g.large"}})
    shop.ok("apply", "-f", str(file), "--ha", "--yes")
    zones = {i["AvailabilityZone"] for i in shop.instances("shop").values()}
    assert len(zones) == 2
    after = shop.json("status", "shop")
    assert {i["role"] for i in after["instances"]} == {"writer", "reader"}
    assert "no failover target" not in " ".join(after["warnings"])


@sandbox
@pytest.mark.parametrize(
    "moved",
    [
        {"instances": {"class": "db.r6g.large", "readers": 1}},
        {"instances": {"readers": 1, "class": "db.r6g.large", "overrides": {"2": {"class": "db.r6g.large"}}}},
    ],
    ids=["readers", "overrides"],
)
def test_pain_from_cdk_another_way_to_declare_the_same_instances_changes_nothing(
    shop: Aurora, folder: Path, moved: dict[str, Any]
) -> None:
    file = spec_file(folder, name="shop", **{**EVERY, **moved})
    plan = shop.json("apply", "-f", str(file), "--dry-run")
    kinds = ("add", "change", "destroy", "create", "update", "replace", "delete")
    assert plan["summary"] == dict.fromkeys(kinds, 0)


def test_pain_from_cdk_a_reader_of_its_own_kind_keeps_address_and_name() -> None:
    alike = files_of({"instances.readers": 2, "instances.class": "db.r7g.large"})
    own = files_of(
        {"instances.readers": 2, "instances.class": "db.r7g.large", "instances.overrides.3.class": "db.r7g.xlarge"}
    )
    differing = {name for name in alike if alike[name] != own[name]}
    assert differing == {"instances.tf"}
    lines = zip(alike["instances.tf"].splitlines(), own["instances.tf"].splitlines(), strict=True)
    assert [after.split("=")[0].strip() for before, after in lines if before != after] == ["class"]


def test_pain_15_class_version_and_region_are_asked_of_aws_before_the_plan() -> None:
    wanted = {"instances.class": "db.r5.large", "instances.readers": 1}
    ((path, message, hint),) = breaches(resolved(wanted).spec, offers("db.r6g.large", "db.r7g.large"))
    assert path == "instances.class"
    assert message == "db.r5.large cannot be ordered with aurora-postgresql 17.7 in eu-west-1"
    assert "db.r6g.large" in (hint or "")
    assert str(table("classes")["read"]).startswith("20"), "the packaged table says of which day it is"


def test_pain_16_storage_that_is_not_auroras_is_never_rendered_and_the_message_is_translated() -> None:
    for changes in ({}, {"storage": "aurora-iopt1"}):
        attributes = cluster(changes).attributes
        assert not {"allocated_storage", "iops", "db_cluster_instance_class"} & set(attributes)
        assert attributes["storage_type"] in ('"aurora"', '"aurora-iopt1"')
    said = "InvalidParameterValue: DBClusterInstanceClass isn't supported for DB engine aurora-postgresql"
    error = explain([Diagnostic("error", "creating RDS Cluster", said)])
    assert "allocated storage, IOPS or a storage type that is not Aurora's" in error.message
    assert "Remove allocated_storage, iops" in (error.hint or "")
