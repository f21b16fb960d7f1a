"""Every other command, as a script uses it: what it prints, how it ends, and that it leaves nothing behind when it should not."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.harness import ASTRAY, Aurora, Outcome, run_main
from tests.sandbox.aws_view import EXAMPLES, Seen, at_terminal, changing_calls, last_call, spec_file

pytestmark = pytest.mark.sandbox
REGION = ("--region", "eu-west-1")
CREATE = (*REGION, "create", "demo", "--engine", "postgres")


@pytest.fixture(scope="module")
def aurora(alone: Aurora) -> Aurora:
    """An emulator that does not run yet, and may be stopped."""
    return alone


def read_yaml(text: str) -> Any:
    """YAML as plain data."""
    return YAML(typ="safe", pure=True).load(text)


def on_a_real_account(aurora: Aurora, *args: str) -> Outcome:
    """The same home without `--sandbox`; for commands that never get as far as AWS."""
    return run_main(("--home", str(aurora.home), *args), aurora.environ)


@pytest.fixture(scope="module")
def demo(aurora: Aurora) -> Aurora:
    """A cluster `demo`."""
    aurora.ok(*CREATE, "--yes")
    return aurora


# --- before there is anything ---


def test_offline_commands_start_nothing(aurora: Aurora, tmp_path: Path) -> None:
    file = str(spec_file(tmp_path))
    for words in (
        ("validate", "-f", file),
        ("render", "-f", file, "--to", str(tmp_path / "tf")),
        ("spec", "show", "-f", file, "--resolved"),
        ("spec", "init", "orders"),
        ("schema",),
        ("version",),
        ("completion", "bash"),
        ("list",),
        ("sandbox", "status"),
    ):
        aurora.ok(*words)
    assert aurora.json("sandbox", "status")["running"] is False


def test_no_approval_means_nothing_runs(aurora: Aurora) -> None:
    refused = aurora.run(*CREATE, "-o", "json")
    assert refused.status == 2
    assert refused.data["error"]["code"] == "approval-required"
    assert "--yes" in refused.data["error"]["hint"]
    assert aurora.json("sandbox", "status")["running"] is False
    assert aurora.json("list")["clusters"] == []


def test_a_spec_that_breaks_rules_means_nothing_runs(aurora: Aurora) -> None:
    refused = aurora.run(
        *CREATE, "--acu", "0.3-500", "--cidr", "10.0.0.0/8", "--username", "rdsadmin", "--yes", "-o", "json"
    )
    assert refused.status == 2
    problems = refused.data["error"]["details"]["problems"]
    assert {"network.cidr", "username"} <= {p["path"] for p in problems}
    assert any(p["path"].startswith("instances.acu") for p in problems)
    assert aurora.json("sandbox", "status")["running"] is False


def test_an_unknown_cluster_has_a_status_of_its_own(aurora: Aurora) -> None:
    for words in (
        ("status", "nobody"),
        ("endpoints", "nobody"),
        ("plan", "nobody"),
        ("history", "nobody"),
        ("scale", "nobody", "--readers", "1", "--yes"),
        ("destroy", "nobody", "--confirm", "nobody"),
    ):
        outcome = aurora.run(*words, "-o", "json")
        assert (outcome.status, outcome.data["error"]["code"]) == (4, "not-found"), words
        assert outcome.data["error"]["hint"]
    assert aurora.json("sandbox", "status")["running"] is False


def test_a_dry_run_leaves_nothing_behind(aurora: Aurora) -> None:
    shown = aurora.run(*CREATE, "--readers", "1", "--dry-run", "--exit-code", "-o", "json")
    assert shown.status == 7
    assert shown.data["dry_run"] is True
    assert shown.data["changed"] is False
    assert shown.data["changes"] is True
    assert "aws_rds_cluster.this" in [c["address"] for c in shown.data["resource_changes"]]
    assert changing_calls(aurora, 0) == []
    assert aurora.json("list")["clusters"] == []
    assert not list((aurora.home / "sandbox" / "stacks").glob("*"))
    assert aurora.run(*CREATE, "--dry-run").status == 0


def test_a_plan_of_a_new_spec_leaves_nothing_behind(aurora: Aurora, tmp_path: Path) -> None:
    assert aurora.run("plan", "-f", str(spec_file(tmp_path)), "--exit-code").status == 7
    assert aurora.json("list")["clusters"] == []
    assert changing_calls(aurora, 0) == []


def test_declined_at_the_prompt(aurora: Aurora) -> None:
    declined = at_terminal(aurora, *CREATE, prompt="Proceed?", typed="n")
    assert declined.status == 8
    assert "Nothing was changed" in declined.err
    assert declined.out == ""
    assert aurora.json("list")["clusters"] == []
    assert changing_calls(aurora, 0) == []


# --- specs ---


def test_validate_says_every_problem_with_its_line(aurora: Aurora, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("name: Bad_Name\nregion: eu-west-1\nengine: postgres\nport: 80\ninstances:\n  reders: 2\n")
    wrong = aurora.run("validate", "-f", str(file), "-o", "json")
    assert wrong.status == 2
    problems = {p["path"]: p for p in wrong.data["error"]["details"]["problems"]}
    assert problems["instances.reders"]["line"] == 6
    assert "readers" in str(problems["instances.reders"])
    text = aurora.run("validate", "-f", str(file))
    assert text.out == ""
    assert "reders" in text.err


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_examples_are_valid(aurora: Aurora, example: Path) -> None:
    assert aurora.json("validate", "-f", str(example))["valid"] is True


def test_the_schema_is_one_and_takes_the_examples(aurora: Aurora) -> None:
    schema = json.loads(aurora.ok("schema").out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for example in EXAMPLES.glob("*.yaml"):
        assert [e.message for e in validator.iter_errors(read_yaml(example.read_text()))] == []
    wrong = {"name": "x", "region": "eu-west-1", "engine": "postgres", "instances": {"reders": 1}}
    assert list(validator.iter_errors(wrong))
    assert read_yaml(aurora.ok("schema", "-o", "yaml").out) == schema


@pytest.mark.parametrize("engine", ["postgres", "mysql"])
@pytest.mark.parametrize("preset", ["development", "production"])
def test_a_started_spec_is_valid(aurora: Aurora, tmp_path: Path, engine: str, preset: str) -> None:
    file = tmp_path / "orders.yaml"
    words = ("spec", "init", "orders", "--engine", engine, "--preset", preset)
    aurora.ok(*words, "--to", str(file))
    assert aurora.ok(*words).out == file.read_text()
    assert aurora.json("validate", "-f", "-", stdin=file.read_text())["name"] == "orders"
    file.write_text("mine")
    assert aurora.run(*words, "--to", str(file)).status == 2
    assert file.read_text() == "mine"
    aurora.ok(*words, "--to", str(file), "--force")
    assert file.read_text() != "mine"


def test_a_flag_wins_over_a_variable_over_the_file(aurora: Aurora, tmp_path: Path) -> None:
    file = spec_file(tmp_path, preset="staging", instances={"readers": 1}, username="file", database="file")
    variables = {"AURORA_READERS": "2", "AURORA_USERNAME": "variable"}
    shown = aurora.json("spec", "show", "-f", str(file), "--readers", "3", "--resolved", env=variables)
    spec, origins = shown["spec"], shown["origins"]
    assert (spec["instances"]["readers"], origins["instances.readers"]) == (3, "--readers")
    assert (spec["username"], origins["username"]) == ("variable", "AURORA_USERNAME")
    assert (spec["database"], origins["database"]) == ("file", str(file))
    assert (spec["instances"]["class"], origins["instances.class"]) == ("db.t4g.large", "preset staging")
    assert (spec["encryption"]["enabled"], origins["encryption.enabled"]) == (True, "default")


def test_a_flag_may_not_contradict_who_the_file_is_about(aurora: Aurora, tmp_path: Path) -> None:
    file = str(spec_file(tmp_path))
    for words in (("validate", "other", "-f", file), ("validate", "-f", file, "--engine", "mysql")):
        assert aurora.run(*words).status == 2
    assert aurora.run("--region", "us-east-1", "validate", "-f", file).status == 2


# --- render ---


def test_render_from_flags_and_from_a_file_are_the_same(aurora: Aurora, tmp_path: Path) -> None:
    file = spec_file(tmp_path, instances={"readers": 1})
    one = aurora.json("render", "-f", str(file), "--to", str(tmp_path / "one"))
    aurora.ok(*REGION, "render", "demo", "--engine", "postgres", "--readers", "1", "--to", str(tmp_path / "two"))
    texts = {name: (tmp_path / "one" / name).read_text() for name in one["files"]}
    assert texts == {p.name: p.read_text() for p in (tmp_path / "two").iterdir()}
    assert 'resource "aws_rds_cluster" "this"' in texts["cluster.tf"]


def test_render_does_not_write_over_other_files(aurora: Aurora, tmp_path: Path) -> None:
    file, folder = str(spec_file(tmp_path)), tmp_path / "tf"
    aurora.ok("render", "-f", file, "--to", str(folder))
    aurora.ok("render", "-f", file, "--to", str(folder))
    (folder / "notes.txt").write_text("mine")
    (folder / "cluster.tf").write_text("mine")
    refused = aurora.run("render", "-f", file, "--readers", "2", "--to", str(folder))
    assert refused.status == 2
    assert "cluster.tf" in refused.err
    assert (folder / "cluster.tf").read_text() == "mine"
    assert '"2" = {' not in (folder / "instances.tf").read_text()
    aurora.ok("render", "-f", file, "--to", str(folder), "--force")
    assert "aws_rds_cluster" in (folder / "cluster.tf").read_text()
    assert (folder / "notes.txt").read_text() == "mine"


# --- doctor, version, completion ---


def test_doctor_finds_nothing_wrong(aurora: Aurora) -> None:
    report = aurora.json(*REGION, "doctor")
    assert report["ok"] is True
    assert {c["name"]: c["status"] for c in report["checks"] if c["status"] != "ok"} == {"databases": "skipped"}
    assert {"terraform", "provider", "credentials", "clock", "emulator"} <= {c["name"] for c in report["checks"]}


def test_doctor_names_a_terraform_that_does_not_work(aurora: Aurora, tmp_path: Path) -> None:
    broken = tmp_path / "terraform"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    for binary in (str(broken), str(tmp_path / "missing")):
        outcome = aurora.run("--terraform-bin", binary, *REGION, "doctor", "-o", "json")
        assert outcome.status == 1
        assert outcome.data["ok"] is False
        failed = [c for c in outcome.data["checks"] if c["status"] == "failed"]
        assert [c["name"] for c in failed] == ["terraform"]
        assert failed[0]["hint"]


def test_doctor_sees_a_missing_permission(aurora: Aurora) -> None:
    aurora.ok("sandbox", "faults", "add", "access_denied", "--service", "rds", "--action", "DescribeDBClusters")
    outcome = aurora.run(*REGION, "doctor", "-o", "json")
    aurora.ok("sandbox", "faults", "clear")
    assert outcome.status == 1
    failed = [c["name"] for c in outcome.data["checks"] if c["status"] == "failed"]
    assert failed == ["permission rds:DescribeDBClusters"]


def test_version_and_completion(aurora: Aurora) -> None:
    assert aurora.json("version")["aurora_cli"] in aurora.ok("--version").out
    for shell in ("bash", "zsh", "fish"):
        assert "aurora" in aurora.ok("completion", shell).out
    assert aurora.run("completion", "tcsh").status == 2


# --- with a cluster ---


def test_history_tells_who_did_what(demo: Aurora) -> None:
    demo.ok("scale", "demo", "--readers", "1", "--yes", env={"USER": "ada"})
    operations = demo.json("history", "demo")["operations"]
    assert [(o["operation"], o["outcome"]) for o in operations][-2:] == [
        ("create", "succeeded"),
        ("scale", "succeeded"),
    ]
    assert operations[-1]["who"] == "ada"
    assert operations[-1]["terraform"] == {"add": 1, "change": 0, "destroy": 0}
    assert len(demo.json("history", "demo", "--limit", "1")["operations"]) == 1


def test_diagram_has_the_roles_and_endpoints_of_aws(demo: Aurora, tmp_path: Path) -> None:
    before = last_call(demo)
    drawn = demo.run("diagram", "demo").out
    for one in demo.json("status", "demo")["instances"]:
        assert f"{one['id']}  {one['role']}, {one['class']}" in drawn
        assert f"{one['status']}, promotion tier {one['promotion_tier']}" in drawn
    writer = demo.json("endpoints", "demo")["writer"]
    assert f"Writer endpoint  {writer['host']}:{writer['port']}" in drawn
    demo.run("diagram", "demo", "-o", str(tmp_path / "demo.svg"))
    assert "DB cluster demo" in (tmp_path / "demo.svg").read_text(encoding="utf-8")
    assert changing_calls(demo, before) == []


def test_events_are_those_of_rds_and_our_own(demo: Aurora) -> None:
    found = demo.json("events", "demo", "--since", "20d")
    assert {(one["origin"], one["kind"]) for one in found["events"]} >= {("operation", "create"), ("rds", "creation")}
    assert [one["when"] for one in found["events"]] == sorted(one["when"] for one in found["events"])
    assert found["notes"] == ["RDS keeps its events for 14 days: older entries are only our own operations."]
    header, *lines = demo.ok("events", "demo", "--since", "2h", "-o", "csv").out.splitlines()
    assert header == "when,origin,source,kind,message,who,outcome,duration_s"
    assert len(lines) == len(demo.json("events", "demo", "--since", "2h")["events"])
    refused = demo.run("events", "demo", "--since", "soon")
    assert (refused.status, "--since must be a duration, not 'soon'." in refused.err) == (2, True)


def test_cost_has_the_instances_of_aws_and_what_cloudwatch_has_measured(demo: Aurora) -> None:
    cloudwatch, now = demo.client("cloudwatch"), datetime.now(timezone.utc)
    points = {"VolumeBytesUsed": 5 * 2**30, "VolumeReadIOPs": 300_000, "VolumeWriteIOPs": 200_000}
    cloudwatch.put_metric_data(
        Namespace="AWS/RDS",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": "DBClusterIdentifier", "Value": "demo"}],
                "Timestamp": now - timedelta(minutes=1),
                "Value": value,
            }
            for name, value in points.items()
        ],
    )
    busy = {"CPUUtilization": 40.0, "FreeableMemory": 2**26, "DatabaseConnections": 12}
    cloudwatch.put_metric_data(
        Namespace="AWS/RDS",
        MetricData=[
            {
                "MetricName": metric,
                "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": one}],
                "Timestamp": now - timedelta(hours=hours),
                "Value": value,
            }
            for one in demo.instances("demo")
            for metric, value in busy.items()
            for hours in range(30)
        ],
    )
    before = last_call(demo)
    found = demo.json("cost", "demo", "--advise")
    assert changing_calls(demo, before) == []
    lines = {line["part"]: line for line in found["lines"]}
    instances = list(demo.instances("demo").values())  # an earlier test may have added a reader
    hours = f"{730 * len(instances)}.000"
    assert lines["instances"]["text"].startswith(f"{instances[0]['DBInstanceClass']}, {len(instances)} instance")
    assert lines["instances"]["quantity"] == {"from": hours, "to": hours}
    assert demo.json("status", "demo")["cost"]["at_least"] is True
    assert demo.json("plan", "demo", "--readers", "3")["cost"]["before"] is not None
    assert lines["storage"]["quantity"] == {"from": "5.000", "to": "5.000"}
    assert lines["io"]["quantity"] == {"from": "365.000", "to": "365.000"}  # half a million in an hour, so in 730
    assert lines["io"]["unknown"] == "price"  # nobody has read those of eu-west-1
    assert found["notes"][0] == "I/O by CloudWatch: 1 hour of the last 14 days."
    # A sixteenth of a GiB of 4 was free, which is less than 5 %; a db.t4g.large has no price here.
    (advice,) = found["advice"]
    assert (advice["now"], advice["advised"], advice["monthly_advised"]) == ("db.t4g.medium", "db.t4g.large", None)
    text = " ".join(demo.ok("cost", "demo", "--advise").out.split())
    assert "db.t4g.large would fit, at an unknown price. The busiest hour took 40 % of 2 vCPUs." in text
    metrics = demo.json("metrics", "demo")
    values = {
        one["metric"]: [v["value"] for v in one["values"]] for one in metrics["metrics"] if one["role"] != "reader"
    }
    assert (metrics["period_s"], values["VolumeBytesUsed"], values["VolumeReadIOPs"]) == (60, [5 * 2**30], [300_000])
    assert (values["FreeLocalStorage"], set(values["FreeableMemory"])) == (
        [],
        {2**26},
    )  # no server runs that has a disk
    assert {(one["origin"], one["kind"]) for one in metrics["events"]} >= {("operation", "create"), ("rds", "creation")}
    assert (
        demo.ok("metrics", "demo", "-o", "csv").out.splitlines()[0].startswith("time,metric,unit,statistic,period_s,")
    )
    assert "Free local storage  minimum  no data" in demo.ok("metrics", "demo").out
    assert demo.run("metrics", "demo", "--since", "64d").status == 2
    refused = demo.run("prices", "update")
    assert (refused.status, "The sandbox has no Pricing API." in refused.err) == (2, True)


@pytest.mark.thorough
def test_every_plan_says_what_it_costs_before_the_question(demo: Aurora) -> None:
    """An instance costs 730 x 0.10 = 73.00 or 730 x 0.30 = 219.00 a month, and the secret 0.40."""
    known = {"instance:aurora:db.r7g.large": "0.30", "instance:aurora:db.t4g.medium": "0.10", "secret": "0.40"}
    rows = {name: {"usd": usd, "sources": ["1"]} for name, usd in known.items()}
    table = {"format": 1, "currency": "USD", "sources": {"1": {"text": "by hand", "date": "2026-12-01"}}}
    prices = demo.home / "prices.json"
    prices.write_text(json.dumps({**table, "regions": {"eu-west-1": rows, "eu-central-1": rows}}))
    plans: dict[str, tuple[str, ...]] = {
        "create": ("create", "another", "--engine", "postgres", "--class", "db.r7g.large"),
        "apply": ("apply", "demo", "--class", "db.r7g.large"),
        "scale": ("scale", "demo", "--class", "db.r7g.large"),
        "clone": ("clone", "demo", "copy"),
        "restore": ("restore", "back", "--from-cluster", "demo", "--to-time", "latest"),
        "replace": ("restore", "demo", "--replace", "--to-time", "latest"),
        "add-region": ("global", "add-region", "demo", "eu-central-1", "--skip-check", "global-class"),
        "upgrade": ("upgrade", "demo"),
    }
    found = {}
    for name, words in plans.items():
        document = demo.json(*REGION, *words, "--dry-run")
        cost = document.get("review", document)["cost"]
        found[name] = tuple(one and one["to"] for one in (cost["monthly"], cost["difference"]))
    prices.unlink()
    readers = len(demo.instances("demo")) - 1  # an earlier test may have added one
    small, large = Decimal("73.00") * (1 + readers), Decimal("219.00") * (1 + readers)
    secret = Decimal("0.40")
    assert found == {
        "create": ("219.40", None),
        "apply": (str(large + secret), str(large - small)),
        "scale": (str(large + secret), str(large - small)),
        "clone": ("73.40", None),
        "restore": (str(small + secret), None),
        "replace": (str(2 * small + secret), str(small)),
        "add-region": (str(small + secret + 73), "73.00"),
        "upgrade": (str(small + secret), "0.00"),
    }


def test_a_typing_error_gets_a_suggestion(demo: Aurora) -> None:
    assert "demo" in demo.run("status", "dmeo").err
    assert demo.run("staus", "demo").status == 2
    assert "status" in demo.run("staus", "demo").err


def test_a_name_of_the_sandbox_is_not_one_of_the_account(demo: Aurora) -> None:
    for words in (("status", "demo"), ("destroy", "demo", "--confirm", "demo"), ("plan", "demo")):
        outcome = on_a_real_account(demo, *words)
        assert outcome.status == 4
        assert "--sandbox" in outcome.err
    assert on_a_real_account(demo, "list", "-o", "json").data["clusters"] == []


def test_an_approved_prompt_goes_ahead_and_a_wrong_name_does_not(demo: Aurora) -> None:
    changed = at_terminal(demo, "scale", "demo", "--readers", "0", "-o", "json", prompt="Proceed?", typed="y")
    assert changed.status == 0
    assert json.loads(changed.out)["changed"] is True
    calls = last_call(demo)
    declined = at_terminal(demo, "destroy", "demo", prompt="demo", typed="demi")
    assert declined.status == 8
    assert changing_calls(demo, calls) == []
    assert Seen(demo).cluster("demo")["DeletionProtection"] is True
    assert demo.run("plan", "demo", "--exit-code").status == 0


def test_a_destroy_can_be_looked_at(demo: Aurora) -> None:
    calls = last_call(demo)
    review = demo.json("destroy", "demo", "--dry-run")
    assert review["changed"] is False
    assert review["dry_run"] is True
    assert [i["id"] for i in review["review"]["instances"]] == ["demo-1"]
    assert review["review"]["deletion_protection"] is True
    assert changing_calls(demo, calls) == []
    assert demo.run("plan", "demo", "--exit-code").status == 0


def test_faults_are_added_listed_and_cleared(demo: Aurora) -> None:
    added = demo.json("sandbox", "faults", "add", "throttle", "--service", "rds", "--count", "2")["fault"]
    listed = demo.json("sandbox", "faults", "list")["faults"]
    assert [(f["id"], f["kind"], f["service"], f["count"]) for f in listed] == [(added["id"], "throttle", "rds", 2)]
    assert demo.run("sandbox", "faults", "clear", "fault-none").status == 2
    demo.ok("sandbox", "faults", "clear", added["id"])
    assert demo.json("sandbox", "faults", "list")["faults"] == []
    assert demo.run("sandbox", "faults", "add", "slow").status == 2


def test_any_folder_runs_in_the_sandbox(demo: Aurora, tmp_path: Path) -> None:
    """As a pipeline does, in a shell full of settings of another account."""
    where = tmp_path / "theirs"
    where.mkdir()
    (where / "main.tf").write_text(
        'data "aws_caller_identity" "me" {}\n\noutput "me" {\n  value = data.aws_caller_identity.me.account_id\n}\n'
    )
    environment = demo.json("sandbox", "env", env=ASTRAY)
    assert environment["set"]["AWS_ENDPOINT_URL"] == demo.json("sandbox", "status")["endpoint"]
    assert {"AWS_PROFILE", "TF_WORKSPACE", "TF_CLI_ARGS_plan"} <= set(environment["unset"])
    lines = demo.ok("sandbox", "env").out.splitlines()
    assert f"export TF_CLI_CONFIG_FILE={environment['set']['TF_CLI_CONFIG_FILE']}" in lines
    initialised = demo.process("sandbox", "terraform", "--", f"-chdir={where}", "init", "-no-color", env=ASTRAY)
    assert (initialised.status, "Installed hashicorp/aws v6.62.0" in initialised.out) == (0, True), initialised
    assert {path.name for path in where.iterdir()} == {"main.tf", ".terraform"}
    assert [path.name for path in (where / ".terraform").iterdir()] == ["aurora-sandbox"]
    refused = demo.run("sandbox", "terraform", "--provider-mirror", str(tmp_path / "none"), "--", "init")
    assert (refused.status, "is not a folder" in " ".join(refused.err.split())) == (2, True)


def test_reset_forgets_everything(demo: Aurora) -> None:
    assert demo.run("sandbox", "reset").status == 2
    demo.ok("sandbox", "reset", "--yes")
    assert demo.json("list")["clusters"] == []
    assert Seen(demo).cluster_names() == []
    assert demo.emulator.status().running is True
    demo.ok("sandbox", "stop")
    status = demo.json("sandbox", "status")
    assert status["running"] is False
    assert status["state_lost"] is False
