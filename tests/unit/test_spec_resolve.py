"""Layers put together: who wins, what is filled in, and how problems are told."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.errors import SpecInvalid
from aurora_cli.spec.layers.presets import PRESETS
from aurora_cli.spec.resolve.resolve import Layer, resolve
from aurora_cli.spec.text.load import load_yaml
from tests.unit.spec_cases import EXISTING, MYSQL, POSTGRES, problems, resolved

HEAD = "name: orders\nregion: eu-west-1\nengine: postgres\n"


def file(text: str) -> Layer:
    return load_yaml(text, source="orders.yaml")


def failure(*layers: Layer) -> SpecInvalid:
    with pytest.raises(SpecInvalid) as caught:
        resolve(layers)
    return caught.value


def test_everything_that_depends_on_the_engine_is_filled_in() -> None:
    postgres, mysql = resolved().spec, resolved(base=MYSQL).spec
    assert (postgres.engine, postgres.username, postgres.port) == ("aurora-postgresql", "postgres", 5432)
    assert (mysql.engine, mysql.username, mysql.port) == ("aurora-mysql", "admin", 3306)
    assert postgres.logs.exports == ["postgresql"]
    assert mysql.logs.exports == ["error", "slowquery"]
    for spec in (postgres, mysql):
        assert spec.engine_version is not None
        assert spec.instances.class_ is not None
        assert spec.network.cidr is not None
        assert spec.network.zones is not None


def test_the_highest_layer_wins_and_is_named_as_origin() -> None:
    found = resolve(
        [
            file(HEAD + "preset: production\ninstances:\n  readers: 2\n  class: db.r7g.xlarge\n"),
            Layer({"instances": {"readers": 3}}, "AURORA_READERS"),
            Layer({"instances": {"readers": 4}}, "--readers"),
        ]
    )
    assert found.spec.instances.readers == 4
    assert found.origins["instances.readers"] == "--readers"
    assert found.origins["instances.class"] == "orders.yaml"
    assert found.origins["backup.retention"] == "preset production"
    assert found.origins["tls.required"] == "default"


def test_every_leaf_has_an_origin() -> None:
    found = resolved({"tags.a.b": "x", "instances.acu": "1-8", "instances.overrides.1.promotion_tier": 3})
    assert found.origins["tags.a.b"] == "change"
    assert found.origins["instances.acu.min"] == "change"
    assert found.origins["instances.overrides.1.promotion_tier"] == "change"
    assert found.origins["instances.class"] == "derived from instances.acu"
    assert found.origins["network.public_access"] == "default"


def test_mappings_are_put_together_and_lists_replaced() -> None:
    base = file(HEAD + "tags: {a: '1', b: '2'}\nnetwork:\n  allow: [10.0.0.0/16]\n")
    flag = Layer({"tags": {"b": "3"}, "network": {"allow": ["10.1.0.0/16"]}}, "--x")
    spec = resolve([base, flag]).spec
    assert spec.tags == {"a": "1", "b": "3"}
    assert [rule.source for rule in spec.network.allow] == ["10.1.0.0/16"]


def test_null_takes_back_what_lower_layers_said_but_not_the_preset() -> None:
    base = file(HEAD + "database: app\ninstances:\n  readers: 3\n  acu: 1-8\n")
    taken_back = Layer({"database": None, "instances": {"readers": None, "acu": None}}, "--set")
    spec = resolve([base, taken_back]).spec
    assert spec.database is None
    assert spec.instances.acu is None
    assert spec.instances.readers == PRESETS["development"]["instances"]["readers"]
    assert spec.instances.class_ == PRESETS["development"]["instances"]["class"]


def test_an_empty_section_changes_nothing() -> None:
    assert resolve([file(HEAD + "instances:\nnetwork:\ntags:\n")]).spec.instances.readers == 0


def test_the_preset_of_the_highest_layer_counts() -> None:
    found = resolve([file(HEAD + "preset: production\n"), Layer({"preset": "staging"}, "--preset")])
    assert found.spec.preset == "staging"
    assert found.origins["logs.retention"] == "preset staging"


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("base", [POSTGRES, MYSQL])
def test_security_defaults_hold_in_every_preset(preset: str, base: dict[str, Any]) -> None:
    found = resolved({"preset": preset}, base)
    spec = found.spec
    assert spec.encryption.enabled
    assert spec.credentials.iam_authentication
    assert spec.tls.required
    assert spec.deletion_protection
    assert spec.backup.final_snapshot
    assert not spec.network.public_access
    assert not spec.network.allow_from_anywhere
    assert found.warnings == ()


def test_an_existing_network_gets_no_cidr_and_no_zones() -> None:
    network = resolved({**EXISTING, "preset": "production"}).spec.network
    assert network.cidr is None
    assert network.zones is None


def test_an_empty_list_of_subnets_is_no_existing_network() -> None:
    network = resolved({"network.subnet_ids": []}).spec.network
    assert (network.cidr, network.zones) == ("10.0.0.0/16", 2)


def test_no_log_exports_is_a_choice() -> None:
    assert resolved({"logs.exports": []}).spec.logs.exports == []


def test_a_version_is_kept_as_written() -> None:
    assert resolve([file(HEAD + "engine_version: 16.10\n")]).spec.engine_version == "16.10"
    assert resolve([file(HEAD + "engine_version: 16.8\n")]).spec.engine_version == "16.8"
    assert resolve([file(HEAD + "engine_version: 16\n")]).spec.engine_version == "16"


def test_text_fields_take_numbers_and_booleans_as_written() -> None:
    spec = resolve([file(HEAD + "tags: {cost: 0010, ratio: 1.50, on: true, n: 7}\n")]).spec
    assert spec.tags == {"cost": "0010", "ratio": "1.50", "on": "true", "n": "7"}


def test_switches_take_the_words_of_older_yaml() -> None:
    assert resolve([file(HEAD + "tls: {required: yes}\ndeletion_protection: no\n")]).spec.deletion_protection is False


def test_acu_alone_means_serverless_instances() -> None:
    spec = resolved({"instances.acu": "0.5-16", "preset": "production"}).spec
    assert spec.instances.class_ == "db.serverless"
    assert spec.instances.acu is not None
    assert (spec.instances.acu.min, spec.instances.acu.max) == (0.5, 16)


def test_a_class_above_takes_back_a_capacity_range_below() -> None:
    stored = file(HEAD + "instances:\n  class: db.serverless\n  acu: 0-8\n  pause_after: 10m\n")
    spec = resolve([stored, Layer({"instances": {"class": "db.r7g.large"}}, "--class")]).spec
    assert spec.instances.acu is None
    assert spec.instances.pause_after is None


def test_a_class_above_leaves_the_range_while_an_instance_is_serverless() -> None:
    stored = file(HEAD + "instances:\n  acu: 1-8\n  class: db.serverless\n  overrides: {'1': {class: db.serverless}}\n")
    spec = resolve([stored, Layer({"instances": {"class": "db.r7g.large"}}, "--class")]).spec
    assert spec.instances.acu is not None


def test_another_backend_type_drops_the_fields_of_the_one_below() -> None:
    base = file(HEAD + "backend: {type: s3, bucket: state, key: a/b}\n")
    assert resolve([base, Layer({"backend": "local"}, "--set")]).spec.backend.type == "local"


@pytest.mark.parametrize(
    ("given", "other", "derived"),
    [
        ({"backup.window": "03:00-04:00"}, "maintenance.window", "sun:05:00-sun:06:00"),
        ({"backup.window": "22:30-23:30"}, "maintenance.window", "sun:00:30-sun:01:30"),
        ({"maintenance.window": "sun:05:00-sun:06:00"}, "backup.window", "07:00-08:00"),
        ({"maintenance.window": "Sun:23:30-Mon:00:30"}, "backup.window", "01:30-02:30"),
    ],
)
def test_the_other_window_is_derived(given: dict[str, Any], other: str, derived: str) -> None:
    found = resolved(given)
    section, _, key = other.partition(".")
    assert getattr(getattr(found.spec, section), key) == derived
    assert found.origins[other] == f"derived from {next(iter(given))}"


def test_windows_are_left_to_aws_when_neither_is_set() -> None:
    spec = resolved().spec
    assert (spec.backup.window, spec.maintenance.window) == (None, None)


def test_automatic_minor_upgrades_default_to_the_major_version() -> None:
    assert resolved({"maintenance.auto_minor_upgrades": True}).spec.engine_version == "17"


@pytest.mark.parametrize(("key", "value"), [("name", "other"), ("region", "us-east-1"), ("engine", "mysql")])
def test_a_flag_may_not_turn_a_file_into_another_cluster(key: str, value: str) -> None:
    error = failure(file(HEAD), Layer({key: value}, f"--{key}"))
    problem = next(p for p in error.problems if p.check == "identity")
    assert (problem.path, problem.source) == (key, f"--{key}")
    assert f"but orders.yaml:{list(file(HEAD).values).index(key) + 1} has" in problem.message


def test_the_same_identity_said_twice_is_fine() -> None:
    assert resolve([file(HEAD), Layer({"name": "orders", "engine": "aurora-postgresql"}, "NAME")])


def test_flags_may_contradict_each_other() -> None:
    spec = resolve(
        [Layer({**POSTGRES, "region": "us-east-1"}, "AURORA"), Layer({"region": "eu-west-1"}, "--region")]
    ).spec
    assert spec.region == "eu-west-1"


def test_all_problems_of_shape_and_of_rules_come_together_in_the_order_of_the_file() -> None:
    error = failure(
        file(
            "name: Orders\nregion: eu-west-1\nengine: postgres\ninstances:\n  readers: many\nnetwork:\n  cidr: 10.0.0.5/16\n"
            "logs:\n  exports: [slowquery]\n  retention: 8d\nport: 80\nunknown: 1\n"
        )
    )
    assert error.problems[-1].severity == "warning"
    assert [(p.line, p.path) for p in error.problems if p.severity == "error"] == [
        (1, "name"),
        (5, "instances.readers"),
        (7, "network.cidr"),
        (9, "logs.exports.0"),
        (10, "logs.retention"),
        (11, "port"),
        (12, "unknown"),
    ]


def test_a_broken_value_does_not_silence_rules_about_its_neighbours() -> None:
    error = failure(
        file(HEAD + "instances:\n  readers: 20\n  acu: 0.7-4\nnetwork:\n  zones: many\n  cidr: 8.0.0.0/4\n")
    )
    found = [p.path for p in error.problems if p.severity == "error"]
    assert found == ["instances.readers", "instances.acu.min", "network.zones", "network.cidr"]


def test_rules_about_broken_values_are_left_out() -> None:
    error = failure(file(HEAD + "instances:\n  acu: nonsense\n  pause_after: 10m\n"))
    assert [p.path for p in error.problems if p.severity == "error"] == ["instances.acu"]


@pytest.mark.parametrize(
    ("text", "path", "message", "hint"),
    [
        (
            "instance:\n  readers: 1\n",
            "instance",
            "`instance` is not a key of a cluster's spec",
            "did you mean `instances`?",
        ),
        ("instances:\n  readrs: 1\n", "instances.readrs", "not a key of `instances`", "did you mean `readers`?"),
        ("instances:\n  class_: x\n", "instances.class_", "not a key", "did you mean `class`?"),
        ("Region: x\n", "Region", "not a key", "write it as `region`"),
        ("readers: 1\n", "readers", "not a key", "`readers` belongs elsewhere: `instances.readers`"),
        ("multi_az: true\n", "multi_az", "not a key", "instances.readers"),
        ("master_password: hunter2\n", "master_password", "not a key", "Secrets Manager"),
        ("network:\n  vpc: x\n", "network.vpc", "not a key", "vpc_id"),
        ("network: 3\n", "network", "is a section", "cidr"),
        ("tags: [a]\n", "tags", "is a section", "KEY"),
        ("instances:\n  readers: 2.5\n", "instances.readers", "must be a whole number, not 2.5", None),
        ("instances:\n  readers: true\n", "instances.readers", "cannot be true", "write a number"),
        ("instances:\n  readers: 16\n", "instances.readers", "must be at most 15, not 16", "write 15"),
        ("instances:\n  readers: -1\n", "instances.readers", "must be at least 0, not -1", "write 0"),
        ("instances:\n  acu: 1-300\n", "instances.acu.max", "must be at most 256", "write 256"),
        ("instances:\n  acu: {min: 1}\n", "instances.acu.max", "is missing", "0.5-16"),
        ("instances:\n  acu: lots\n", "instances.acu", "cannot be lots", "MIN-MAX"),
        ("instances:\n  pause_after: soon\n", "instances.pause_after", "cannot be soon", "5m"),
        ("backup:\n  retention: 36h\n", "backup.retention", "cannot be 36h", "whole days"),
        ("backup:\n  retention: 40d\n", "backup.retention", "must be at most 35", "write 35"),
        ("tls:\n  required: maybe\n", "tls.required", "must be true or false, not maybe", None),
        ("preset: prod\n", "preset", "must be development, staging or production", "did you mean `production`?"),
        ("network:\n  zones: many\n", "network.zones", "cannot be many", "a list of zone names"),
        ("network:\n  allow: 7\n", "network.allow", "must be a list", "one entry a line"),
        ("backend: s3\n", "backend.bucket", "is missing", None),
        ("backend: {type: s4}\n", "backend.type", "must be local, s3, http, pg or cloud, not s4", None),
        ("backend: {bucket: x}\n", "backend.type", "is missing", "local"),
        ("backend: {type: local, bucket: x}\n", "backend.bucket", "does not belong to this kind", "remove it"),
        ("parameters:\n  cluster:\n    a: [1]\n", "parameters.cluster.a", "cannot be [1]", "text or a number"),
    ],
)
def test_shape_errors_are_in_plain_words(text: str, path: str, message: str, hint: str | None) -> None:
    error = failure(file(HEAD + text))
    problem = next(p for p in error.problems if p.path == path)
    assert message in problem.message
    assert problem.check == "schema"
    assert problem.source == "orders.yaml"
    assert problem.line is not None
    assert problem.line > 3
    assert (hint or "") in (problem.hint or "")
    assert "hunter2" not in str(error.details)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("postgre", "did you mean `postgres`?"),
        ("Aurora-MySQL", None),
        ("aurora", "postgres or mysql"),
        ("oracle", None),
    ],
)
def test_engines_by_many_names(written: str, hint: str | None) -> None:
    layer = file(HEAD.replace("engine: postgres", f"engine: {written}"))
    if written == "Aurora-MySQL":
        assert resolve([layer]).spec.engine == "aurora-mysql"
        return
    problem = next(p for p in failure(layer).problems if p.path == "engine")
    assert (hint or "") in (problem.hint or "")


def test_what_is_missing_is_named() -> None:
    error = failure(Layer({}, "nothing"))
    assert [p.path for p in error.problems if p.severity == "error"] == ["engine", "name", "region"]
    assert error.message == "the spec has 3 problems"


def test_skipping_a_check_by_name_turns_its_error_into_a_warning() -> None:
    found = problems({"port": 80}, skip_checks=["port"])
    assert [(p.check, p.severity) for p in found] == [("port", "warning")]


@pytest.mark.parametrize(
    ("name", "words"), [("prot", "did you mean `port`?"), ("schema", "correct the value"), ("zzz", "checks are")]
)
def test_only_known_checks_can_be_skipped(name: str, words: str) -> None:
    problem = problems({}, skip_checks=[name])[0]
    assert (problem.check, problem.severity) == ("skip-checks", "error")
    assert words in (problem.hint or "")


def test_the_engine_may_be_broken_and_other_rules_still_speak() -> None:
    error = failure(file("name: -x\nregion: eu-west-1\nengine: oracle\nnetwork:\n  cidr: 10.0.0.0/8\n"))
    assert [p.path for p in error.problems if p.severity == "error"] == ["name", "engine", "network.cidr"]
