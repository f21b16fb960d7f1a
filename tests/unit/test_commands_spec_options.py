"""Precedence of flag, --set, variable, file, preset and default; where each value says it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.commands.shared.spec_options import SPEC_FLAGS
from tests.unit.conftest import Done, Run

FILE = "name: orders\nregion: eu-west-1\nengine: postgres\ninstances:\n  readers: 1\ntags:\n  team: payments\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "orders.yaml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def _shown(run: Run, *words: str) -> dict[str, Any]:
    done = run(*words, "--resolved", "-o", "json")
    assert done.status == 0, done.err
    document: dict[str, Any] = done.document
    return document


def _readers(document: dict[str, Any]) -> tuple[int, str]:
    return document["spec"]["instances"]["readers"], document["origins"]["instances.readers"]


def test_each_source_wins_over_the_one_below(run: Run, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    show = ("spec", "show", "-f", file)
    assert _readers(_shown(run, *show)) == (1, file)
    monkeypatch.setenv("AURORA_READERS", "2")
    assert _readers(_shown(run, *show)) == (2, "AURORA_READERS")
    assert _readers(_shown(run, *show, "--set", "instances.readers=3")) == (3, "--set")
    assert _readers(_shown(run, *show, "--set", "instances.readers=3", "--readers", "4")) == (4, "--readers")


def test_preset_and_default_are_named(run: Run, file: str) -> None:
    document = _shown(run, "spec", "show", "-f", file, "--preset", "production")
    assert document["origins"]["preset"] == "--preset"
    assert "preset production" in document["origins"].values()
    assert "default" in document["origins"].values()


def test_without_resolved_only_what_somebody_set_is_shown(run: Run, file: str) -> None:
    done = run("spec", "show", "-f", file, "-o", "json")
    assert done.document["spec"] == {
        "name": "orders",
        "region": "eu-west-1",
        "engine": "aurora-postgresql",
        "instances": {"readers": 1},
        "tags": {"team": "payments"},
    }


def test_the_region_of_aws_is_the_last_resort(run: Run, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    assert _shown(run, "spec", "show", "-f", file)["spec"]["region"] == "eu-west-1"
    new = _shown(run, "spec", "show", "demo", "--engine", "mysql")
    assert (new["spec"]["region"], new["origins"]["region"]) == ("us-west-2", "AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    assert _shown(run, "spec", "show", "demo", "--engine", "mysql")["origins"]["region"] == "AWS_REGION"
    flag = _shown(run, "--region", "eu-north-1", "spec", "show", "demo", "--engine", "mysql")
    assert (flag["spec"]["region"], flag["origins"]["region"]) == ("eu-north-1", "--region")


@pytest.mark.parametrize(
    "words",
    [("invoices", "-f", "FILE"), ("-f", "FILE", "--engine", "mysql")],
)
def test_an_identity_that_contradicts_the_file_is_an_error(run: Run, file: str, words: tuple[str, ...]) -> None:
    done = run("validate", *[file if w == "FILE" else w for w in words], "-o", "json")
    assert done.status == 2
    problems = done.document["error"]["details"]["problems"]
    assert [p["check"] for p in problems if p["severity"] == "error"] == ["identity"]


def test_a_region_that_contradicts_the_file_is_an_error(run: Run, file: str) -> None:
    assert run("--region", "us-east-1", "validate", "-f", file).status == 2


def test_a_variable_with_several_values_is_split_at_commas(
    run: Run, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setenv("AURORA_ALLOW_CIDR", "10.1.0.0/16, 10.2.0.0/16")
    monkeypatch.setenv("AURORA_TAG", "team=Data Platform,cost=42")
    document = _shown(run, "spec", "show", "-f", file)
    assert [rule["source"] for rule in document["spec"]["network"]["allow"]] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert document["spec"]["tags"] == {"team": "Data Platform", "cost": "42"}


def test_a_tag_may_have_dots_and_equal_signs(run: Run, file: str) -> None:
    document = _shown(run, "spec", "show", "-f", file, "--tag", "example.com/owner=a=b")
    assert document["spec"]["tags"]["example.com/owner"] == "a=b"


@pytest.mark.parametrize(
    ("words", "path", "value"),
    [
        (("--acu", "0.5-16"), ("instances", "acu"), {"min": 0.5, "max": 16}),
        (("--acu", "0-8", "--pause-after", "10m"), ("instances", "pause_after"), "10m"),
        (("--class", "db.r7g.large"), ("instances", "class"), "db.r7g.large"),
        (("--database", "app"), ("database",), "app"),
        (("--username", "owner"), ("username",), "owner"),
        (("--cidr", "10.9.0.0/16"), ("network", "cidr"), "10.9.0.0/16"),
        (("--zones", "2"), ("network", "zones"), 2),
        (
            ("--vpc-id", "vpc-0a1b2c3d", "--subnet-id", "subnet-0a1b2c3d", "--subnet-id", "subnet-0a1b2c3e"),
            ("network", "subnet_ids"),
            ["subnet-0a1b2c3d", "subnet-0a1b2c3e"],
        ),
        (
            ("--vpc-id", "vpc-0a1b2c3d", "--subnet-group", "shared", "--security-group-id", "sg-0a1b2c3d"),
            ("network", "security_group_ids"),
            ["sg-0a1b2c3d"],
        ),
        (("--set", "backup.retention=14d"), ("backup", "retention"), "14d"),
    ],
)
def test_a_flag_sets_its_field(run: Run, file: str, words: tuple[str, ...], path: tuple[str, ...], value: Any) -> None:
    found: Any = _shown(run, "spec", "show", "-f", file, *words)["spec"]
    for key in path:
        found = found[key]
    assert found == value


def test_every_flag_names_a_field_of_the_spec() -> None:
    from aurora_cli.spec.text.schema import json_schema

    schema = json_schema()
    for flag in SPEC_FLAGS:
        assert _has(schema, schema, flag.path.split(".")), flag.path


def _has(root: dict[str, Any], schema: dict[str, Any], path: list[str]) -> bool:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if not path:
        return True
    below = schema.get("properties", {}).get(path[0])
    if below is None:
        return any(_has(root, option, path) for option in schema.get("anyOf", ()) + schema.get("allOf", []))
    return _has(root, below, path[1:])


def test_a_spec_on_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(FILE))
    done: Done = run("validate", "-f", "-", "-o", "json")
    assert (done.status, done.document["name"]) == (0, "orders")


def test_a_name_or_a_file_is_needed(run: Run) -> None:
    done = run("create", "--yes")
    assert done.status == 2
    assert "-f FILE" in done.err


def test_print_spec_gives_a_file_that_says_the_same(run: Run, tmp_path: Path) -> None:
    words = ("--engine", "postgres", "--readers", "2", "--tag", "team=payments")
    text = run("--region", "eu-west-1", "create", "demo", *words, "--print-spec").out
    (tmp_path / "demo.yaml").write_text(text, encoding="utf-8")
    again = run("create", "-f", "demo.yaml", "--print-spec").out
    assert again == text
    assert "readers: 2" in text


@pytest.fixture
def stored(tmp_path: Path) -> None:
    from aurora_cli.context import AppContext

    registry = AppContext(home_folder=tmp_path / "home").registry
    registry.create("orders", region="eu-west-1", target="aws", spec=FILE)


@pytest.mark.usefixtures("stored")
def test_a_cluster_that_exists_is_described_by_its_own_spec(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURORA_READERS", "9")
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    spec = _shown(run, "spec", "show", "orders")["spec"]
    assert (spec["instances"]["readers"], spec["region"]) == (1, "eu-west-1")


@pytest.mark.usefixtures("stored")
def test_typed_flags_change_the_spec_of_a_cluster_that_exists(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURORA_DATABASE", "ignored")
    document = _shown(run, "spec", "show", "orders", "--readers", "3")
    assert _readers(document) == (3, "--readers")
    assert document["spec"]["tags"] == {"team": "payments"}
    assert "database" not in document["spec"]


@pytest.mark.usefixtures("stored")
def test_a_file_replaces_the_spec_of_a_cluster_that_exists(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(FILE.replace("tags:\n  team: payments\n", ""), encoding="utf-8")
    assert _shown(run, "spec", "show", "orders", "-f", "new.yaml")["spec"]["tags"] == {}


def test_a_typed_flag_leaves_the_origins_of_the_other_values(run: Run, tmp_path: Path) -> None:
    from aurora_cli.context import AppContext

    origins = {"preset": "default", "instances.readers": "orders.yaml", "instances.class": "preset development"}
    registry = AppContext(home_folder=tmp_path / "home").registry
    text = run("--region", "eu-west-1", "create", "orders", "--engine", "postgres", "--print-spec").out
    registry.create("orders", region="eu-west-1", target="aws", spec=text, origins=origins)
    changed = _shown(run, "spec", "show", "orders", "--database", "app")
    assert changed["origins"] | origins == changed["origins"]
    production = _shown(run, "spec", "show", "orders", "--preset", "production")
    assert production["origins"]["instances.class"] == "preset production"
    assert production["spec"]["instances"]["class"] != changed["spec"]["instances"]["class"]
    assert production["origins"]["instances.readers"] == "orders.yaml"


def _value(document: dict[str, Any], path: str) -> tuple[Any, str]:
    value: Any = document["spec"]
    for key in path.split("."):
        value = value[key]
    return value, document["origins"][path]


WIDER = [
    (("--ha",), "high_availability", True),
    (("--storage", "aurora-iopt1"), "storage", "aurora-iopt1"),
    (("--data-api",), "data_api", True),
    (("--insights", "standard"), "monitoring.insights.mode", "standard"),
    (("--iam-user", "app", "--iam-user", "web"), "credentials.iam_users", ["app", "web"]),
    (("--autoscale", "1-5"), "autoscaling.max", 5),
]


@pytest.mark.parametrize(("words", "path", "value"), WIDER)
def test_flags_of_the_wider_surface(run: Run, file: str, words: tuple[str, ...], path: str, value: Any) -> None:
    document = _shown(run, "spec", "show", "-f", file, *words)
    assert _value(document, path) == (value, words[0])


def test_a_switch_has_a_variable_too(run: Run, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setenv("AURORA_HA", "1")
    assert _value(_shown(run, "spec", "show", "-f", file), "high_availability") == (True, "AURORA_HA")


def test_autoscale_brings_a_target_unless_there_is_one(run: Run, file: str, tmp_path: Path) -> None:
    show = ("spec", "show", "-f", file, "--autoscale", "1-5")
    assert _value(_shown(run, *show), "autoscaling.cpu") == (70, "--autoscale")
    own = _shown(run, *show, "--set", "autoscaling.connections=200")
    assert own["spec"]["autoscaling"].get("cpu") is None
    path = tmp_path / "scaled.yaml"
    path.write_text(FILE + "autoscaling:\n  max: 3\n  cpu: 55\n", encoding="utf-8")
    scaled = _shown(run, "spec", "show", "-f", str(path), "--autoscale", "2-8")
    assert (scaled["spec"]["autoscaling"]["cpu"], scaled["spec"]["autoscaling"]["max"]) == (55, 8)
    wrong = run(*show[:-1], "five")
    assert (wrong.status, "is not MIN-MAX" in wrong.err) == (2, True)


@pytest.mark.usefixtures("stored")
def test_a_flag_of_a_list_adds_to_what_the_cluster_has(run: Run) -> None:
    words = (
        "--set",
        "network.allow=[10.0.0.0/16, {source: 10.1.0.0/16, description: vpn}]",
        "--allow-cidr",
        "10.1.0.0/16",
    )
    spec = _shown(run, "spec", "show", "orders", *words, "--allow-cidr", "10.2.0.0/16")["spec"]
    assert [entry["source"] for entry in spec["network"]["allow"]] == ["10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16"]
    stored = _shown(run, "spec", "show", "orders")["spec"]["network"]["allow"]
    added = _shown(run, "spec", "show", "orders", "--allow-cidr", "10.2.0.0/16")["spec"]["network"]["allow"]
    assert added == [*stored, {"source": "10.2.0.0/16"}]


@pytest.mark.parametrize("command", [("create", "demo", "--engine", "postgres"), ("apply", "demo")])
def test_a_relative_number_of_readers_is_for_scale(run: Run, command: tuple[str, ...]) -> None:
    done = run("--region", "eu-west-1", *command, "--readers", "+1", "--yes")
    assert done.status == 2
    assert "'+1' is relative: aurora-cli scale NAME --readers +1" in " ".join(done.err.split())


def test_what_an_existing_cluster_has_is_no_reason_to_refuse_a_file(run: Run, tmp_path: Path) -> None:
    from aurora_cli.context import AppContext

    given = FILE + "username: admin\n"
    registry = AppContext(home_folder=tmp_path / "home").registry
    registry.create("orders", region="eu-west-1", target="aws", spec=given)
    (tmp_path / "same.yaml").write_text(given + "backup: {retention: 9d}\n", encoding="utf-8")
    done = run("validate", "-f", "same.yaml", "-o", "json")
    assert (done.status, [w["check"] for w in done.document["warnings"]]) == (0, ["username-reserved", "allow-nobody"])
    (tmp_path / "worse.yaml").write_text(given.replace("admin", "rdsadmin"), encoding="utf-8")
    assert run("validate", "-f", "worse.yaml").status == 2
    (tmp_path / "another.yaml").write_text(given.replace("orders", "shop"), encoding="utf-8")
    assert run("validate", "-f", "another.yaml").status == 2
