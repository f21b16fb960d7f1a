"""What a plan may do to the engine version, and how a wait knows that AWS has given an upgrade up."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.aws.engine.engine_upgrade import await_version
from aurora_cli.errors import OperationFailed, SpecConflict
from aurora_cli.operations.guard.engine_version import refuse_backwards, refuse_versions
from aurora_cli.operations.upgrade.parameter_groups import _with, group_name
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

CLUSTER, GLOBAL = "aws_rds_cluster", "aws_rds_global_cluster"


def plan(before: str, after: str, type_: str = CLUSTER, engine: str = "aurora-postgresql") -> Plan:
    old, new = ({"engine": engine, "engine_version": version} for version in (before, after))
    change = ResourceChange(f"{type_}.this", type_, "this", None, "update", (), (), None, old, new)
    return Plan(resource_changes=(change,), applyable=True)


@pytest.mark.parametrize(
    ("before", "after", "words", "way"),
    [
        ("16.10", "16.8", "runs 16.10, newer than 16.8 in the spec", "--to 16.10"),
        ("17.5", "16", "newer than 16 in the spec", "--to 17.5"),
        ("16.8", "17.5", "is a major upgrade", "--to 17.5"),
        ("16", "17", "is a major upgrade", "--to 17"),
    ],
)
def test_a_version_that_a_plan_must_not_change(before: str, after: str, words: str, way: str) -> None:
    with pytest.raises(SpecConflict) as caught:
        refuse_versions(plan(before, after), "demo")
    assert words in caught.value.message
    assert f"aurora-cli upgrade demo {way}" in str(caught.value.hint)


@pytest.mark.parametrize(("before", "after"), [("16.8", "16.10"), ("16.8", "16"), ("16", "16.8")])
def test_a_version_that_a_plan_may_change(before: str, after: str) -> None:
    refuse_versions(plan(before, after), "demo")


def test_the_version_of_a_global_database_is_moved_region_by_region() -> None:
    with pytest.raises(SpecConflict, match="the primary last"):
        refuse_versions(plan("16.8", "16.10", GLOBAL), "demo")
    refuse_backwards(plan("16.8", "16.10", GLOBAL), "demo")


class Clock:
    """Time that does not pass."""

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        return


class Rds:
    """A cluster that shows these (status, version) one after the other, and the last of them for ever."""

    def __init__(self, *shown: tuple[str, str]) -> None:
        self.shown = list(shown)

    def describe_db_clusters(self, **_: Any) -> dict[str, Any]:
        status, version = self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]
        return {"DBClusters": [{"DBClusterIdentifier": "demo", "Status": status, "EngineVersion": version}]}

    def get_paginator(self, _: str) -> Rds:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"DBInstances": []}]


def wait(rds: Rds) -> str:
    clock: Any = Clock()
    return await_version(rds, "demo", "17.5", clock=clock, waiting=lambda *told: None).engine_version


def test_the_version_is_waited_for_although_aws_begins_late() -> None:
    assert wait(Rds(*[("available", "16.8")] * 10, ("upgrading", "16.8"), ("available", "17.5"))) == "17.5"


@pytest.mark.parametrize("seen", [[("upgrading", "16.8"), ("available", "16.8")], [("available", "16.8")]])
def test_an_upgrade_that_aws_gives_up_is_no_wait_for_ever(seen: list[tuple[str, str]]) -> None:
    with pytest.raises(OperationFailed) as caught:
        wait(Rds(*seen))
    assert caught.value.message == "AWS has not upgraded demo: it is available and still runs 16.8."
    assert "upgrade-prechecks.log" in str(caught.value.hint)


def test_addresses_beside_and_usual() -> None:
    assert group_name("demo", "aurora-mysql8.4") == "demo-aurora-mysql8-4"
    assert group_name("demo", "aurora-mysql8.4", "b2") == "demo-aurora-mysql8-4-b2"
    usual = "aws_db_parameter_group.instance_2"
    assert _with("next_", usual) == "aws_db_parameter_group.next_instance_2"
    assert _with("", "aws_db_parameter_group.next_instance_2") == usual
    secondary = "module.eu_central_1.aws_rds_cluster_parameter_group.this"
    assert _with("former_", secondary) == "module.eu_central_1.aws_rds_cluster_parameter_group.former_this"
    assert _with("", _with("former_", secondary)) == secondary
