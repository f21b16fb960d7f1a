"""What a destroy that stopped half-way says of itself."""

from __future__ import annotations

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.destroy.partial import PartialDestroy, parts
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

CLUSTER, FIRST, OTHER = (
    "aws_rds_cluster.this",
    'aws_rds_cluster_instance.this["1"]',
    'aws_rds_cluster_instance.this["2"]',
)
GROUP = "aws_db_subnet_group.this"


def goes(address: str, **before: str) -> ResourceChange:
    return ResourceChange(address, address.split(".")[0], "x", None, "delete", (), (), None, before, {})


PLAN = Plan(
    resource_changes=(
        goes(CLUSTER, cluster_identifier="demo"),
        goes(FIRST, identifier="demo-1"),
        goes(OTHER, identifier="demo-2"),
        goes(GROUP, name="demo"),
    )
)


def live(*members: tuple[str, str]) -> Topology:
    found = tuple(Member(name, "reader", "db.r7g.large", status) for name, status in members)
    return Topology("demo", "arn", "available", "aurora-postgresql", "16.8", 5432, found)


def test_what_the_state_no_longer_holds_is_gone() -> None:
    gone, left = parts(PLAN, [CLUSTER, FIRST, GROUP], ["demo-1", "demo-2"], live(("demo-1", "available")))
    assert (gone, left) == (("demo-2",), ("demo", "demo-1", GROUP))


def test_a_stranger_is_told_by_what_lives() -> None:
    begun = ["demo-1", "demo-2", "theirs", "other"]
    gone, left = parts(
        PLAN, [CLUSTER, FIRST, OTHER, GROUP], begun, live(("theirs", "deleting"), ("other", "available"))
    )
    assert gone == ("theirs",)
    assert left == ("demo", "demo-1", "demo-2", GROUP, "other")


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (
            PartialDestroy(
                "demo", ("demo-2", "aws_route.a", "aws_route.b"), ("demo", "demo-1", GROUP), "available", "off"
            ),
            "Already deleted: demo-2, 2 other resources. Remaining: the cluster demo (available), demo-1, 1 other resource.",
        ),
        (
            PartialDestroy("demo", (), (GROUP,), None, None),
            "Already deleted: nothing. Remaining: 1 other resource.",
        ),
        (
            PartialDestroy("demo", ("demo-1",), ("demo",), "available", "on"),
            (
                "Already deleted: demo-1. Remaining: the cluster demo (available). Its deletion protection is on: it was enabled "
                "meanwhile."
            ),
        ),
    ],
)
def test_the_sentence(found: PartialDestroy, text: str) -> None:
    assert found.sentence() == text
