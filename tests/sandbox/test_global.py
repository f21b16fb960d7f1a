"""A global database in the sandbox: made, planned again (nothing to do), changed, handed over, destroyed in AWS's order."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Aurora
from tests.observe import slowly, watched

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
EXAMPLES = Path(__file__).parents[2] / "examples"
LATENCY_S = 0.6
HOME, FRANKFURT, VIRGINIA = "eu-west-1", "eu-central-1", "us-east-1"
PLAIN = "name: shop\nregion: eu-west-1\nengine: postgres\ninstances: {class: db.r7g.large}\nlogs: {exports: []}\n"


@pytest.fixture
def clean(aurora: Aurora) -> Iterator[Aurora]:
    """The command; what a test leaves behind goes afterwards, in all Regions."""
    yield aurora
    aurora.ok("sandbox", "reset", "--yes")


def clusters(aurora: Aurora, region: str) -> dict[str, dict[str, Any]]:
    found = aurora.client("rds", region).describe_db_clusters()["DBClusters"]
    return {cluster["DBClusterIdentifier"]: cluster for cluster in found}


def members(aurora: Aurora) -> dict[str, dict[str, Any]]:
    (database,) = aurora.client("rds").describe_global_clusters()["GlobalClusters"]
    return {member["DBClusterArn"].split(":")[3]: member for member in database["GlobalClusterMembers"]}


def plan_is_empty(aurora: Aurora, name: str) -> bool:
    return aurora.run("plan", name, "--exit-code").status == 0


def snapshots(aurora: Aurora, region: str) -> list[str]:
    found = aurora.client("rds", region).describe_db_cluster_snapshots()["DBClusterSnapshots"]
    return [snapshot["DBClusterIdentifier"] for snapshot in found]


def holds(folder: Path, text: str) -> bool:
    """Whether a file under the folder holds the text, packed plans aside."""
    found = subprocess.run(["grep", "-rlaF", "--", text, str(folder)], capture_output=True, text=True, check=False)
    return bool(found.stdout)


def test_a_global_database_is_made_changed_and_destroyed(clean: Aurora) -> None:
    report = clean.json("create", "-f", str(EXAMPLES / "global.yaml"), "--yes")
    roles = {region["region"]: (region["role"], region["instances"]) for region in report["global"]["regions"]}
    assert roles == {HOME: ("primary", 2), FRANKFURT: ("secondary", 2), VIRGINIA: ("secondary", 0)}
    found = members(clean)
    assert {region: member["IsWriter"] for region, member in found.items()} == {
        HOME: True,
        FRANKFURT: False,
        VIRGINIA: False,
    }
    assert found[FRANKFURT]["GlobalWriteForwardingStatus"] == "enabled"
    assert clusters(clean, VIRGINIA)["shop-us-east-1"]["DBClusterMembers"] == []
    assert f":kms:{FRANKFURT}:" in clusters(clean, FRANKFURT)["shop-eu-central-1"]["KmsKeyId"]
    assert report["global"]["writer"]["host"] in report["connect"]
    assert plan_is_empty(clean, "shop")
    _the_password_is_in_the_secret_alone(clean, report["secret_arn"])
    clean.ok("apply", "shop", "--set", "global.regions.us-east-1.headless=false", "--yes")
    assert len(clusters(clean, VIRGINIA)["shop-us-east-1"]["DBClusterMembers"]) == 1
    assert plan_is_empty(clean, "shop")
    clean.ok("destroy", "shop", "--confirm", "shop")
    assert [clusters(clean, region) for region in (HOME, FRANKFURT, VIRGINIA)] == [{}, {}, {}]
    assert clean.client("rds").describe_global_clusters()["GlobalClusters"] == []
    assert [snapshots(clean, region) for region in (HOME, FRANKFURT, VIRGINIA)] == [["shop"], [], []]


def _the_password_is_in_the_secret_alone(aurora: Aurora, arn: str) -> None:
    value = json.loads(aurora.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    assert (value["username"], len(value["password"])) == ("postgres", 32)
    assert not holds(aurora.home, value["password"])
    copies = aurora.client("secretsmanager", VIRGINIA).list_secrets()["SecretList"]
    assert [copy["Name"] for copy in copies] == [arn.rpartition(":")[2].rpartition("-")[0]]
    assert "MasterUserSecret" not in aurora.cluster("shop")


def test_after_a_switchover_a_plan_changes_nothing_and_the_newest_data_is_kept(clean: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(f"{PLAIN}global: {{regions: {{eu-central-1: {{instances: {{readers: 1}}}}}}}}\n")
    clean.ok("create", "-f", str(file), "--yes")
    done = clean.json("global", "switchover", "shop", "--to", FRANKFURT, "--yes")
    assert (done["changed"], done["previous_primary_region"], done["primary_region"]) == (True, HOME, FRANKFURT)
    assert members(clean)[FRANKFURT]["IsWriter"]
    assert plan_is_empty(clean, "shop")
    status = clean.json("status", "shop")
    assert status["global"]["primary_region"] == FRANKFURT
    assert any("The primary Region is now eu-central-1" in warning for warning in status["warnings"])
    again = clean.json("global", "switchover", "shop", "--to", FRANKFURT, "--yes")
    assert again["changed"] is False
    _an_operation_in_steps_spares_the_writer_too(clean)
    back = clean.run("global", "failover", "shop", "--to", HOME, "--confirm", "shop")
    assert back.status == 2 and "--allow-data-loss was not given" in back.err
    clean.ok("destroy", "shop", "--confirm", "shop")
    assert [clusters(clean, region) for region in (HOME, FRANKFURT)] == [{}, {}]
    assert [snapshots(clean, region) for region in (HOME, FRANKFURT)] == [[], ["shop-eu-central-1"]]


def _an_operation_in_steps_spares_the_writer_too(aurora: Aurora) -> None:
    """The writer of the global database is in another Region than the spec's own, and the record does not know it."""
    writer = "shop-eu-central-1-2"
    aurora.client("rds", FRANKFURT).failover_db_cluster(
        DBClusterIdentifier="shop-eu-central-1", TargetDBInstanceIdentifier=writer
    )
    record = aurora.home / "sandbox" / "stacks" / "shop" / "stack.json"
    known = record.read_text()
    values = json.loads(known)
    record.write_text(json.dumps({**values, "region_keys": [[FRANKFURT, ["1"]]]}))
    refused = aurora.run("scale", "shop", "--readers", "1", "--yes", "-o", "json")
    record.write_text(known)
    assert refused.status == 9
    (finding,) = [f for f in refused.data["error"]["details"]["findings"] if f["refused"]]
    assert finding["text"] == f"{writer} is the writer and would be deleted."
    assert writer in [
        i["DBInstanceIdentifier"] for i in aurora.client("rds", FRANKFURT).describe_db_instances()["DBInstances"]
    ]


def test_a_cluster_that_exists_becomes_global_and_a_region_goes_only_by_name(clean: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(PLAIN)
    clean.ok("create", "-f", str(file), "--yes")
    before = clean.cluster("shop")
    assert "MasterUserSecret" in before
    clean.ok("global", "add-region", "shop", FRANKFURT, "--headless", "--yes")
    assert clean.cluster("shop")["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert "MasterUserSecret" not in clean.cluster("shop")
    assert plan_is_empty(clean, "shop")
    going = clean.json("destroy", "shop", "--dry-run")["review"]["resource_changes"]
    assert {"aws_rds_cluster.this", "aws_rds_global_cluster.this"} <= {change["address"] for change in going}
    stopped = clean.run("global", "remove-region", "shop", FRANKFURT, "--yes")
    assert stopped.status == 9
    assert "The copy of the data in eu-central-1 (cluster shop-eu-central-1) would be deleted" in " ".join(
        stopped.err.split()
    )
    assert list(clusters(clean, FRANKFURT)) == ["shop-eu-central-1"]
    allowed = ("--allow", "module.eu_central_1.aws_rds_cluster.this")
    clean.ok("global", "remove-region", "shop", FRANKFURT, "--yes", *allowed)
    assert clusters(clean, FRANKFURT) == {}
    assert list(members(clean)) == [HOME]
    assert plan_is_empty(clean, "shop")
    clean.ok("destroy", "shop", "--confirm", "shop", "--skip-final-snapshot")
    assert clusters(clean, HOME) == {}


@pytest.mark.thorough
def test_a_clone_that_becomes_global_keeps_the_user_of_its_source(clean: Aurora, tmp_path: Path) -> None:
    boss, twin = tmp_path / "boss.yaml", tmp_path / "twin.yaml"
    boss.write_text(PLAIN + "username: boss\n")
    plain = PLAIN.replace("name: shop", "name: twin")
    clean.ok("create", "-f", str(boss), "--yes")
    twin.write_text(plain + "source: {clone: shop}\n")
    clean.ok("create", "-f", str(twin), "--yes")
    twin.write_text(plain + "global: {regions: {eu-central-1: {headless: true}}}\n")
    arn = clean.json("apply", "-f", str(twin), "--yes")["secret_arn"]
    assert clean.cluster("twin")["MasterUsername"] == "boss"
    first = _secret(clean, arn)
    assert first["username"] == "boss"
    assert plan_is_empty(clean, "twin")
    changed = clean.json("rotate-password", "twin", "--yes")
    second = _secret(clean, arn)
    assert (changed["username"], second["username"]) == ("boss", "boss")
    assert second["password"] != first["password"]
    assert plan_is_empty(clean, "twin")


@pytest.mark.thorough
def test_serverless_regions_forward_writes(clean: Aurora) -> None:
    clean.ok("create", "-f", str(EXAMPLES / "global-serverless.yaml"), "--yes")
    assert plan_is_empty(clean, "booking")
    there = clusters(clean, "eu-north-1")["booking-eu-north-1"]
    assert there["ServerlessV2ScalingConfiguration"]["MinCapacity"] == 2
    assert clean.cluster("booking")["LocalWriteForwardingStatus"] == "enabled"
    clean.ok("apply", "booking", "--set", "global.regions.eu-north-1.instances.readers=1", "--yes")
    assert len(clusters(clean, "eu-north-1")["booking-eu-north-1"]["DBClusterMembers"]) == 2
    assert plan_is_empty(clean, "booking")
    clean.ok("destroy", "booking", "--confirm", "booking", "--skip-final-snapshot")
    assert [clusters(clean, region) for region in (HOME, "eu-north-1")] == [{}, {}]


@pytest.mark.thorough
def test_a_class_changes_one_instance_at_a_time_in_every_region(clean: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(f"{PLAIN}global: {{regions: {{eu-central-1: {{instances: {{readers: 1}}}}}}}}\n")
    clean.ok("create", "-f", str(file), "--yes")
    with slowly(clean, LATENCY_S), watched(clean, "shop-eu-central-1", FRANKFURT) as seen:
        done = clean.json("scale", "shop", "--class", "db.r7g.xlarge", "--readers", "1", "--yes")
    names = ["shop-eu-central-1-2", "shop-eu-central-1-1", "shop-1"]
    assert [call for call in seen.calls if call[0] == "ModifyDBInstance"] == [("ModifyDBInstance", n) for n in names]
    assert frozenset({names[0]}) in seen.away, "the premise: an instance is away while its class changes"
    assert seen.most_away == 1
    assert [s["name"] for s in done["sequence"]] == [
        "add",
        *(f"resize {name}" for name in names[:2]),
        "failover shop-2",
        "resize shop-1",
        "settle",
    ]
    own = ("--set", "global.regions.eu-central-1.instances.class=db.r7g.2xlarge")
    with slowly(clean, LATENCY_S), watched(clean, "shop-eu-central-1", FRANKFURT) as seen:
        done = clean.json("apply", "shop", *own, "--yes")
    assert [s["name"] for s in done["sequence"]] == [*(f"resize {name}" for name in names[:2]), "settle"]
    assert seen.most_away == 1
    assert plan_is_empty(clean, "shop")


@pytest.mark.thorough
def test_a_made_password_is_made_anew(clean: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(f"{PLAIN}global: {{regions: {{eu-central-1: {{headless: true}}}}}}\n")
    arn = clean.json("create", "-f", str(file), "--yes")["secret_arn"]
    before = _password_in(clean, arn)
    done = clean.json("rotate-password", "shop", "--yes")
    assert (done["password"], done["version"], done["secret_arn"]) == ("managed", "2", arn)
    after = _password_in(clean, arn)
    assert after != before and not holds(clean.home, after)
    assert plan_is_empty(clean, "shop")
    clean.ok("destroy", "shop", "--confirm", "shop")
    assert [clusters(clean, region) for region in (HOME, FRANKFURT)] == [{}, {}]


def _secret(aurora: Aurora, arn: str) -> dict[str, str]:
    text = aurora.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    found: dict[str, str] = json.loads(text)
    return found


@pytest.mark.thorough
def test_a_scale_after_a_password_that_did_not_get_through_sends_no_empty_one(clean: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(f"{PLAIN}global: {{regions: {{eu-central-1: {{headless: true}}}}}}\n")
    arn = clean.json("create", "-f", str(file), "--yes")["secret_arn"]
    before = _password_in(clean, arn)
    clean.ok("sandbox", "faults", "add", "access_denied", "--service", "secretsmanager", "--action", "PutSecretValue")
    assert clean.run("rotate-password", "shop", "--yes").status != 0
    clean.ok("sandbox", "faults", "clear")
    clean.ok("scale", "shop", "--readers", "1", "--yes")
    assert len(_password_in(clean, arn)) == len(before)
    assert plan_is_empty(clean, "shop")


def test_a_secret_that_was_deleted_outside_is_made_again_with_a_password(clean: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(f"{PLAIN}global: {{regions: {{eu-central-1: {{headless: true}}}}}}\n")
    arn = clean.json("create", "-f", str(file), "--yes")["secret_arn"]
    before = _password_in(clean, arn)
    vault = clean.client("secretsmanager")
    vault.remove_regions_from_replication(SecretId=arn, RemoveReplicaRegions=[FRANKFURT])
    vault.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    report = clean.json("apply", "shop", "--yes")
    after = _password_in(clean, report["secret_arn"])
    assert len(after) == len(before) and after != before
    assert plan_is_empty(clean, "shop")


def _password_in(aurora: Aurora, arn: str) -> str:
    return _secret(aurora, arn)["password"]
