"""The order of every run, and what a destroy may take down: what was shown, and no more."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.errors import Declined, Interrupted, PlanStale
from aurora_cli.events import Note
from aurora_cli.operations.core.history import Entry
from aurora_cli.operations.destroy import execute
from aurora_cli.operations.pipeline.context import OperationContext
from aurora_cli.operations.pipeline.run import Run
from aurora_cli.operations.pipeline.step import Operation, Step
from aurora_cli.operations.pipeline.step_run import StepRun
from aurora_cli.signals import heed_interrupt
from aurora_cli.stacks.history import History
from aurora_cli.stacks.stack import Stack
from aurora_cli.terraform.output.outcome import ApplySummary
from aurora_cli.terraform.plan.plan import Plan
from tests.unit.ui_screens import change

GROUP, OTHERS = change("aws_db_subnet_group.this", "delete"), change("aws_s3_bucket.theirs", "delete")


class Recorded(Run[str, str]):
    """Notes its moments; goes stale, declines or has nothing to do as told."""

    def __init__(
        self,
        stack: Stack,
        *,
        stale: int = 0,
        empty: bool = False,
        yes: bool = True,
        dry: bool = False,
        interrupts: tuple[int, int] = (0, 0),
    ) -> None:
        self.said: list[Any] = []
        clock = SimpleNamespace(now=lambda: datetime(2026, 3, 1, tzinfo=timezone.utc))
        app = SimpleNamespace(begun=set(), clock=clock, user="alice")
        context: Any = SimpleNamespace(app=app, stack=stack, emit=self.said.append)
        super().__init__(context, "rename", dry_run=dry)
        self.moments: list[str] = []
        self.stale, self.empty, self.yes, self.interrupts = stale, empty, yes, interrupts

    def review(self, *, again: bool = False) -> str:
        self.moments.append("review again" if again else "review")
        return "plan"

    def nothing_to_do(self, review: str) -> bool:
        return self.empty

    def unchanged(self, review: str, entry: Entry) -> str:
        entry.finish("unchanged", {})
        return "unchanged"

    def ask(self, review: str) -> None:
        self.moments.append("ask")
        if not self.yes:
            raise Declined("No.")

    def withdraw(self) -> None:
        self.moments.append("withdraw")

    def carry_out(self, review: str, entry: Entry) -> str:
        self.moments.append("do")
        if self.stale:
            self.stale -= 1
            raise PlanStale("Stale.")
        _interrupt(self.interrupts[0])
        entry.finish("succeeded", {})
        _interrupt(self.interrupts[1])
        return "done"

    def looked(self, review: str) -> str:
        return "looked"


def _interrupt(times: int) -> None:
    """As often as Ctrl-C is pressed."""
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def stack(tmp_path: Path) -> Any:
    return SimpleNamespace(name="orders", folder=tmp_path, history=History(tmp_path / "history.jsonl"))


def outcomes(stack: Any) -> list[str]:
    return [entry.outcome for entry in stack.history.read()]


@pytest.mark.parametrize(
    ("how", "moments", "result", "outcome"),
    [
        ({}, ["review", "ask", "do"], "done", ["succeeded"]),
        ({"dry": True}, ["review", "withdraw"], "looked", []),
        ({"empty": True}, ["review"], "unchanged", ["unchanged"]),
        ({"stale": 1}, ["review", "ask", "do", "review again", "ask", "do"], "done", ["succeeded"]),
    ],
)
def test_the_order(stack: Any, how: dict[str, Any], moments: list[str], result: str, outcome: list[str]) -> None:
    run = Recorded(stack, **how)
    assert (run.run(), run.moments, outcomes(stack)) == (result, moments, outcome)
    assert len([one for one in run.said if isinstance(one, Note)]) == how.get("stale", 0)


@pytest.fixture
def heeded() -> Iterator[None]:
    heed_interrupt()
    yield
    heed_interrupt()


@pytest.mark.usefixtures("heeded")
def test_an_interrupt_after_the_end_makes_it_no_other_end(stack: Any) -> None:
    assert (Recorded(stack, interrupts=(0, 1)).run(), outcomes(stack)) == ("done", ["succeeded"])
    heed_interrupt()
    with pytest.raises(Interrupted, match="after the end of 'rename': everything is done, only its report is missing"):
        Recorded(stack, interrupts=(0, 2)).run()
    with pytest.raises(KeyboardInterrupt):
        Recorded(stack, interrupts=(1, 0)).run()
    assert outcomes(stack) == ["succeeded", "succeeded", "interrupted"]


def test_what_was_declined_is_withdrawn_and_in_the_history(stack: Any) -> None:
    run = Recorded(stack, yes=False)
    with pytest.raises(Declined):
        run.run()
    assert (run.moments, outcomes(stack)) == (["review", "ask", "withdraw"], ["declined"])


def test_a_plan_that_goes_stale_twice_is_not_tried_a_third_time(stack: Any) -> None:
    run = Recorded(stack, stale=2)
    with pytest.raises(PlanStale):
        run.run()
    assert run.moments.count("do") == 2


def test_steps_are_not_shown_a_second_time(stack: Any) -> None:
    run = Recorded(stack, stale=1)
    run.replans = False
    with pytest.raises(PlanStale):
        run.run()
    assert run.moments == ["review", "ask", "do"]


class Terraform:
    """Its saved plan is stale; a new one is what it was given."""

    def __init__(self, folder: Path, again: Plan) -> None:
        self.plan_file, self.again, self.stale, self.applied = folder / "tfplan", again, True, 0
        self.plan_file.write_text("plan")

    def plan(self, *, destroy: bool) -> Plan:
        assert destroy
        self.plan_file.write_text("plan")
        return self.again

    def apply(self) -> ApplySummary:
        if self.stale:
            self.stale = False
            raise PlanStale("Saved plan is stale.")
        self.applied += 1
        return ApplySummary(destroy=len(self.again.changes))


def taken_down(folder: Path, again: Plan) -> tuple[Terraform, int]:
    terraform = Terraform(folder, again)
    work: Any = SimpleNamespace(terraform=terraform, plan=Plan((GROUP,)))
    return terraform, vars(execute)["_apply"](work)


@pytest.mark.parametrize(("again", "gone"), [(Plan((GROUP,)), 1), (Plan(), 0)])
def test_a_destroy_plans_again_what_was_shown(tmp_path: Path, again: Plan, gone: int) -> None:
    terraform, destroyed = taken_down(tmp_path, again)
    assert (destroyed, terraform.applied) == (gone, gone)


def test_a_destroy_takes_down_nothing_that_was_not_shown(tmp_path: Path) -> None:
    with pytest.raises(PlanStale, match=r"aws_s3_bucket\.theirs"):
        taken_down(tmp_path, Plan((GROUP, OTHERS)))
    assert not (tmp_path / "tfplan").exists()


class Files:
    """A change to these files, which counts its plans and applies."""

    def __init__(self, files: str) -> None:
        self.name, self.planned, self.applied = files, 0, 0

    def files(self) -> Any:
        return self.name

    def plan(self) -> Plan:
        self.planned += 1
        return Plan((GROUP,))

    def apply(self, plan: Plan, approved: Any) -> bool:
        self.applied += 1
        return True


@pytest.mark.parametrize("plans", [0, 1])
def test_what_the_step_before_has_applied_is_not_planned_again(plans: int) -> None:
    """Unless another step has changed something in AWS since."""
    context: Any = SimpleNamespace(saved=None, applied=None, journal=None, approved=frozenset())
    context.save = context.wait_until_stable = context.emit = lambda *given: None
    context.sharing_looks = lambda *, seen: nullcontext()
    context.app = SimpleNamespace(clock=SimpleNamespace(now=lambda: datetime(2026, 3, 1, tzinfo=timezone.utc)))
    unfinished = SimpleNamespace(finished=None)
    context.journal = SimpleNamespace(step=lambda name: unfinished, with_step=lambda *given, **noted: context.journal)
    last = Files("end")

    def applies(change: Files) -> Any:
        return lambda: vars(OperationContext)["apply"](context, change) and None

    steps = [Step("resize", "Resize.", lambda: False, applies(Files("end")))]
    steps += [Step("failover", "Fail over.", lambda: False, lambda: None)] if plans else []
    steps += [Step("settle", "Reconcile.", lambda: False, applies(last))]
    StepRun(context, Operation(), steps).take()
    assert (last.planned, last.applied) == (plans, plans)
