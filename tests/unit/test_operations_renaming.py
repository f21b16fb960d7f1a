"""rename and restore in place: what is refused before anything starts, how names are made, what a state becomes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.errors import InvalidInput, SpecConflict, SpecInvalid, StackDamaged, StateAtRisk
from aurora_cli.operations.rename.names import renamed_spec
from aurora_cli.operations.rename.rename import _order as order_of
from aurora_cli.operations.restore_in_place.refusals import refuse_bound
from aurora_cli.operations.restore_in_place.retained_cluster import (
    RetainedCluster,
    aside_of,
    beside,
    refuse_aside,
    sentence,
)
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.registry import Registry
from aurora_cli.stacks.stack import Stack
from aurora_cli.terraform.state import state_rename
from aurora_cli.terraform.state.state_rename import Renamed, is_renamed, renamed_state
from tests.unit.spec_cases import resolved

ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
LIVE = Topology("orders", ARN, "available", "aurora-postgresql", "16.8", 5432, ())
NOW = datetime(2030, 1, 31, 7, 0, tzinfo=timezone.utc)
NAMES = Renamed(
    "orders", "shop", {"orders-1": "shop-1"}, {"/aws/rds/cluster/orders/x": "/aws/rds/cluster/shop/x"}, "shop-final-1"
)


class NoDeployments:
    """RDS without blue/green deployments, or with one of the cluster."""

    def __init__(self, *found: dict[str, str]) -> None:
        self.found = found

    def get_paginator(self, operation: str) -> Any:
        """One page of the deployments."""
        assert operation == "describe_blue_green_deployments"
        return SimpleNamespace(paginate=lambda: [{"BlueGreenDeployments": list(self.found)}])


def context(spec: ClusterSpec, rds: NoDeployments | None = None) -> Any:
    return SimpleNamespace(spec=spec, rds=rds or NoDeployments())


def spec_of(**changes: Any) -> ClusterSpec:
    return resolved({"name": "orders", **changes}).spec


@pytest.mark.parametrize(
    ("changes", "live", "words"),
    [
        ({}, {"replicas": ("arn:other",)}, "it has the replicas arn:other"),
        ({}, {"replicates_from": "arn:other"}, "it replicates arn:other"),
        ({"proxy": True}, {}, "its RDS proxy refers to it by name"),
        ({}, {"activity_stream": "stream"}, "it has an activity stream"),
    ],
)
def test_what_others_hold_by_its_name_is_refused(changes: dict[str, Any], live: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        refuse_bound(context(spec_of(**changes)), replace(LIVE, **live), "renamed")
    assert caught.value.message == f"orders cannot be renamed: {words}. Nothing was changed."
    assert caught.value.hint


def test_a_member_of_a_global_database_is_refused() -> None:
    spec = spec_of().model_copy(update={"global_": object()})
    with pytest.raises(InvalidInput, match="it is in a global database"):
        refuse_bound(context(spec), LIVE, "replaced")


def test_an_active_blue_green_deployment_is_refused_and_an_ended_one_is_not() -> None:
    one = {"BlueGreenDeploymentIdentifier": "bgd-1", "Source": ARN, "Status": "AVAILABLE"}
    with pytest.raises(SpecConflict, match="is part of the blue/green deployment bgd-1"):
        refuse_bound(context(spec_of(), NoDeployments(one)), LIVE, "renamed")
    refuse_bound(context(spec_of(), NoDeployments({**one, "Status": "SWITCHOVER_COMPLETED"})), LIVE, "renamed")
    refuse_bound(context(spec_of(), NoDeployments({**one, "Source": "arn:other"})), LIVE, "renamed")


def test_a_stopped_cluster_is_refused() -> None:
    with pytest.raises(InvalidInput, match="orders is stopped"):
        refuse_bound(context(spec_of()), replace(LIVE, status="stopped"), "renamed")


def member(name: str, role: str, tier: int = 1, status: str = "available") -> Member:
    return Member(name, role, "db.r7g.large", status, promotion_tier=tier)


def test_readers_come_first_and_the_next_writer_has_its_new_name() -> None:
    names = replace(NAMES, instances={f"orders-{n}": f"shop-{n}" for n in (1, 2, 3)})
    members = (member("orders-1", "writer"), member("orders-2", "reader", 5), member("orders-3", "reader", 2))
    assert order_of(replace(LIVE, members=members), names) == (["orders-2", "orders-3", "orders-1"], "shop-3")
    assert order_of(replace(LIVE, members=members[:1]), names) == (["orders-1"], None)
    own = (member("ledger", "writer"), member("orders-2", "reader"))
    assert order_of(replace(LIVE, members=own), names) == (["orders-2"], None)


def test_a_name_beside_another_is_legal_and_differs_where_long_names_are_cut() -> None:
    assert beside("orders", "old", NOW) == "orders-old-300131070000"
    long = [beside("a" * 60 + str(n), "new", NOW) for n in (1, 2)]
    assert len(set(long)) == 2
    assert all(len(one) <= 63 and "--" not in one for one in long)


# --- on disk ---


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    text = "name: orders\nregion: eu-west-1\nengine: postgres\nengine_version: '16.8'\n"
    return Registry(Home(tmp_path)).create("orders", region="eu-west-1", target="aws", spec=text)


def test_a_cluster_set_aside_is_kept_told_and_holds_others_up(stack: Stack) -> None:
    refuse_aside(stack, "to destroy")
    RetainedCluster("orders-old-1", "old", "2030-01-31T07:00:00+00:00", {"orders-1": "orders-1-old-1"}).keep(stack)
    found = aside_of(stack)
    assert found is not None
    assert "orders-old-1 holds the data from before 2030-01-31T07:00Z" in sentence("orders", found)
    with pytest.raises(SpecConflict, match="to destroy orders is refused"):
        refuse_aside(stack, "to destroy")


def test_the_new_spec_keeps_the_first_name_and_loses_it_when_it_comes_back(stack: Stack) -> None:
    spec = renamed_spec(stack, "shop").spec
    assert (spec.name, spec.resource_name, spec.base_name) == ("shop", "orders", "orders")
    stack.write_spec("name: shop\nresource_name: orders\nregion: eu-west-1\nengine: postgres\n")
    assert renamed_spec(stack, "store").spec.resource_name == "orders"
    assert renamed_spec(stack, "orders").spec.resource_name is None


def test_a_name_too_long_for_instances_is_refused(stack: Stack) -> None:
    with pytest.raises(SpecInvalid, match=r"problem"):
        renamed_spec(stack, "a" * 62)


def test_a_stack_is_readable_at_every_moment_of_its_move(stack: Stack, tmp_path: Path) -> None:
    registry = Registry(Home(tmp_path))
    stack.update_record(renamed_to="shop")
    assert registry.get("orders").record.name == "orders"
    stack.rename("shop")
    assert registry.find("orders") is None
    assert registry.get("shop").record.name == stack.record.name == "shop"
    stack.rename("shop")
    stack.update_record(name="shop", renamed_to=None)
    assert json.loads((stack.folder / "stack.json").read_text())["name"] == "shop"
    (stack.folder / "stack.json").write_text((stack.folder / "stack.json").read_text().replace('"shop"', '"other"'))
    with pytest.raises(StackDamaged):
        _ = stack.record


def test_a_stack_does_not_move_over_another(stack: Stack, tmp_path: Path) -> None:
    Registry(Home(tmp_path)).create("shop", region="eu-west-1", target="aws", spec="name: shop\n")
    with pytest.raises(OSError, match="not empty"):
        stack.rename("shop")
    assert stack.record.name == "orders"


# --- the state ---


def state(*resources: tuple[str, dict[str, Any]]) -> str:
    entries = [
        {
            "mode": "managed",
            "type": kind,
            "name": "x",
            "instances": [{"attributes": attributes, "identity": {"id": "1"}}],
        }
        for kind, attributes in resources
    ]
    return json.dumps({"version": 4, "serial": 7, "lineage": "l", "resources": entries})


def attributes(text: str, kind: str) -> dict[str, Any]:
    found = next(r for r in json.loads(text)["resources"] if r["type"] == kind)
    return cast("dict[str, Any]", found["instances"][0]["attributes"])


CLUSTER = {
    "id": "orders",
    "cluster_identifier": "orders",
    "arn": ARN,
    "endpoint": "orders.cluster-abc.eu-west-1.rds.amazonaws.com",
    "cluster_members": ["orders-1", "application-autoscaling-1"],
    "skip_final_snapshot": False,
    "final_snapshot_identifier": "orders-final-1",
    "db_subnet_group_name": "orders",
}


def test_a_state_gets_the_new_ids_and_keeps_what_only_terraform_knows() -> None:
    group = {
        "id": "/aws/rds/cluster/orders/x",
        "name": "/aws/rds/cluster/orders/x",
        "arn": "arn:::/aws/rds/cluster/orders/x",
    }
    before = state(
        ("aws_rds_cluster", CLUSTER),
        ("aws_rds_cluster_instance", {"id": "orders-1", "identifier": "orders-1", "cluster_identifier": "orders"}),
        (
            "aws_rds_cluster_endpoint",
            {"id": "orders-r", "cluster_identifier": "orders", "static_members": ["orders-1"]},
        ),
        ("aws_cloudwatch_log_group", group),
        ("aws_db_subnet_group", {"id": "orders", "name": "orders"}),
    )
    after = renamed_state(before, NAMES)
    cluster = attributes(after, "aws_rds_cluster")
    assert (cluster["id"], cluster["endpoint"]) == ("shop", "shop.cluster-abc.eu-west-1.rds.amazonaws.com")
    assert cluster["arn"] == ARN.replace("orders", "shop")
    assert cluster["cluster_members"] == ["application-autoscaling-1", "shop-1"]
    assert (cluster["skip_final_snapshot"], cluster["final_snapshot_identifier"]) == (False, "shop-final-1")
    assert cluster["db_subnet_group_name"] == "orders"
    instance = attributes(after, "aws_rds_cluster_instance")
    assert (instance["id"], instance["cluster_identifier"]) == ("shop-1", "shop")
    endpoint = attributes(after, "aws_rds_cluster_endpoint")
    assert (endpoint["id"], endpoint["cluster_identifier"], endpoint["static_members"]) == (
        "orders-r",
        "shop",
        ["shop-1"],
    )
    assert attributes(after, "aws_cloudwatch_log_group")["arn"] == "arn:::/aws/rds/cluster/shop/x"
    assert attributes(after, "aws_db_subnet_group") == {"id": "orders", "name": "orders"}
    assert json.loads(after)["serial"] == 8
    assert (is_renamed(before, NAMES), is_renamed(after, NAMES)) == (False, True)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(StateAtRisk):
        renamed_state(text, NAMES)


def test_the_association_of_a_role_follows_a_rename() -> None:
    attributes = {"db_cluster_identifier": "old", "id": "old,arn:role", "role_arn": "arn:role"}
    vars(state_rename)["_role"](attributes, cast("Any", SimpleNamespace(after="new")))
    assert attributes == {"db_cluster_identifier": "new", "id": "new,arn:role", "role_arn": "arn:role"}
