"""After the last apply the next plan is empty, or what it would change is an error of its own; nobody pays for a plan unasked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.context import AppContext
from aurora_cli.errors import Interrupted, OperationFailed, PlanNotEmpty
from aurora_cli.events import Note
from aurora_cli.operations.adopt import adopt
from aurora_cli.operations.core.review import RunOptions
from aurora_cli.operations.pipeline import engine, verify
from aurora_cli.terraform.plan.changes import AttributeChange
from aurora_cli.terraform.plan.plan import Plan
from tests.unit.conftest import Run
from tests.unit.ui_screens import change

ADDRESS = "aws_rds_cluster.this"
LEFT = Plan((change(ADDRESS, "update", changed=(AttributeChange("backup_retention_period", 9, 3),)),))


class Context:
    """What an operation has at its end; counts the plans that are made of it."""

    def __init__(self, *, asked: bool, settled: bool | None, unsettled: Plan | None = None) -> None:
        self.said: list[Any] = []
        self.app: Any = SimpleNamespace(verifies=asked)
        self.terraform: Any = SimpleNamespace(settled=settled)
        self.unsettled = unsettled
        self.stack: Any = SimpleNamespace(name="orders")
        self.emit = self.said.append
        self.options = RunOptions("scale", lambda review: True, self.emit)

    def keep_differences(self, plan: Plan) -> None:
        self.unsettled = None if plan.empty else plan


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The plans that are made, and what the next one gives: put it in first."""
    plans: list[Any] = []

    def plan(context: Any) -> Plan:
        plans.append(context)
        if isinstance(plans[0], Exception):
            raise plans[0]
        return plans[0] if isinstance(plans[0], Plan) else Plan()

    monkeypatch.setattr(verify, "_next_plan", plan)
    return plans


def verified(context: Context) -> Any:
    given: Any = context
    return verify.verify(given)


@pytest.mark.parametrize(
    ("asked", "settled", "plans"), [(True, False, 1), (True, True, 0), (True, None, 0), (False, False, 0)]
)
def test_a_plan_is_made_only_after_an_apply_that_none_followed(
    planned: list[Any], asked: bool, settled: bool | None, plans: int
) -> None:
    assert verified(Context(asked=asked, settled=settled)) is None
    assert len(planned) == plans


def test_what_is_left_is_named_with_its_values_and_the_commands(planned: list[Any]) -> None:
    planned.append(LEFT)
    error = verified(Context(asked=True, settled=False))
    assert isinstance(error, PlanNotEmpty)
    assert (error.code, error.exit_status) == ("plan-not-empty", 7)
    assert error.message == (
        "'scale' of orders ended, and the next plan is not empty: "
        "aws_rds_cluster.this (update: backup_retention_period: 9 -> 3)."
    )
    assert "aurora-cli plan orders" in str(error.hint)
    assert "aurora-cli apply orders" in str(error.hint)
    (one,) = error.details["resource_changes"]
    assert (one["address"], one["changed"][0]["after"]) == (ADDRESS, 3)


def test_the_plan_that_an_operation_has_made_itself_is_not_made_again(planned: list[Any]) -> None:
    assert isinstance(verified(Context(asked=True, settled=False, unsettled=LEFT)), PlanNotEmpty)
    assert planned == []


def test_unasked_what_is_left_is_a_warning() -> None:
    context = Context(asked=False, settled=False, unsettled=LEFT)
    assert verified(context) is None
    (note,) = context.said
    assert isinstance(note, Note)
    assert ("backup_retention_period: 9 -> 3" in note.text, note.level, note.hint) == (
        True,
        "warning",
        "aurora-cli plan orders",
    )


def test_a_plan_that_fails_does_not_hide_that_the_operation_ended(planned: list[Any]) -> None:
    planned.append(OperationFailed("AWS does not answer."))
    error = verified(Context(asked=True, settled=False))
    assert error.message == "'scale' of orders ended, and the plan after it failed: AWS does not answer."
    planned[0] = Interrupted("Stopped.")
    with pytest.raises(Interrupted):
        verified(Context(asked=True, settled=False))


def test_many_changes_are_counted(planned: list[Any]) -> None:
    planned.append(Plan(tuple(change(f"{ADDRESS}_{number}", "create") for number in range(7))))
    assert verified(Context(asked=True, settled=False)).message.endswith("this_4 (create); and 2 more.")


def test_the_history_says_failed_and_nothing_is_raised_before_the_rest_is_done(planned: list[Any]) -> None:
    ended: list[tuple[str, str]] = []
    entry: Any = SimpleNamespace(finish=lambda outcome, counts, summary: ended.append((outcome, summary)))
    context = Context(asked=True, settled=False, unsettled=LEFT)
    run: Any = SimpleNamespace(context=context, change=object(), _summary=lambda: "remove (0 s)", unverified=None)
    context.counts = {}  # type: ignore[attr-defined]
    vars(engine)["_Engine"]._verify(run, entry)
    assert [outcome for outcome, _ in ended] == ["succeeded", "failed"]
    assert ended[-1][1] == run.unverified.message


@pytest.mark.parametrize(
    ("sandbox", "given", "verifies"),
    [(True, None, True), (False, None, False), (True, False, False), (False, True, True)],
)
def test_in_the_sandbox_always_and_in_an_account_when_asked(
    tmp_path: Path, sandbox: bool, given: bool | None, verifies: bool
) -> None:
    assert AppContext(home_folder=tmp_path, sandbox=sandbox, verify=given).verifies is verifies


@pytest.mark.parametrize(
    ("words", "value", "expected"),
    [((), None, None), (("--verify",), "0", True), (("--no-verify",), None, False), ((), "1", True), ((), "0", False)],
)
def test_the_option_stands_before_the_command_or_after_it_and_counts_more_than_the_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], value: str | None, expected: bool | None
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(AppContext, "registry", property(lambda app: made.append(app.verify)))
    if value is not None:
        monkeypatch.setenv("AURORA_VERIFY", value)
    run("list", *words)
    run(*words, "list")
    assert made == [expected, expected]


def test_an_adoption_whose_next_plan_is_not_empty_has_written_its_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    stack: Any = SimpleNamespace(update_record=lambda spec_file: kept.append(spec_file))
    review: Any = SimpleNamespace(spec="name: orders\n")

    def tag(*args: Any) -> Any:
        raise PlanNotEmpty("The next plan is not empty.")

    @contextmanager
    def drafted(*args: Any) -> Iterator[Any]:
        yield SimpleNamespace(try_out=Plan)

    parts = {
        "_region": "eu-west-1",
        "_refuse_managed": None,
        "_read": SimpleNamespace(own_parameters=()),
        "_snapshot_name": "final",
        "_publish": stack,
    }
    for name, given in {**parts, "_review": review, "refuse_differences": None, "tagged_by": {}}.items():
        monkeypatch.setattr(adopt, name, lambda *args, given=given: given)
    monkeypatch.setattr(adopt, "_describe", lambda *args: SimpleNamespace(spec=None))
    monkeypatch.setattr(adopt, "tried_locally", lambda spec: spec)
    monkeypatch.setattr(adopt, "drafted", drafted)
    monkeypatch.setattr(adopt, "_tag", tag)
    app: Any = SimpleNamespace(
        begin=lambda emit: None, registry=SimpleNamespace(lock=lambda name, operation: nullcontext())
    )
    file = tmp_path / "orders.yaml"
    with pytest.raises(PlanNotEmpty):
        adopt.adopt(app, "orders", approve=lambda review: True, emit=lambda event: None, to=file)
    assert (file.read_text(), kept) == ("name: orders\n", [str(file)])
