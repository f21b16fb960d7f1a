"""Terraform's messages, as Terraform 1.11 and 1.15 write them, and everything that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.terraform.output.events import (
    ChangeSummary,
    Diagnostic,
    DiagnosticEvent,
    LogLine,
    Outputs,
    PlannedChange,
    RefreshComplete,
    RefreshStart,
    Resource,
    ResourceComplete,
    ResourceDrift,
    ResourceErrored,
    ResourceProgress,
    ResourceStart,
    Unknown,
    Version,
)
from aurora_cli.terraform.output.messages import parse_line

INSTANCE = {
    "addr": 'aws_rds_cluster_instance.this["2"]',
    "module": "",
    "resource": 'aws_rds_cluster_instance.this["2"]',
    "implied_provider": "aws",
    "resource_type": "aws_rds_cluster_instance",
    "resource_name": "others",
    "resource_key": "2",
}
RESOURCE = Resource('aws_rds_cluster_instance.this["2"]', "aws_rds_cluster_instance", "others", "2")


def line(kind: str, **payload: Any) -> bytes:
    return json.dumps(
        {"@level": "info", "@message": "text", "@module": "terraform.ui", "type": kind, **payload}
    ).encode()


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (line("version", terraform="1.11.4", ui="1.2"), Version("1.11.4", "1.2")),
        (line("version", tofu="1.9.0", ui="1.2"), Version("1.9.0", "1.2")),
        (
            line("planned_change", change={"resource": INSTANCE, "action": "replace", "reason": "cannot_update"}),
            PlannedChange(RESOURCE, "replace", "cannot_update"),
        ),
        (line("planned_change", change={"resource": INSTANCE, "action": "noop"}), PlannedChange(RESOURCE, "no-op")),
        (line("resource_drift", change={"resource": INSTANCE, "action": "update"}), ResourceDrift(RESOURCE, "update")),
        (
            line("change_summary", changes={"add": 3, "change": 1, "import": 0, "remove": 2, "operation": "apply"}),
            ChangeSummary("apply", 3, 1, 2, 0),
        ),
        (
            line(
                "outputs",
                outputs={"port": {"sensitive": False, "type": "number", "value": 5432}, "key": {"sensitive": True}},
            ),
            Outputs({"port": 5432, "key": None}, frozenset({"key"})),
        ),
        (line("apply_start", hook={"resource": INSTANCE, "action": "create"}), ResourceStart(RESOURCE, "create")),
        (
            line("apply_start", hook={"resource": INSTANCE, "action": "delete", "id_key": "id", "id_value": "demo-2"}),
            ResourceStart(RESOURCE, "delete", "demo-2"),
        ),
        (
            line("apply_progress", hook={"resource": INSTANCE, "action": "create", "elapsed_seconds": 10}),
            ResourceProgress(RESOURCE, "create", 10.0),
        ),
        (
            line(
                "apply_complete",
                hook={"resource": INSTANCE, "action": "create", "id_value": "demo-2", "elapsed_seconds": 11},
            ),
            ResourceComplete(RESOURCE, "create", 11.0, "demo-2"),
        ),
        (
            line("apply_errored", hook={"resource": INSTANCE, "action": "update", "elapsed_seconds": 0}),
            ResourceErrored(RESOURCE, "update", 0.0),
        ),
        (line("refresh_start", hook={"resource": INSTANCE, "id_value": "demo-2"}), RefreshStart(RESOURCE, "demo-2")),
        (
            line("refresh_complete", hook={"resource": INSTANCE, "id_value": "demo-2"}),
            RefreshComplete(RESOURCE, "demo-2"),
        ),
        (line("init_output", message_code="x"), LogLine("text")),
        (line("provision_progress", hook={"output": "hi"}), LogLine("text")),
        (b'{"@level":"warn","@message":"no type"}', LogLine("no type", "warn")),
        (
            b"There are some problems with the CLI configuration:\n",
            LogLine("There are some problems with the CLI configuration:", "text"),
        ),
        (b'{"type":"apply_start","hook":{"resou', LogLine('{"type":"apply_start","hook":{"resou', "text")),
        (b"\xff\xfe broken", LogLine("\ufffd\ufffd broken", "text")),
        (b"[1, 2]", LogLine("[1, 2]", "text")),
        (b'"text"', LogLine('"text"', "text")),
        (b"[" * 100_000, LogLine("[" * 100_000, "text")),
    ],
)
def test_each_line_becomes_its_event(text: bytes, event: Any) -> None:
    assert parse_line(text) == event


def test_a_message_of_a_later_terraform_is_kept_as_it_is() -> None:
    event = parse_line(line("action_start", hook={"anything": 1}))
    assert isinstance(event, Unknown)
    assert event.type == "action_start"
    assert event.data["hook"] == {"anything": 1}


def test_a_diagnostic_keeps_what_a_person_needs() -> None:
    data: dict[str, Any] = {
        "severity": "error",
        "summary": "Instance cannot be destroyed",
        "detail": "Resource aws_rds_cluster.this has lifecycle.prevent_destroy set",
        "address": "aws_rds_cluster.this",
        "range": {"filename": "cluster.tf", "start": {"line": 12, "column": 1, "byte": 0}},
        "snippet": {"code": "secret = 1"},
    }
    event = parse_line(line("diagnostic", diagnostic=data))
    assert isinstance(event, DiagnosticEvent)
    assert event.diagnostic == Diagnostic(
        "error",
        data["summary"],
        data["detail"],
        "aws_rds_cluster.this",
        "cluster.tf:12",
    )
    assert "secret" not in str(event.diagnostic.to_dict())


KINDS = [
    "version",
    "planned_change",
    "resource_drift",
    "change_summary",
    "outputs",
    "apply_start",
    "apply_complete",
    "diagnostic",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=8,
)


@given(st.sampled_from(KINDS), JSON, JSON)
def test_no_shape_of_a_known_message_stops_the_reader(kind: str, payload: Any, below: Any) -> None:
    for owner in ("hook", "change", "changes", "outputs", "diagnostic"):
        parse_line(json.dumps({"type": kind, owner: payload}).encode())
        parse_line(
            json.dumps({"type": kind, owner: {"resource": below, "action": below, "range": below, "x": below}}).encode()
        )


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reader(data: bytes) -> None:
    assert parse_line(data) is not None


@pytest.mark.parametrize("seconds", ["9" * 400, "1e999", "NaN", "[" * 100_000])
def test_a_number_that_is_none_makes_a_line_of_text(seconds: str) -> None:
    text = f'{{"type": "apply_progress", "hook": {{"elapsed_seconds": {seconds}}}}}'
    assert parse_line(text.encode()) == LogLine(text, level="text")
