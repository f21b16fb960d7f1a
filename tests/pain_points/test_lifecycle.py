"""Keys, names, what waits, and adoption: 27, 33, 35, 36; and 21 and 22 with AWS's own answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.harness import REGION, Aurora
from tests.pain_points.rendered import files_of, resources
from tests.sandbox.adopted import Others
from tests.sandbox.aws_view import Seen, changing_calls, last_call, spec_file
from tests.unit.spec_cases import problems

sandbox = pytest.mark.sandbox
WINDOW = "sun:05:00-sun:06:00"


@pytest.fixture(scope="module")
def key(aurora: Aurora) -> str:
    """ARN of a KMS key, called `alias/shop`."""
    aurora.ok("sandbox", "start")
    kms = aurora.client("kms")
    arn = str(kms.create_key()["KeyMetadata"]["Arn"])
    kms.create_alias(AliasName="alias/shop", TargetKeyId=arn)
    return arn


@pytest.fixture(scope="module")
def shop(aurora: Aurora, key: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a cluster that is encrypted with an alias's key, and whose changes wait for the window."""
    file = spec_file(
        tmp_path_factory.mktemp("specs"),
        name="shop",
        instances={"class": "db.r6g.large"},
        encryption={"kms_key": "alias/shop"},
        maintenance={"window": WINDOW, "apply_immediately": False},
    )
    aurora.ok("create", "-f", str(file), "--yes")
    return file


def in_state(aurora: Aurora, name: str) -> dict[str, Any]:
    (found,) = [r for r in aurora.state(name)["resources"] if r["type"] == "aws_rds_cluster"]
    attributes: dict[str, Any] = found["instances"][0]["attributes"]
    return attributes


@sandbox
def test_pain_35_an_alias_is_resolved_once_and_its_arn_is_kept(aurora: Aurora, shop: Path, key: str) -> None:
    assert aurora.cluster("shop")["KmsKeyId"] == in_state(aurora, "shop")["kms_key_id"] == key
    assert aurora.run("plan", "shop", "--exit-code").status == 0
    kms = aurora.client("kms")
    kms.update_alias(AliasName="alias/shop", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    assert aurora.run("plan", "shop", "--exit-code").status == 0, "an alias that moves on replaces nothing"


@sandbox
@pytest.mark.parametrize("part", ["id", "arn"])
def test_pain_35_the_id_and_the_arn_of_the_key_are_the_same_key(
    aurora: Aurora, shop: Path, key: str, part: str
) -> None:
    named = key if part == "arn" else key.rpartition("/")[2]
    plan = aurora.json("plan", "shop", "--set", f"encryption.kms_key={named}")
    kinds = ("add", "change", "destroy", "create", "update", "replace", "delete")
    assert plan["summary"] == dict.fromkeys(kinds, 0)


@sandbox
def test_pain_21_aws_reports_three_zones_and_nothing_differs(aurora: Aurora, shop: Path) -> None:
    assert len(aurora.cluster("shop")["AvailabilityZones"]) == 3
    filters = [{"Name": "tag:aurora-cli:cluster", "Values": ["shop"]}]
    assert len(Seen(aurora).ec2.describe_subnets(Filters=filters)["Subnets"]) == 2
    assert aurora.run("plan", "shop", "--exit-code").status == 0


@sandbox
def test_pain_33_what_waits_is_said_with_the_window_that_it_waits_for(aurora: Aurora, shop: Path) -> None:
    done = aurora.json("apply", "shop", "--set", "instances.class=db.r7g.large", "--yes")
    assert aurora.instances("shop")["shop-1"]["DBInstanceClass"] == "db.r6g.large", "the premise: it waits"
    said = " ".join(done["warnings"])
    assert f"DBInstanceClass db.r7g.large of shop-1 is pending until the maintenance window, {WINDOW} UTC" in said
    (instance,) = aurora.json("status", "shop")["instances"]
    assert (instance["pending"], instance["maintenance_window"]) == ({"DBInstanceClass": "db.r7g.large"}, WINDOW)
    assert aurora.run("wait", "shop", "--for", "in-sync", "--timeout", "1s").status == 6


@sandbox
def test_pain_33_maintenance_that_aws_has_waiting_is_in_the_status(aurora: Aurora, shop: Path) -> None:
    target = aurora.json("--region", REGION, "engines", "postgres")["versions"]
    runs = aurora.cluster("shop")["EngineVersion"]
    newer = next((v["minor"] for v in target if v["version"] == runs and v["minor"]), None)
    rds = aurora.client("rds")
    if newer:
        rds.modify_db_cluster(DBClusterIdentifier="shop", EngineVersion=newer[-1], ApplyImmediately=False)
    rds.modify_db_instance(
        DBInstanceIdentifier="shop-1", CACertificateIdentifier="rds-ca-rsa4096-g1", ApplyImmediately=False
    )
    status = aurora.json("status", "shop")
    actions = {(a["resource"], a["action"]) for a in status["upkeep"]["actions"]}
    assert ("shop-1", "ca-certificate-rotation") in actions
    assert (("shop", "db-upgrade") in actions) is bool(newer)
    text = " ".join(aurora.ok("status", "shop").out.split())
    assert "AWS maintenance is pending for shop-1" in text
    assert f"maintenance {WINDOW} UTC, next" in text


@sandbox
def test_pain_22_given_subnets_of_one_zone_are_refused_with_the_zone_before_anything_is_made(
    aurora: Aurora, shop: Path
) -> None:
    ec2 = aurora.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}a")["Subnet"]
        for n in (1, 2)
    ]
    subnets = [subnet["SubnetId"] for subnet in made]
    mark = last_call(aurora)
    words = [word for subnet in subnets for word in ("--subnet-id", subnet)]
    refused = aurora.run(
        "--region", REGION, "create", "narrow", "--engine", "postgres", "--vpc-id", vpc, *words, "--yes"
    )
    assert refused.status != 0
    assert "these are all in eu-west-1a" in " ".join(refused.err.split())
    assert changing_calls(aurora, mark) == []


@sandbox
def test_pain_27_an_adopted_cluster_keeps_its_final_snapshot(aurora: Aurora, shop: Path) -> None:
    Others(aurora).by_hand("found")
    aurora.ok("--region", REGION, "adopt", "found", "--yes")
    state = in_state(aurora, "found")
    assert (state["skip_final_snapshot"], state["delete_automated_backups"]) == (False, False)
    done = aurora.json("destroy", "found", "--confirm", "found")
    assert done["final_snapshot_identifier"] in Seen(aurora).snapshots("found")


def test_pain_36_names_are_the_clusters_with_a_key_and_nothing_is_created_before_it_is_destroyed() -> None:
    found = resources("aws_rds_cluster_instance", {"instances.readers": 2, "instances.class": "db.r7g.large"})
    assert [block.attributes["identifier"] for block in found] == ['"${local.name}-${each.key}"']
    for block in [*found, *resources("aws_rds_cluster")]:
        assert not {"identifier_prefix", "cluster_identifier_prefix"} & set(block.attributes)
        for lifecycle in block.nested("lifecycle"):
            assert "create_before_destroy" not in lifecycle.attributes
    other = {"instances.readers": 2, "instances.class": "db.r7g.xlarge"}
    assert [b.attributes["identifier"] for b in resources("aws_rds_cluster_instance", other)] == [
        block.attributes["identifier"] for block in found
    ]
    assert "create_before_destroy = true" in files_of()["parameters.tf"], "groups of a new family, alone"


def test_pain_36_a_name_that_would_be_too_long_is_refused_up_front() -> None:
    (found,) = [p for p in problems({"name": "a" * 62}) if p.severity == "error"]
    assert "may have 63 characters, so this name may have 61" in found.message
