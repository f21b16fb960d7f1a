"""Whatever Terraform, or what stands for it, prints: events are shown and counted, and a plan is read or refused."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.errors import AuroraError, TerraformFailed
from aurora_cli.events import StepStarted
from aurora_cli.json_input import parse_json
from aurora_cli.terraform.diagnostics.explain import explain
from aurora_cli.terraform.output.messages import parse_line
from aurora_cli.terraform.output.outcome import Outcome
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.ui.plan.plan_view import print_review
from aurora_cli.ui.progress.progress import Progress
from tests.fuzz.cases import EDITS, RAW, cases, edited
from tests.previous_version import scenario
from tests.unit.test_terraform_events import line
from tests.unit.test_terraform_plan import change
from tests.unit.ui_screens import FakeClock, review, screen

KEPT = next(text for path, text in scenario("destroying")["files"].items() if path.endswith("events.jsonl"))
ERROR = {"severity": "error", "summary": "s", "detail": "d", "range": {"filename": "a.tf", "start": {"line": 1}}}
LINES = [json.loads(text) for text in KEPT.splitlines()] + [
    json.loads(line("diagnostic", diagnostic=ERROR)),
    json.loads(line("outputs", outputs={"a": {"value": 1, "sensitive": False}})),
]
PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "resource_changes": [
        change(["update"], {"a": 1, "tags": {"x": "y"}}, {"a": 2, "tags": {"x": "z"}}),
        change(["delete", "create"], {"engine": "x"}, {"engine": "y"}, replace_paths=[["engine"]], action_reason="r"),
    ],
    "resource_drift": [change(["update"], {"b": [1]}, {"b": [2]})],
    "output_changes": {"o": {"actions": ["create"], "before": None, "after": 1}},
}


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


@cases(of_suite=40, share=0.15)
@given(
    lines=st.lists(
        st.one_of(st.tuples(st.sampled_from(LINES), EDITS).map(lambda pair: _bytes(edited(*pair))), RAW),
        min_size=1,
        max_size=4,
    ),
    animated=st.booleans(),
)
def test_events_of_any_kind(lines: list[bytes], animated: bool) -> None:
    outcome = Outcome()
    shown = screen(60, tty=animated)
    with Progress(shown.consoles, FakeClock(), name="demo") as progress:
        progress.handle(StepStarted("apply", "Applying the change"))
        for text in lines:
            event = parse_line(text)
            outcome.take(event)
            progress.handle(event)
            progress.tick()
    assert json.dumps(outcome.facts())
    assert outcome.applied.counts()
    assert explain(outcome.diagnostics, exit_status=1).message


@cases(of_suite=40, share=0.05)
@given(edits=EDITS, raw=st.none() | RAW)
def test_plans_of_any_kind(edits: Any, raw: bytes | None) -> None:
    text = _bytes(edited(PLAN, edits)) if raw is None else raw
    try:
        plan = parse_json(text, Plan.from_json, TerraformFailed)
    except AuroraError as error:
        assert error.message
        return
    print_review(screen(80).consoles, review(plan))
    assert json.dumps(plan.to_dict())
