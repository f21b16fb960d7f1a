"""Engine versions and the packaged tables."""

from __future__ import annotations

import pytest

from aurora_cli.spec.facts.tables import ENGINES, instance_classes, regions_without, table
from aurora_cli.spec.facts.versions import (
    at_least,
    below_floor,
    creatable,
    default_version,
    is_exact,
    major_version,
    newest,
    parameter_family,
    rendered_version,
    sort_key,
    well_formed,
)
from aurora_cli.spec.layers.presets import PRESETS
from tests.unit.spec_cases import MYSQL, POSTGRES, resolved


@pytest.mark.parametrize(
    ("engine", "version", "family", "major"),
    [
        ("aurora-postgresql", "16.8", "aurora-postgresql16", "16"),
        ("aurora-postgresql", "17", "aurora-postgresql17", "17"),
        ("aurora-mysql", "8.0.mysql_aurora.3.10.0", "aurora-mysql8.0", "8.0"),
        ("aurora-mysql", "8.4.mysql_aurora.8.4.7", "aurora-mysql8.4", "8.4"),
        ("aurora-mysql", "8.0", "aurora-mysql8.0", "8.0"),
    ],
)
def test_families(engine: str, version: str, family: str, major: str) -> None:
    assert parameter_family(engine, version) == family
    assert major_version(engine, version) == major


def test_one_side_owns_the_minor_version() -> None:
    exact = {"engine_version": "16.8"}
    assert rendered_version(resolved(exact).spec) == "16.8"
    assert rendered_version(resolved({**exact, "maintenance.auto_minor_upgrades": True}).spec) == "16"
    mysql = {"engine_version": "8.0.mysql_aurora.3.10.0", "maintenance.auto_minor_upgrades": True}
    assert rendered_version(resolved(mysql, MYSQL).spec) == "8.0"
    assert rendered_version(resolved({"engine_version": "16"}, POSTGRES).spec) == "16"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_tables_agree_with_each_other(engine: str) -> None:
    facts = table("engines")[engine]
    versions = creatable(engine)
    assert facts["default"] in versions
    assert not set(versions) & set(facts["retired"])
    assert versions == sorted(versions, key=sort_key)
    assert all(well_formed(engine, v) and is_exact(engine, v) for v in [*versions, *facts["retired"]])
    assert set(facts["logs"]) <= set(facts["log_types"])
    assert below_floor(engine, "min_zero", default_version(engine)) is None
    assert below_floor(engine, "max_256", default_version(engine)) is None


@pytest.mark.parametrize("name", ["engines", "classes", "limits", "reserved", "other_names"])
def test_every_table_says_where_it_is_from(name: str) -> None:
    assert table(name)["origin"]
    assert table(name)["read"]


@pytest.mark.parametrize("engine", ENGINES)
def test_preset_classes_are_in_the_table(engine: str) -> None:
    classes = [values["instances"]["class"] for values in PRESETS.values()]
    assert set(classes) <= set(instance_classes(engine))


def test_classes_by_engine_and_region() -> None:
    assert "db.r6gd.xlarge" in instance_classes("aurora-postgresql")
    assert "db.r6gd.xlarge" not in instance_classes("aurora-mysql")
    assert set(instance_classes(None)) == set(instance_classes("aurora-postgresql")) | set(
        instance_classes("aurora-mysql")
    )
    assert instance_classes("unknown") == instance_classes()
    assert "us-east-1" not in regions_without("aurora-postgresql", "db.r7g.large")
    assert "il-central-1" in regions_without("aurora-postgresql", "db.t4g.medium")


def test_order_is_by_number() -> None:
    assert at_least("16.10", "16.9")
    assert not at_least("8.0.mysql_aurora.3.04.6", "8.0.mysql_aurora.3.08.0")
    assert newest("aurora-postgresql", "16") == "16.15"
    assert newest("aurora-postgresql", "99") is None


@pytest.mark.parametrize(
    ("engine", "version", "floor"),
    [
        ("aurora-postgresql", "15.6", "15.7"),
        ("aurora-postgresql", "15.7", None),
        ("aurora-postgresql", "12.22", "13.15"),
        ("aurora-postgresql", "16", None),
        ("aurora-postgresql", "18.3", None),
        ("aurora-mysql", "8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.08.0"),
        ("aurora-mysql", "5.7", "8.0.mysql_aurora.3.08.0"),
        ("aurora-mysql", "8.4", None),
        ("aurora-mysql", "nonsense", None),
    ],
)
def test_floors(engine: str, version: str, floor: str | None) -> None:
    assert below_floor(engine, "min_zero", version) == floor
