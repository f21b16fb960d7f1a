"""An operation in progress: who goes on with it, who is refused and how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aurora_cli.errors import OperationUnfinished
from aurora_cli.operations.build.plan import _told
from aurora_cli.operations.core.review import PlannedStep, PlanReview
from aurora_cli.operations.core.unfinished import refuse_unfinished, unfinished
from aurora_cli.operations.pipeline.journal import kept_decision
from aurora_cli.stacks.home import Home
from aurora_cli.stacks.journal import Journal, write_journal
from aurora_cli.stacks.registry import Registry
from aurora_cli.stacks.stack import Stack
from aurora_cli.terraform.plan.plan import Plan
from tests.unit.conftest import Run

JOURNAL = Journal(
    operation="failover",
    arguments={"to": None},
    command=("failover", "demo"),
    started_at="2026-01-01T00:00:00+00:00",
    started_by="ann",
    facts={"target": "demo-2", "_decision": {"next_writer": "demo-2", "one_by_one": ["demo-1"], "remarks": ["so"]}},
).with_step("failover demo-2", began="2026-01-01T00:00:01+00:00")


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack that is in the middle of a failover."""
    made = Registry(Home(tmp_path)).create("demo", region="eu-west-1", target="aws", spec="name: demo\n")
    write_journal(made.folder, JOURNAL)
    return made


def test_the_same_again_goes_on(stack: Stack) -> None:
    assert refuse_unfinished(stack, "failover", {"to": None}) == JOURNAL


@pytest.mark.parametrize(
    ("operation", "arguments"), [(None, None), ("failover", {"to": "3"}), ("scale", {"to": None}), ("scale", {})]
)
def test_anything_else_is_refused_with_both_ways_out(
    stack: Stack, operation: str | None, arguments: dict[str, object] | None
) -> None:
    with pytest.raises(OperationUnfinished) as caught:
        refuse_unfinished(stack, operation, arguments)
    assert caught.value.exit_status == 2
    assert "'failover' is in progress on demo: 0 of 1 steps" in caught.value.message
    assert "aurora-cli failover demo." in (caught.value.hint or "")
    assert "aurora-cli abandon demo" in (caught.value.hint or "")


def test_what_may_take_its_place_is_let_through(stack: Stack) -> None:
    assert refuse_unfinished(stack, "failover", {"to": "3"}, replaceable=("failover",)) is None
    assert refuse_unfinished(stack, "failover", {"to": None}, replaceable=("failover",)) == JOURNAL
    with pytest.raises(OperationUnfinished):
        refuse_unfinished(stack, "scale", {}, replaceable=("scale",))


def test_what_is_done_and_left_is_told(stack: Stack) -> None:
    write_journal(stack.folder, replace(JOURNAL.with_step("more"), started_by="bob").with_step("first", finished="t"))
    found = unfinished(stack)
    assert found is not None
    assert (found.done, found.left, found.started_by) == (("first",), ("failover demo-2", "more"), "bob")
    assert found.to_dict()["command"] == "aurora-cli failover demo"


def test_nothing_under_way_stops_nobody(tmp_path: Path) -> None:
    made = Registry(Home(tmp_path / "other")).create("demo", region="eu-west-1", target="aws", spec="name: demo\n")
    assert unfinished(made) is None
    assert refuse_unfinished(made) is None


def test_the_decision_comes_back_as_it_was() -> None:
    decision = kept_decision(JOURNAL)
    assert decision.facts == {"target": "demo-2"}
    assert (decision.next_writer, decision.one_by_one, decision.remarks) == ("demo-2", ("demo-1",), ("so",))
    assert decision.desired is None


@pytest.mark.parametrize(
    "words",
    [
        ("scale", "demo", "--readers", "2", "--yes"),
        ("failover", "demo", "--yes"),
        ("rotate-password", "demo", "--yes"),
        ("backtrack", "demo", "--by", "5m", "--confirm", "demo"),
        ("drift", "demo"),
        ("global", "switchover", "demo", "--to", "eu-central-1", "--yes"),
        ("global", "add-region", "demo", "eu-central-1", "--yes"),
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_nothing_but_the_destroy_goes_on_after_it_has_begun(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    home = Home(tmp_path / "home")
    spec = "name: demo\nregion: eu-west-1\nengine: postgres\n"
    made = Registry(home).create("demo", region="eu-west-1", target="aws", spec=spec)
    made.update_record(status="destroying")
    done = run(*words)
    assert done.status != 0
    assert "A destroy of demo is in progress." in done.err
    assert Registry(home).get("demo").record.status == "destroying"


@pytest.mark.parametrize(
    "words",
    [
        ("rotate-password", "demo", "--yes"),
        ("backtrack", "demo", "--by", "5m", "--confirm", "demo"),
        ("global", "switchover", "demo", "--to", "eu-central-1", "--yes"),
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_what_has_no_steps_waits_for_what_has(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    spec = "name: demo\nregion: eu-west-1\nengine: postgres\n"
    made = Registry(Home(tmp_path / "home")).create("demo", region="eu-west-1", target="aws", spec=spec)
    write_journal(made.folder, JOURNAL)
    done = run(*words)
    assert done.status == 2
    assert "'failover' is in progress on demo" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backtrack", "demo", "--by", "999999999h", "--confirm", "demo"), "--by is at most 72h"),
        (("wait", "demo", "--for", "readers=²"), "'readers=²' is not a valid condition"),
    ],
)
def test_a_number_that_is_none_is_a_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.status == 2
    assert said in done.err


def test_a_plan_without_changes_does_not_speak_of_what_is_left(stack: Stack) -> None:
    progress = unfinished(stack)
    assert progress is not None
    nothing = PlanReview("demo", "eu-west-1", "plan", "aws", Plan(()))
    assert "No change is left; resuming it records its end." in _told(nothing, progress, rest=True).remarks[0]
    more = replace(nothing, sequence=(PlannedStep("a", "a"),))
    assert "This is what is left of it." in _told(more, progress, rest=True).remarks[0]
