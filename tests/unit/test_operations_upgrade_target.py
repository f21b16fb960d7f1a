"""Where an upgrade leads: what is chosen out of what AWS lists, and what each refusal says."""

from __future__ import annotations

import pytest

from aurora_cli.aws.engine.engine_versions import EngineVersion
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.preflight.target_version import Target, choose_target, stored_version

POSTGRES = [
    EngineVersion("15.10", "aurora-postgresql15", False, ("15.12",), ("16.6", "16.8")),
    EngineVersion("16.6", "aurora-postgresql16", False, ("16.8", "16.10"), ("17.4",)),
    EngineVersion("16.8", "aurora-postgresql16", False, ("16.10", "16.9"), ("17.5", "17.10", "18.3")),
    EngineVersion("16.10", "aurora-postgresql16", True, (), ("17.10", "18.3")),
    EngineVersion("18.3", "aurora-postgresql18", False),
]
MYSQL = [
    EngineVersion("5.7.mysql_aurora.2.12.0", "aurora-mysql5.7", False, (), ("8.0.mysql_aurora.3.8.0",)),
    EngineVersion("8.0.mysql_aurora.3.8.0", "aurora-mysql8.0", False, (), ("8.4.mysql_aurora.8.4.7",)),
    EngineVersion("8.4.mysql_aurora.8.4.7", "aurora-mysql8.4", True),
]


def choose(running: str, to: str | None) -> Target:
    return choose_target("aurora-postgresql", running, POSTGRES, to, name="orders")


@pytest.mark.parametrize(
    ("to", "version", "major"),
    [
        (None, "16.10", False),
        ("16", "16.10", False),
        ("16.9", "16.9", False),
        ("17", "17.10", True),
        ("17.5", "17.5", True),
        ("18", "18.3", True),
        ("16.8", "16.8", False),
    ],
)
def test_the_target(to: str | None, version: str, major: bool) -> None:
    target = choose("16.8", to)
    assert (target.version, target.major, target.running) == (version, major, "16.8")
    assert target.family == f"aurora-postgresql{version.partition('.')[0]}"
    assert target.stays == (version == "16.8")


def test_the_newest_minor_version_is_the_end_of_the_line() -> None:
    assert choose("16.10", None).stays
    assert choose("16.10", "16").stays
    assert choose_target("aurora-postgresql", "16.99", POSTGRES, None, name="orders").stays


@pytest.mark.parametrize("to", ["16.6", "15", "15.10", "9"])
def test_never_back(to: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        choose("16.8", to)
    assert caught.value.message == f"orders runs 16.8, and Aurora does not support downgrades ({to})."
    assert "aurora-cli snapshot list orders" in str(caught.value.hint)


def test_what_is_not_offered_lists_what_is() -> None:
    with pytest.raises(InvalidInput) as caught:
        choose("16.8", "17.6")
    assert caught.value.message == "AWS has no direct upgrade of aurora-postgresql 16.8 to 17.6."
    assert caught.value.hint == (
        "Upgrade targets of 16.8: minor 16.10, 16.9; major (newest of each) 17.10, 18.3. "
        "All: aurora-cli upgrade orders --list"
    )
    with pytest.raises(InvalidInput) as caught:
        choose("18.3", "19")
    assert caught.value.hint == "18.3 is the newest version: AWS lists no upgrade target."
    with pytest.raises(InvalidInput, match=r'"newest" is not a valid version of aurora-postgresql'):
        choose("16.8", "newest")


@pytest.mark.parametrize(("running", "to", "first"), [("15.10", "17.10", "16.8"), ("15.10", "18", "16.8")])
def test_a_way_of_several_upgrades_names_the_first(running: str, to: str, first: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        choose(running, to)
    assert caught.value.hint == f"It takes more than one upgrade. First: aurora-cli upgrade orders --to {first}"


def test_aurora_mysql_goes_one_major_version_at_a_time() -> None:
    with pytest.raises(InvalidInput) as caught:
        choose_target("aurora-mysql", "5.7.mysql_aurora.2.12.0", MYSQL, "8.4", name="orders")
    assert "--to 8.0.mysql_aurora.3.8.0" in str(caught.value.hint)
    assert choose_target("aurora-mysql", "5.7.mysql_aurora.2.12.0", MYSQL, "8.0", name="orders").major


@pytest.mark.parametrize(
    ("stored", "target", "auto", "after"),
    [
        ("16", "16.10", True, "16"),
        ("16", "17.5", True, "17"),
        ("16", "17.5", False, "17"),
        ("16.8", "16.10", True, "16.8"),
        ("16.8", "16.10", False, "16.10"),
        ("16.8", "17.5", True, "17.5"),
    ],
)
def test_the_spec_afterwards_has_one_owner_of_the_minor_version(
    stored: str, target: str, auto: bool, after: str
) -> None:
    assert stored_version("aurora-postgresql", stored, target, aws_owns_minor=auto) == after
