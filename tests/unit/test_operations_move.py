"""A move to another subnet group: what is refused before, what is sent to AWS, and a key that a green cluster brings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.aws.modify.settings import move_to_subnet_group
from aurora_cli.errors import AwsFailed, InvalidInput, OperationFailed
from aurora_cli.operations.blue_green.blockers import Situation
from aurora_cli.operations.blue_green.target import new_key, refuse_other_changes
from aurora_cli.operations.day_two import move
from aurora_cli.operations.day_two.move import Move, _look
from aurora_cli.operations.guard.findings import _way_out
from aurora_cli.terraform.plan.plan import ResourceChange
from tests.unit.spec_cases import resolved

READY = Situation(name="orders", engine="aurora-postgresql", logical="1")


class FakeRds:
    """Two subnet groups and a cluster in the first one."""

    def __init__(self, vpc: str = "vpc-1", zones: str = "ab") -> None:
        self.groups = {"here": ("vpc-1", "abc"), "there": (vpc, zones)}
        self.calls: list[dict[str, Any]] = []
        self.group = "here"

    def describe_db_clusters(self, **_: Any) -> dict[str, Any]:
        groups = [{"VpcSecurityGroupId": "sg-1"}]
        found = {"DBSubnetGroup": self.group, "VpcSecurityGroups": groups, "NetworkType": "DUAL", "Status": "available"}
        return {"DBClusters": [found]}

    def describe_db_subnet_groups(self, DBSubnetGroupName: str) -> dict[str, Any]:  # noqa: N803
        if DBSubnetGroupName not in self.groups:
            return {"DBSubnetGroups": []}
        vpc, zones = self.groups[DBSubnetGroupName]
        subnets = [{"SubnetAvailabilityZone": {"Name": f"eu-west-1{zone}"}} for zone in zones]
        return {"DBSubnetGroups": [{"VpcId": vpc, "Subnets": subnets}]}

    def modify_db_cluster(self, **asked: Any) -> None:
        self.calls.append(asked)
        self.group = asked["DBSubnetGroupName"]


def context(
    monkeypatch: pytest.MonkeyPatch, rds: FakeRds, situation: Situation = READY, group: str | None = "here"
) -> Any:
    monkeypatch.setattr(move, "situation_of", lambda context, topology, after, major: situation)
    members = tuple(
        Member(f"orders-{n}", "reader", "db.r7g.large", "available", zone=f"eu-west-1{z}")
        for n, z in enumerate("ab", 1)
    )
    live = Topology("orders", "arn", "available", "aurora-postgresql", "17.7", 5432, members)
    waits = lambda look, what, timeout_s: look()  # noqa: E731
    return SimpleNamespace(
        spec=resolved({"network.subnet_group": group}).spec, rds=rds, live=lambda: live, stack=None, wait=waits
    )


def test_the_move_keeps_security_groups_and_network_type(monkeypatch: pytest.MonkeyPatch) -> None:
    rds = FakeRds()
    at = context(monkeypatch, rds)
    operation = Move("orders", "there")
    decision = operation.decide(at)
    step = operation.steps(at, decision)[0]
    assert not step.done()
    step.run()
    assert step.done()
    assert rds.calls == [
        {
            "DBClusterIdentifier": "orders",
            "DBSubnetGroupName": "there",
            "VpcSecurityGroupIds": ["sg-1"],
            "NetworkType": "DUAL",
            "ApplyImmediately": True,
        }
    ]
    step.run()
    assert len(rds.calls) == 1, "a repeat does not move it again"


def test_a_cluster_that_aws_returns_is_not_waited_for() -> None:
    rds = FakeRds()
    at: Any = SimpleNamespace(rds=rds, spec=SimpleNamespace(name="orders"))
    assert _look(at, "there", []) == (None, "available"), "AWS has not begun"
    with pytest.raises(OperationFailed, match="has returned it to the subnet group here"):
        _look(at, "there", ["modifying"])
    rds.group = "there"
    assert _look(at, "there", ["modifying"]) == (None, None)


@pytest.mark.parametrize(
    ("rds", "to", "situation", "says"),
    [
        (FakeRds(), "here", READY, "is in the subnet group here already"),
        (FakeRds(), "nowhere", READY, "has no DB subnet group nowhere"),
        (FakeRds(vpc="vpc-2"), "there", READY, "there is in vpc-2"),
        (FakeRds(zones="ac"), "there", READY, "there has no subnet in eu-west-1b"),
        (
            FakeRds(),
            "there",
            Situation("orders", "aurora-postgresql", proxies=("p",)),
            "For a move of orders, 1 blocker",
        ),
    ],
)
def test_what_aws_would_refuse_is_refused_before(
    monkeypatch: pytest.MonkeyPatch, rds: FakeRds, to: str, situation: Situation, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        Move("orders", to).decide(context(monkeypatch, rds, situation))
    assert rds.calls == []


def test_a_subnet_group_of_the_stack_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="belongs to its stack"):
        Move("orders", "there").decide(context(monkeypatch, FakeRds(), group=None))


def test_a_botocore_that_is_too_old_says_so() -> None:
    from botocore.exceptions import ParamValidationError

    def refuse(**_: Any) -> None:
        raise ParamValidationError(report='Unknown parameter in input: "DBSubnetGroupName"')

    with pytest.raises(AwsFailed, match="The installed botocore cannot move orders") as refused:
        move_to_subnet_group(SimpleNamespace(modify_db_cluster=refuse), "orders", "there", [], "IPV4")
    assert "pip install --upgrade botocore" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ({}, {}, None),
        ({}, {"encryption.kms_key": "alias/a"}, "alias/a"),
        ({"encryption.kms_key": "alias/a"}, {}, "alias/aws/rds"),
        ({"encryption.enabled": False}, {"encryption.kms_key": "alias/a"}, "alias/a"),
        ({}, {"encryption.kms_key": "stack"}, "arn:stack"),
    ],
)
def test_the_key_of_a_green_cluster(before: dict[str, Any], after: dict[str, Any], key: str | None) -> None:
    old, new = resolved(before).spec, resolved(after).spec
    refuse_other_changes(old, new)
    assert new_key(old, new, "arn:stack") == key


@pytest.mark.parametrize(
    ("after", "says"),
    [({"encryption.enabled": False}, "cannot go without"), ({"encryption.kms_key": "stack"}, "has no KMS key yet")],
)
def test_a_key_that_cannot_be_had(after: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        new_key(resolved({}).spec, resolved(after).spec, None)


@pytest.mark.parametrize(
    ("paths", "way"),
    [
        (("kms_key_id",), "aurora-cli blue-green create orders --set encryption.kms_key=KEY"),
        (("db_subnet_group_name",), "aurora-cli move orders --subnet-group GROUP"),
        (("kms_key_id", "engine"), ""),
    ],
)
def test_a_replacement_that_aws_does_not_need_names_the_operation(paths: tuple[str, ...], way: str) -> None:
    before = {"cluster_identifier": "orders"}
    change = ResourceChange(
        "aws_rds_cluster.this", "aws_rds_cluster", "this", None, "replace", replace_paths=paths, before=before
    )
    assert way in _way_out(change) if way else not _way_out(change)
