"""A plan as data: actions, reasons, differing attributes, and no secret anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aurora_cli.terraform.output.events import Resource, ResourceDrift, Version
from aurora_cli.terraform.plan.changes import AttributeChange, dotted
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.terraform.plan.redaction import SENSITIVE, redact


def change(actions: list[str], before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    top: dict[str, Any] = {
        key: more.pop(key) for key in ("action_reason", "mode", "previous_address", "deposed") if key in more
    }
    marks: dict[str, Any] = {"before_sensitive": {}, "after_sensitive": {}, "after_unknown": {}}
    return {
        "address": "aws_rds_cluster.this",
        "mode": "managed",
        "type": "aws_rds_cluster",
        "name": "this",
        **top,
        "change": {"actions": actions, "before": before, "after": after, **marks, **more},
    }


def plan(*changes: dict[str, Any], **more: Any) -> Plan:
    return Plan.from_json(
        {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": list(changes), **more}
    )


@pytest.mark.parametrize(
    ("actions", "action", "summary"),
    [
        (["create"], "create", {"create": 1, "update": 0, "replace": 0, "delete": 0}),
        (["update"], "update", {"create": 0, "update": 1, "replace": 0, "delete": 0}),
        (["delete", "create"], "replace", {"create": 0, "update": 0, "replace": 1, "delete": 0}),
        (["create", "delete"], "replace", {"create": 0, "update": 0, "replace": 1, "delete": 0}),
        (["delete"], "delete", {"create": 0, "update": 0, "replace": 0, "delete": 1}),
        (["no-op"], "no-op", {"create": 0, "update": 0, "replace": 0, "delete": 0}),
        (["read"], "read", {"create": 0, "update": 0, "replace": 0, "delete": 0}),
    ],
)
def test_actions_and_their_totals(actions: list[str], action: str, summary: dict[str, int]) -> None:
    made = plan(change(actions, {}, {}))
    assert made.resource_changes[0].action == action
    assert made.summary() == summary
    assert made.empty == (sum(summary.values()) == 0)


def test_a_replacement_says_why() -> None:
    made = plan(
        change(
            ["delete", "create"],
            {"engine": "aurora-mysql", "tags": {"a": "1"}},
            {"engine": "aurora-postgresql", "tags": {"a": "1"}},
            replace_paths=[["engine"], ["serverlessv2_scaling_configuration", 0, "min_capacity"]],
            action_reason="replace_because_cannot_update",
        )
    )
    found = made.resource_changes[0]
    assert found.replace_paths == ("engine", "serverlessv2_scaling_configuration[0].min_capacity")
    assert found.reason == "replace_because_cannot_update"
    assert found.changed == (AttributeChange("engine", "aurora-mysql", "aurora-postgresql"),)


def test_attributes_are_compared_where_they_differ() -> None:
    made = plan(
        change(
            ["update"],
            {
                "scaling": [{"min": 0.5, "max": 4}],
                "zones": ["a", "b"],
                "tags": {"team": "x", "my key": "1"},
                "arn": "old",
            },
            {"scaling": [{"min": 0.5, "max": 16}], "zones": ["a", "b", "c"], "tags": {"team": "y"}},
            after_unknown={"arn": True, "endpoint": True, "scaling": [{}], "tags": {}},
        )
    )
    assert made.resource_changes[0].changed == (
        AttributeChange("arn", "old", None, known=False),
        AttributeChange("endpoint", None, None, known=False),
        AttributeChange("scaling[0].max", 4, 16),
        AttributeChange("tags.team", "x", "y"),
        AttributeChange('tags["my key"]', "1", None),
        AttributeChange("zones", ["a", "b"], ["a", "b", "c"]),
    )
    assert set(made.resource_changes[0].unknown) == {"arn", "endpoint"}


@pytest.mark.parametrize(("before", "after"), [({}, None), (None, []), ("", None), (0, None), (None, False)])
def test_what_nobody_has_set_does_not_differ_however_it_is_written(before: Any, after: Any) -> None:
    values = {"tags": before, "port": 5432}, {"tags": after, "port": 5433}
    (found,) = Plan.from_json({"resource_changes": [change(["update"], *values)]}).changes
    assert [one.path for one in found.changed] == ["port"]


def test_secrets_are_nowhere_in_the_plan() -> None:
    made = plan(
        change(
            ["update"],
            {
                "token": "s3cret-1",
                "nested": [{"pin": "s3cret-2", "open": 1}],
                "master_password": "s3cret-3",
                "same": "s3cret-4",
            },
            {
                "token": "s3cret-5",
                "nested": [{"pin": "s3cret-6", "open": 2}],
                "master_password": "s3cret-7",
                "same": "s3cret-4",
            },
            before_sensitive={"token": True, "nested": [{"pin": True}], "same": True},
            after_sensitive={"token": True, "nested": [{"pin": True}], "same": True},
        ),
        change(["create"], None, {"whole": "s3cret-8"}, after_sensitive=True),
        output_changes={
            "o": {"actions": ["update"], "before": "s3cret-9", "after": "s3cret-0", "after_sensitive": True}
        },
    )
    assert "s3cret" not in repr(made)
    assert "s3cret" not in json.dumps(made.to_dict())
    changed = {c.path: c for c in made.resource_changes[0].changed}
    assert set(changed) == {"master_password", "nested[0].open", "nested[0].pin", "token"}
    assert changed["token"] == AttributeChange("token", SENSITIVE, SENSITIVE, sensitive=True)
    assert made.output_changes == {"o": "update"}


def test_only_resources_that_change_are_printed() -> None:
    made = plan(change(["no-op"], {}, {}), change(["read"], None, {}, mode="data"), change(["create"], None, {"a": 1}))
    assert [c["action"] for c in made.to_dict()["resource_changes"]] == ["create"]
    assert made.resource_changes[1].data


def test_a_plan_without_changes_comes_from_the_messages_alone() -> None:
    resource = Resource("aws_vpc.this", "aws_vpc", "this")
    made = Plan.unchanged([Version("1.11.4", "1.2"), ResourceDrift(resource, "update")])
    assert made.empty
    assert not made.applyable
    assert made.terraform_version == "1.11.4"
    assert [(d.address, d.action) for d in made.drift] == [("aws_vpc.this", "update")]


def test_a_left_over_of_a_replacement_is_not_the_resource() -> None:
    made = plan(change(["delete"], {}, None, deposed="abcd1234"), change(["update"], {"a": 1}, {"a": 2}))
    found = made.change("aws_rds_cluster.this")
    assert found is not None
    assert found.action == "update"
    assert made.change("aws_vpc.this") is None


def test_a_huge_plan_is_read() -> None:
    many = [change(["create"], None, {"tags": {str(i): "x" for i in range(20)}}) for _ in range(2000)]
    assert plan(*many).summary()["create"] == 2000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("a",), "a"),
        (("a", "b_c", 0, "d"), "a.b_c[0].d"),
        (("tags", "my key"), 'tags["my key"]'),
        (("tags", 'q"'), 'tags["q\\""]'),
    ],
)
def test_paths_are_written_as_in_hcl(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text


def test_a_missing_secret_stays_missing() -> None:
    assert redact({"password": None, "other": None}, {"other": True}) == {"password": None, "other": None}
