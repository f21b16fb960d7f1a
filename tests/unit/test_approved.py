"""What is left of a plan that was approved counts as approved; anything else does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.review import Finding, PlannedStep, PlanReview, RunOptions
from aurora_cli.operations.guard.approved import FILE, forget_approved, is_rest, remember_approved
from aurora_cli.operations.pipeline.review import ask
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

CLUSTER = ResourceChange(
    "aws_rds_cluster.this", "aws_rds_cluster", "this", None, "create", after={"port": 5432}, unknown=("arn",)
)
READER = ResourceChange(
    'aws_rds_cluster_instance.this["2"]',
    "x",
    "this",
    "2",
    "create",
    after={"cluster": None, "class": "a"},
    unknown=("cluster",),
)
GROUP = ResourceChange(
    "aws_x.group", "aws_x", "group", None, "replace", after={"tags": {}, "rules": []}, partly=("rules",)
)
RESTART = Finding("restart", CLUSTER.address, "orders-1 restarts.")
STEPS = tuple(PlannedStep(name, name) for name in ("resize 2", "fail over", "resize 1"))


def review(*changes: ResourceChange, **more: Any) -> PlanReview:
    return PlanReview("orders", "eu-west-1", "apply", "aws", Plan(changes, applyable=bool(changes)), **more)


APPROVED = review(CLUSTER, READER, GROUP, findings=(RESTART,), sequence=STEPS, steps=("wait",))


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (review(READER), True),
        (review(), True),
        (review(replace(READER, after={"cluster": "orders", "class": "a"}, unknown=())), True),
        (review(replace(CLUSTER, action="update")), True),
        (
            review(
                replace(CLUSTER, action="update", after={"port": 5432, "key": "", "ipv6": False, "mask": 0, "tags": {}})
            ),
            True,
        ),
        (review(replace(CLUSTER, action="update", after={"port": 0})), False),
        (review(replace(CLUSTER, action="update", after={"port": 5432, "key": "other"})), False),
        (review(replace(GROUP, action="create", after={"tags": {}, "rules": ["sg-1"]})), True),
        (review(sequence=STEPS[1:], findings=(replace(RESTART, text="orders-2 restarts."),)), True),
        (review(replace(READER, address="aws_x.made_by_a_step"), resumed=True, sequence=STEPS[1:]), True),
        (review(READER, resumed=True, sequence=(*STEPS[1:], PlannedStep("reboot", "reboot"))), False),
        (review(replace(READER, after={"class": "b"})), False),
        (review(replace(READER, action="delete")), False),
        (review(replace(CLUSTER, action="replace")), False),
        (review(replace(READER, address="aws_x.other")), False),
        (review(replace(GROUP, after={"tags": {"a": "b"}})), False),
        (review(findings=(replace(RESTART, effect="lost"),)), False),
        (review(sequence=(PlannedStep("reboot", "reboot"),)), False),
        (review(steps=("delete the cluster",)), False),
        (review(READER, account="222222222222"), False),
    ],
)
def test_the_rest_of_an_approved_plan(tmp_path: Path, now: PlanReview, holds: bool) -> None:
    stack: Any = SimpleNamespace(folder=tmp_path)
    assert not is_rest(stack, now, APPROVED.digest), "nothing was approved yet"
    remember_approved(stack, APPROVED)
    assert is_rest(stack, now, APPROVED.digest) is holds
    assert not is_rest(stack, now, "another")
    forget_approved(stack)
    assert not is_rest(stack, now, APPROVED.digest), "it was applied"
    remember_approved(stack, APPROVED)
    for damaged in ('{"digest": ', f'{{"digest": "{APPROVED.digest}"}}', "[]"):
        (tmp_path / FILE).write_text(damaged)
        assert not is_rest(stack, now, APPROVED.digest)


def test_what_may_be_lost_may_be_gone_already_where_a_plan_is_resumed() -> None:
    options = RunOptions("apply", lambda shown: True, lambda event: None, allow=("aws_rds_cluster.this",))
    with pytest.raises(InvalidInput, match="not in the plan"):
        ask(review(READER), options, lambda plan: None)
    ask(review(READER, resumed=True), options, lambda plan: None)


def test_a_digest_is_of_what_a_creation_would_make() -> None:
    small, large = (replace(READER, after={"class": one}, changed=()) for one in ("db.t4g.medium", "db.r7g.16xlarge"))
    assert review(small).digest == review(replace(small)).digest
    assert review(small).digest != review(large).digest
    assert review(small, to="17.5").digest != review(small, to="17.6").digest
    restarting = replace(STEPS[0], interruption="It restarts.")
    assert review(sequence=(restarting,)).digest != review(sequence=STEPS[:1]).digest
    assert review(replace(small, importing="orders-1")).digest != review(small).digest
    names = (replace(small, after={**small.after, "final_snapshot_identifier": one}) for one in ("a-1", "a-2"))
    assert len({review(one).digest for one in names}) == 1, "the name is drawn for each plan until there is a stack"


def test_a_digest_is_of_what_is_behind_the_steps(tmp_path: Path) -> None:
    stack: Any = SimpleNamespace(folder=tmp_path)
    one, other = (review(steps=("Run schema.sql in shop.",), behind=(text,)) for text in ("a", "b"))
    assert one.digest != other.digest
    remember_approved(stack, one)
    assert is_rest(stack, one, one.digest) and not is_rest(stack, other, one.digest)
