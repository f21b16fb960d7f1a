"""Which apply changes instances one at a time, which one resumes it, and what is left to its last step."""

from __future__ import annotations

from contextlib import nullcontext
from copy import copy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.operations.build import rolling
from aurora_cli.operations.build.rolling import ClassesInAws, RollingApply, rolling_apply
from aurora_cli.operations.core import concern
from aurora_cli.operations.core.concern import StackContext
from aurora_cli.operations.core.history import AnotherOperation, recorded
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.pipeline.context import OperationContext
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.text.load import dump_spec
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.journal import Journal, write_journal
from aurora_cli.stacks.registry import Registry
from aurora_cli.stacks.stack import Stack
from aurora_cli.terraform.plan.plan import Plan
from tests.unit.spec_cases import resolved

LARGE, XLARGE = "db.r7g.large", "db.r7g.xlarge"
APP: Any = SimpleNamespace(act_for=lambda identity: None, clock=Clock())
OPTIONS = RunOptions("apply", lambda review: True, lambda event: None, file="/home/anna/orders.yaml")
DESIRED = resolved({"instances.class": XLARGE, "instances.readers": 1})


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    before = dump_spec(resolved({"instances.class": LARGE, "instances.readers": 1}).spec)
    made = Registry(Home(tmp_path)).create("orders", region="eu-west-1", target="aws", spec=before)
    made.update_record(status="ready")
    return made


def live(monkeypatch: pytest.MonkeyPatch, *classes: str, status: str = "available", **pending: str) -> None:
    """What AWS has: a writer and readers of these classes."""
    members = [
        Member(f"orders-{n}", "reader" if n > 1 else "writer", c, "available", pending=pending)
        for n, c in enumerate(classes, 1)
    ]
    topology = Topology("orders", "arn", status, "aurora-postgresql", "17.7", 5432, tuple(members))
    monkeypatch.setattr(StackContext, "look", lambda context: topology if members else None)


def chosen(stack: Stack, desired: Any = DESIRED, *, resume: bool = False, **options: Any) -> RollingApply | None:
    return rolling_apply(APP, stack, desired, replace(OPTIONS, **options), resume=resume)


@pytest.mark.parametrize(
    ("classes", "rolls"),
    [((LARGE, LARGE), True), ((XLARGE, LARGE), True), ((LARGE,), True), ((XLARGE, XLARGE), False), ((), False)],
)
def test_a_class_that_differs_in_aws_is_changed_one_instance_at_a_time(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, classes: tuple[str, ...], rolls: bool
) -> None:
    live(monkeypatch, *classes)
    assert (chosen(stack) is not None) == rolls


@pytest.mark.parametrize(
    ("classes", "rolls"), [((LARGE, XLARGE), True), ((LARGE, LARGE), False), ((XLARGE,), True), ((), False)]
)
def test_a_class_changed_in_aws_alone_is_found_beside_the_plan(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, classes: tuple[str, ...], rolls: bool
) -> None:
    same = resolved({"instances.class": LARGE, "instances.readers": 1})
    monkeypatch.setattr(StackContext, "look", lambda context: pytest.fail("AWS is asked before Terraform plans"))
    assert chosen(stack, same) is None
    live(monkeypatch, *classes)
    context: Any = SimpleNamespace(app=APP, stack=stack, options=OPTIONS)
    topology = StackContext(APP, stack, OPTIONS.emit, same.spec).look()
    change: Any = SimpleNamespace(context=context, spec=same.spec, topology=topology, regions=LiveRegions())
    with pytest.raises(AnotherOperation) if rolls else nullcontext():
        ClassesInAws(change).review(Plan.unchanged([]))


def test_what_is_left_to_another_operation_has_no_entry_of_its_own(stack: Stack) -> None:
    app: Any = SimpleNamespace(clock=Clock(), user="anna", begun=set())
    with pytest.raises(AnotherOperation), recorded(app, stack, "apply"):
        raise AnotherOperation
    assert (stack.history.read(), stack.history.begun()) == ([], [])


def test_a_look_is_shared_where_nothing_changes_and_nothing_is_waited_for(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(rds: Any, name: str) -> Any:
        read_names.append(name)
        return SimpleNamespace(number=len(read_names))

    def number() -> Any:
        return cast("Any", context.look()).number

    read_names: list[str] = []
    monkeypatch.setattr(concern, "read_topology", read)
    context = OperationContext(APP, stack, OPTIONS, DESIRED.spec)
    monkeypatch.setattr(OperationContext, "rds", None)
    assert (number(), number()) == (1, 2)
    with context.sharing_looks():
        assert (number(), number()) == (3, 3)
        assert cast("Any", copy(context).look()).number == 3, "as in another Region"
        waited = context.wait(lambda: (number(), None if number() > 4 else "busy"), "it", slowest_s=0.01)
        assert waited == 5
    with context.sharing_looks(seen=True):
        assert number() == 5
    assert number() == 6


def test_a_single_instance_a_stopped_cluster_and_in_place_are_one_step(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(monkeypatch, LARGE)
    assert chosen(stack, resolved({"instances.class": XLARGE})) is None
    live(monkeypatch, LARGE, LARGE, DBInstanceClass=XLARGE)
    assert chosen(stack) is None, "AWS has it already, for its window"
    live(monkeypatch, LARGE, LARGE)
    assert chosen(stack, in_place=True) is None
    later = {"instances.class": XLARGE, "instances.readers": 1, "maintenance.apply_immediately": False}
    assert chosen(stack, resolved(later)) is None, "it is pending until the window: no instance restarts now"
    stack.update_record(status="creating")
    assert chosen(stack) is None
    stack.update_record(status="ready")
    live(monkeypatch, LARGE, LARGE, status="stopped")
    assert chosen(stack) is None


def test_it_is_resumed_by_the_same_spec_or_by_the_name_alone(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    live(monkeypatch, LARGE, LARGE)
    began = chosen(stack)
    assert began is not None
    assert began.command == ("apply", "orders")
    write_journal(
        stack.folder,
        Journal("apply", began.arguments, began.command, "2026-11-30T00:00:00+00:00", "anna", {"file": OPTIONS.file}),
    )
    live(monkeypatch, XLARGE, XLARGE)
    assert chosen(stack) is not None, "also where every class has changed: the rest may be missing"
    resumed = chosen(stack, resolved(), resume=True, file=None)
    assert resumed is not None
    assert resumed.arguments == began.arguments
    assert resumed.resumed_options(stack, replace(OPTIONS, file=None)).file == OPTIONS.file
    assert chosen(stack, resolved({"instances.class": LARGE, "instances.readers": 1})) is None, (
        "it is refused as any other"
    )


def test_beside_another_operation_it_is_refused_as_every_apply(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    live(monkeypatch, LARGE, LARGE)
    write_journal(stack.folder, Journal("scale", {}, ("scale", "orders"), "2026-11-30T00:00:00+00:00", "anna"))
    assert chosen(stack) is None
    assert chosen(stack, resume=True) is None


def test_only_sizes_change_before_the_last_step() -> None:
    before = resolved(
        {
            "instances.class": LARGE,
            "instances.readers": 1,
            "instances.overrides.2.zone": "eu-west-1b",
            "storage": "aurora",
        }
    ).spec
    after = resolved(
        {
            "instances.acu": "0.5-4",
            "instances.readers": 2,
            "instances.overrides": {
                "1": {"class": XLARGE, "monitoring_interval": 30},
                "2": {"class": XLARGE},
                "3": {"class": XLARGE, "monitoring_interval": 30, "promotion_tier": 9},
            },
            "roles.path": "/databases/",
            "storage": "aurora-iopt1",
            "backup.retention": "9d",
        }
    ).spec
    resized: ClusterSpec = vars(rolling)["_resized"](before, after, ("1", "2"))
    now = resized.instances
    assert (now.class_, now.acu, now.readers) == (after.instances.class_, after.instances.acu, 2)
    assert (now.overrides["2"].class_, now.overrides["2"].zone) == (XLARGE, "eu-west-1b")
    assert (now.overrides["1"].class_, now.overrides["1"].monitoring_interval) == (XLARGE, None)
    new = after.instances.overrides["3"].model_copy(update={"monitoring_interval": None})
    assert now.overrides["3"] == new, (
        "a new instance is created as it stays; a role for it, with its path, is for the last step"
    )
    assert (resized.storage, resized.backup) == (before.storage, before.backup)
