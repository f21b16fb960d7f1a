"""What the guard stops, what a name lets through, and what a plan says about restarts and failovers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.harness import Aurora
from tests.sandbox.aws_view import Seen, changing_calls, last_call, spec_file

pytestmark = pytest.mark.sandbox
CLUSTER, FIRST = "aws_rds_cluster.this", 'aws_rds_cluster_instance.this["1"]'
SECOND = 'aws_rds_cluster_instance.this["2"]'
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture(scope="module")
def guarded(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production cluster with one reader, and its file."""
    file = spec_file(
        tmp_path_factory.mktemp("specs"),
        name="guarded",
        preset="production",
        database="orders",
        network={"allow": ["10.0.0.0/16"]},
    )
    aurora.ok("create", "-f", str(file), "--yes")
    return file


def findings(review: Any, effect: str) -> dict[str, dict[str, Any]]:
    """Findings of one effect, by address."""
    return {f["address"]: f for f in review["findings"] if f["effect"] == effect}


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        (("--username", "other"), "master_username"),
        (("--database", "other"), "database_name"),
        (("--set", f"encryption.kms_key={KEY}"), "kms_key_id"),
    ],
)
def test_what_would_replace_the_cluster_is_refused(
    aurora: Aurora, guarded: Path, change: tuple[str, ...], attribute: str
) -> None:
    before, calls = Seen(aurora).cluster("guarded")["DbClusterResourceId"], last_call(aurora)
    refused = aurora.run("apply", "-f", str(guarded), *change, "--yes", "-o", "json")
    assert refused.status == 9
    error = refused.data["error"]
    assert error["code"] == "guard"
    assert f"--allow '{CLUSTER}'" in error["hint"]
    stopped = {f["address"]: f["text"] for f in error["details"]["findings"]}
    assert f"because {attribute} cannot change in place" in stopped[CLUSTER]
    assert "is the writer" in stopped[FIRST]
    assert changing_calls(aurora, calls) == []
    assert Seen(aurora).cluster("guarded")["DbClusterResourceId"] == before


def test_a_refused_change_leaves_the_stack_as_it_was(aurora: Aurora, guarded: Path) -> None:
    rendered = aurora.home / "sandbox" / "stacks" / "guarded" / "terraform" / "cluster.tf"
    before = rendered.read_text()
    assert "prevent_destroy = true" in before
    assert aurora.run("apply", "-f", str(guarded), "--username", "other", "--yes").status == 9
    assert rendered.read_text() == before
    assert aurora.run("plan", "guarded", "--exit-code").status == 0
    assert aurora.json("history", "guarded")["operations"][-1]["outcome"] == "refused"


def test_a_plan_shows_what_the_guard_would_stop(aurora: Aurora, guarded: Path) -> None:
    shown = aurora.run("plan", "-f", str(guarded), "--username", "other", "--exit-code", "-o", "json")
    assert shown.status == 7
    assert shown.data["summary"]["replace"] == 3
    lost = findings(shown.data, "lost")
    assert lost[CLUSTER]["refused"] is True
    assert lost[CLUSTER]["allowed"] is False
    text = aurora.ok("plan", "-f", str(guarded), "--username", "other").out
    assert "master user: postgres → other" in text
    assert f"--allow '{CLUSTER}'" in text


def test_restarts_and_failovers_are_told_beforehand(aurora: Aurora, guarded: Path) -> None:
    rolling = aurora.json("plan", "guarded", "--class", "db.r7g.xlarge")
    steps = [step["text"] for step in rolling["sequence"]]
    assert steps[1] == "Fail over to guarded-2" and rolling["sequence"][1]["interruption"]
    assert [text[:16] for text in (steps[0], steps[2])] == ["Change guarded-2", "Change guarded-1"]
    plan = aurora.json("plan", "guarded", "--class", "db.r7g.xlarge", "--in-place")
    assert plan["sequence"] == []
    assert plan["summary"] == {
        "add": 0,
        "change": 2,
        "destroy": 0,
        "create": 0,
        "update": 2,
        "replace": 0,
        "delete": 0,
    }
    assert "fail over" in findings(plan, "failover")[FIRST]["text"]
    assert "guarded-2 (reader) restarts" in findings(plan, "restart")[SECOND]["text"]
    assert not any(f["refused"] for f in plan["findings"])


def test_less_backup_and_an_open_port_are_told(aurora: Aurora, guarded: Path) -> None:
    words = ("--set", "backup.retention=7d", "--set", "network.allow_from_anywhere=true", "--allow-cidr", "0.0.0.0/0")
    plan = aurora.json("plan", "guarded", *words)
    assert "older than 7 days" in findings(plan, "lost")[CLUSTER]["text"]
    assert (
        "every address" in findings(plan, "exposed")['aws_vpc_security_group_ingress_rule.allow["0.0.0.0/0"]']["text"]
    )


def test_the_last_reader_of_production_stays(aurora: Aurora, guarded: Path) -> None:
    calls = last_call(aurora)
    refused = aurora.run("scale", "guarded", "--readers", "0", "--yes", "-o", "json")
    assert refused.status == 9
    assert f"--allow '{SECOND}'" in refused.data["error"]["hint"]
    assert changing_calls(aurora, calls) == []
    assert len(Seen(aurora).instances("guarded")) == 2


def test_a_wrong_address_allows_nothing(aurora: Aurora, guarded: Path) -> None:
    calls = last_call(aurora)
    wrong = aurora.run("scale", "guarded", "--readers", "0", "--yes", "--allow", "aws_rds_cluster_instance.other")
    assert wrong.status == 2
    assert "aws_rds_cluster_instance.other" in wrong.err
    assert changing_calls(aurora, calls) == []
    another = aurora.run("scale", "guarded", "--readers", "0", "--yes", "--allow", CLUSTER)
    assert another.status in (2, 9)
    assert changing_calls(aurora, calls) == []


def test_applying_a_file_spares_the_writer_of_the_moment(aurora: Aurora, guarded: Path) -> None:
    seen = Seen(aurora)
    aurora.ok("scale", "guarded", "--readers", "2", "--yes")
    seen.rds.failover_db_cluster(DBClusterIdentifier="guarded", TargetDBInstanceIdentifier="guarded-3")
    aurora.ok("apply", "-f", str(guarded), "--readers", "1", "--yes")
    assert set(seen.instances("guarded")) == {"guarded-1", "guarded-3"}
    assert seen.writer("guarded") == "guarded-3"
    assert aurora.run("plan", "guarded", "--exit-code").status == 0


def test_the_named_loss_of_the_last_reader_goes_through(aurora: Aurora, guarded: Path) -> None:
    first = 'aws_rds_cluster_instance.this["1"]'
    refused = aurora.run("scale", "guarded", "--readers", "0", "--yes", "-o", "json")
    assert refused.status == 9
    assert [f["address"] for f in refused.data["error"]["details"]["findings"]] == [first]
    as_before = "aws_rds_cluster_instance.first"  # scripts name it so
    aurora.ok("scale", "guarded", "--readers", "0", "--yes", "--allow", as_before)
    assert set(Seen(aurora).instances("guarded")) == {"guarded-3"}
    assert Seen(aurora).writer("guarded") == "guarded-3"


def test_a_protected_cluster_is_not_replaced_even_by_name(aurora: Aurora, guarded: Path) -> None:
    words = ("apply", "guarded", "--username", "other", "--yes", "--allow", CLUSTER)
    calls = last_call(aurora)
    refused = aurora.run(*words)
    assert refused.status == 9
    assert "protects" in refused.err
    assert changing_calls(aurora, calls) == []
    aurora.ok("apply", "guarded", "--set", "deletion_protection=false", "--yes")
    old = Seen(aurora).cluster("guarded")["DbClusterResourceId"]
    aurora.ok(*words)
    made = Seen(aurora).cluster("guarded")
    assert made["DbClusterResourceId"] != old
    assert made["MasterUsername"] == "other"
    assert aurora.run("plan", "guarded", "--exit-code").status == 0


def test_each_replacement_keeps_a_snapshot_of_its_own(aurora: Aurora, guarded: Path) -> None:
    seen = Seen(aurora)
    first = seen.snapshots("guarded")
    assert len(first) == 1
    aurora.ok("apply", "guarded", "--username", "third", "--yes", "--allow", CLUSTER)
    second = seen.snapshots("guarded")
    assert set(first) < set(second)
    assert len(second) == 2
    assert aurora.run("plan", "guarded", "--exit-code").status == 0


def test_a_snapshot_name_that_is_taken_is_said_before_anything_goes(aurora: Aurora, guarded: Path) -> None:
    seen = Seen(aurora)
    state = aurora.state("guarded")["resources"]
    cluster = next(r for r in state if r["type"] == "aws_rds_cluster")["instances"][0]["attributes"]
    name = cluster["final_snapshot_identifier"]
    assert name not in seen.snapshots("guarded")
    seen.rds.create_db_cluster_snapshot(DBClusterIdentifier="guarded", DBClusterSnapshotIdentifier=name)
    calls = last_call(aurora)
    refused = aurora.run("apply", "guarded", "--username", "fourth", "--yes", "--allow", CLUSTER)
    assert refused.status == 1
    assert name in refused.err
    assert "delete-db-cluster-snapshot" in refused.err
    assert changing_calls(aurora, calls) == []
    done = aurora.json("destroy", "guarded", "--confirm", "guarded")
    assert done["final_snapshot_identifier"] != name
    assert {name, done["final_snapshot_identifier"]} <= set(seen.snapshots("guarded"))
