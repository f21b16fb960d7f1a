"""Scaling: one instance at a time, the writer last, never the writer removed; and what is said before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.terraform.runner import Terraform
from tests.harness import Aurora
from tests.observe import slowly, watched

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]
REGION = ("--region", "eu-west-1")
LATENCY_S = 0.7


FILE = """# demo
name: demo
engine: postgres
instances:
  class: db.t4g.medium  # enough for now
  readers: 2
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The spec file of the cluster."""
    path = tmp_path_factory.mktemp("specs") / "demo.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def demo(aurora: Aurora, file: Path) -> Aurora:
    """A cluster with two readers."""
    aurora.ok(*REGION, "create", "-f", str(file), "--yes")
    return aurora


def classes(aurora: Aurora) -> dict[str, str]:
    """Class by instance, as AWS has it."""
    return {name: i["DBInstanceClass"] for name, i in aurora.instances("demo").items()}


def counted_plans(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folder of each plan that Terraform makes from now on."""
    made: list[Path] = []
    plan = Terraform.plan

    def counting(self: Terraform, **options: Any) -> Plan:
        made.append(self.folder)
        return plan(self, **options)

    monkeypatch.setattr(Terraform, "plan", counting)
    return made


def test_a_class_changes_one_instance_at_a_time_and_the_writer_last(demo: Aurora) -> None:
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        done = demo.json("scale", "demo", "--class", "db.r7g.large", "--write", "--yes")
    assert seen.calls == [
        ("ModifyDBInstance", "demo-3"),
        ("ModifyDBInstance", "demo-2"),
        ("FailoverDBCluster", "demo-2"),
        ("ModifyDBInstance", "demo-1"),
    ]
    assert frozenset({"demo-1"}) in seen.away, "the premise: an instance is away while its class changes"
    assert seen.most_away == 1
    assert set(classes(demo).values()) == {"db.r7g.large"}
    assert demo.writer("demo") == "demo-2"
    assert [s["name"] for s in done["sequence"]] == [
        "resize demo-3",
        "resize demo-2",
        "failover demo-2",
        "resize demo-1",
        "settle",
    ]
    assert done["without_writer_s"] == done["sequence"][2]["elapsed_s"] >= LATENCY_S
    (line,) = done["spec_file"]["lines"]
    assert line == {"line": 5, "path": "instances.class", "says": "db.t4g.medium", "has": "db.r7g.large"}
    assert done["spec_file"]["written"] is True
    assert demo.run("plan", "demo", "--exit-code").status == 0


def test_write_has_brought_the_file_up_to_date_and_an_older_one_is_stopped(demo: Aurora, file: Path) -> None:
    assert file.read_text(encoding="utf-8") == FILE.replace("db.t4g.medium", "db.r7g.large")
    older = file.with_name("older.yaml")
    older.write_text(FILE, encoding="utf-8")
    stopped = demo.run(*REGION, "apply", "-f", str(older), "--yes", "-o", "json")
    assert stopped.status == 9
    assert stopped.data["error"]["code"] == "revert"
    said = "older.yaml:5 says class: db.t4g.medium; the cluster has db.r7g.large since 'scale' on 20"
    assert said in stopped.data["error"]["message"]
    assert set(classes(demo).values()) == {"db.r7g.large"}


def test_what_is_interrupted_is_said_before_it_starts(demo: Aurora) -> None:
    plan = demo.json("scale", "demo", "--class", "db.r7g.xlarge", "--dry-run")
    said = {s["name"]: s["interruption"] or "" for s in plan["sequence"]}
    assert "Connections to demo-3 end" in said["resize demo-3"]
    assert "Writes stop for some seconds" in said["failover demo-1"]
    assert not any(f["effect"] in ("restart", "failover") for f in plan["findings"]), "steps say it, one by one"
    assert plan["summary"]["update"] == 3
    assert set(classes(demo).values()) == {"db.r7g.large"}
    assert not (demo.home / "sandbox" / "stacks" / "demo" / "operation.json").exists()


def test_one_instance_becomes_serverless_and_provisioned_again(demo: Aurora) -> None:
    with slowly(demo, 0.5), watched(demo, "demo") as seen:
        demo.ok("scale", "demo", "--instance", "3", "--class", "db.serverless", "--acu", "0.5-4", "--yes")
    assert seen.calls == [("ModifyDBInstance", "demo-3")]
    assert classes(demo) == {"demo-1": "db.r7g.large", "demo-2": "db.r7g.large", "demo-3": "db.serverless"}
    demo.ok("scale", "demo", "--acu", "1-8", "--yes")
    capacity = demo.cluster("demo")["ServerlessV2ScalingConfiguration"]
    assert (capacity["MinCapacity"], capacity["MaxCapacity"]) == (1.0, 8.0)


def test_the_whole_cluster_becomes_serverless_the_same_way(demo: Aurora) -> None:
    writer = demo.writer("demo")
    readers = [n for n, class_ in classes(demo).items() if class_ != "db.serverless" and n != writer]
    with slowly(demo, 0.5), watched(demo, "demo") as seen:
        demo.ok("scale", "demo", "--class", "db.serverless", "--acu", "0.5-4", "--yes")
    actions = [action for action, _ in seen.calls]
    assert actions == [*["ModifyDBInstance"] * len(readers), "FailoverDBCluster", "ModifyDBInstance"]
    assert seen.calls[-1] == ("ModifyDBInstance", writer)
    assert seen.most_away == 1
    assert set(classes(demo).values()) == {"db.serverless"}


def test_in_place_takes_all_at_once_and_says_so(demo: Aurora, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = demo.writer("demo")
    words = ("scale", "demo", "--class", "db.r7g.large", "--in-place")
    plan = demo.json(*words, "--dry-run")
    assert "at the same time" in plan["sequence"][0]["interruption"]
    assert {f["effect"] for f in plan["findings"]} == {"restart", "failover"}
    plans = counted_plans(monkeypatch)
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        demo.ok(*words, "--yes")
    assert len(plans) == 1, "the plan that was shown is the one that is applied"
    assert {action for action, _ in seen.calls} == {"ModifyDBInstance"}
    assert len(seen.calls) == len([c for c in classes(demo).values() if c == "db.r7g.large"]) >= 2
    assert demo.writer("demo") == writer


@pytest.mark.thorough
def test_several_readers_change_at_the_same_time(demo: Aurora) -> None:
    writer, before = demo.writer("demo"), set(classes(demo))
    demo.ok("scale", "demo", "--readers", "4", "--yes")
    words = ("scale", "demo", "--class", "db.r7g.xlarge", "--parallel", "2")
    plan = demo.json(*words, "--dry-run")
    assert [s["name"].count("demo-") for s in plan["sequence"]] == [2, 1, 1, 1, 0]
    assert "in 15 to 30 minutes or so" in " ".join(plan["remarks"])
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        demo.ok(*words, "--yes")
    assert seen.most_away == 2
    assert seen.calls[-1] == ("ModifyDBInstance", writer)
    demo.ok("scale", "demo", "--readers", "2", "--class", "db.r7g.large", "--in-place", "--yes")
    demo.ok("failover", "demo", "--to", writer, "--yes")
    assert set(classes(demo)) == before


def test_the_last_serverless_instance_takes_the_range_with_it(demo: Aurora) -> None:
    plan = demo.json("scale", "demo", "--class", "db.r7g.xlarge", "--dry-run")
    assert "demo-3 keeps its own class db.serverless" in " ".join(plan["remarks"])
    demo.ok("scale", "demo", "--instance", "3", "--class", "db.r7g.large", "--yes")
    assert set(classes(demo).values()) == {"db.r7g.large"}
    spec = demo.json("spec", "show", "demo")["spec"]
    assert "acu" not in spec["instances"]
    assert "overrides" not in spec["instances"]


def test_readers_of_autoscaling_are_told_apart_and_left_alone(demo: Aurora) -> None:
    name = "application-autoscaling-1b2c"
    demo.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBClusterIdentifier="demo",
        DBInstanceClass="db.r7g.large",
        Engine="aurora-postgresql",
        PromotionTier=15,
    )
    status = {i["id"]: i for i in demo.json("status", "demo")["instances"]}
    assert status[name]["autoscaled"] is True
    assert status[name]["managed"] is False
    plan = demo.json("scale", "demo", "--readers", "1", "--dry-run")
    assert name in " ".join(plan["remarks"])
    writer = demo.writer("demo")
    with watched(demo, "demo") as seen:
        demo.ok("scale", "demo", "--readers", "1", "--yes")
    assert [a for a, _ in seen.calls] == ["DeleteDBInstance"]
    assert set(demo.instances("demo")) >= {name, writer}
    assert len(demo.instances("demo")) == 3
    demo.client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def test_a_single_instance_is_said_to_go_down(demo: Aurora) -> None:
    demo.ok("scale", "demo", "--readers", "0", "--yes")
    assert set(demo.instances("demo")) == {"demo-1"}
    plan = demo.json("scale", "demo", "--class", "db.r7g.xlarge", "--dry-run")
    assert "the only instance" in plan["sequence"][0]["interruption"]
    assert "--readers 1" in " ".join(plan["remarks"])
    with slowly(demo, LATENCY_S), watched(demo, "demo") as seen:
        done = demo.json("scale", "demo", "--class", "db.r7g.xlarge", "--yes")
    assert seen.calls == [("ModifyDBInstance", "demo-1")]
    assert done["without_writer_s"] >= LATENCY_S


def test_a_reader_of_the_new_class_takes_over_from_a_single_instance_and_an_apply_does_the_rest_last(
    demo: Aurora,
) -> None:
    size = ("--readers", "1", "--class", "db.r7g.large")
    with slowly(demo, 0.5), watched(demo, "demo") as seen:
        done = demo.json("apply", "demo", *size, "--set", "backup.retention=3d", "--yes")
    assert [s["name"] for s in done["sequence"]] == ["add", "failover demo-2", "resize demo-1", "settle"]
    assert demo.cluster("demo")["BackupRetentionPeriod"] == 3
    assert seen.calls == [
        ("CreateDBInstance", "demo-2"),
        ("FailoverDBCluster", "demo-2"),
        ("ModifyDBInstance", "demo-1"),
    ]


def test_what_is_there_already_changes_nothing(demo: Aurora) -> None:
    with watched(demo, "demo") as seen:
        done = demo.json("scale", "demo", "--class", "db.r7g.large", "--readers", "1", "--yes")
    assert done["changed"] is False
    assert seen.calls == []


def test_instance_without_class_is_refused(demo: Aurora) -> None:
    refused = demo.run("scale", "demo", "--instance", "9", "--class", "db.r7g.large", "--yes")
    assert refused.status == 2
    assert "demo-1" in refused.err
