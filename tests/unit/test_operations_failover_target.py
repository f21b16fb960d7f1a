"""Which reader takes the role over: the one that AWS would choose, so that what is shown is what happens."""

from __future__ import annotations

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.pipeline.role_steps import failover_target
from aurora_cli.spec.facts.sizes import size_of


def reader(name: str, tier: int, class_: str) -> Member:
    return Member(name, "reader", class_, "available", promotion_tier=tier)


@pytest.mark.parametrize(
    ("readers", "chosen"),
    [
        ((reader("a", 1, "db.r7g.large"), reader("b", 0, "db.t4g.medium")), "b"),
        ((reader("a", 1, "db.r7g.large"), reader("b", 1, "db.r7g.2xlarge")), "b"),
        ((reader("a", 1, "db.r7g.16xlarge"), reader("b", 1, "db.r7g.2xlarge")), "a"),
        ((reader("a", 1, "db.serverless"), reader("b", 1, "db.r7g.large")), "b"),
        ((reader("a", 1, "db.r7g.large"), reader("b", 1, "db.r6g.large")), "a"),
        ((reader("application-autoscaling-1", 0, "db.r7g.4xlarge"), reader("b", 15, "db.r6g.large")), "b"),
    ],
)
def test_the_lowest_tier_and_of_several_the_largest(readers: tuple[Member, ...], chosen: str) -> None:
    topology = Topology("demo", "arn", "available", "aurora-postgresql", "17.7", 5432, readers)
    found = failover_target(topology, {one.id for one in readers})
    assert found is not None
    assert found.id == chosen


def test_sizes_are_in_order() -> None:
    sizes = ["serverless", "medium", "large", "xlarge", "2xlarge", "12xlarge", "48xlarge"]
    assert [size_of(f"db.r7g.{size}") for size in sizes] == sorted(size_of(f"db.r7g.{size}") for size in sizes)
    assert len({size_of(f"db.r7g.{size}") for size in sizes}) == len(sizes)
