"""The steps of an operation, and the upkeep in a status."""

from __future__ import annotations

import pytest

from aurora_cli.operations.core.results import Upkeep
from aurora_cli.operations.core.review import PlannedStep, PlanReview
from aurora_cli.operations.core.unfinished import Unfinished
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.ui.plan.plan_view import print_review
from aurora_cli.ui.plan.steps_view import print_unfinished
from aurora_cli.ui.report.report_view import print_report
from tests.unit.ui_screens import report, screen

SEQUENCE = (
    PlannedStep("resize demo-2", "Change demo-2 to db.r7g.large", "Connections to demo-2 end.", done=True),
    PlannedStep("failover demo-2", "Fail over to demo-2", "Writes stop for some seconds."),
    PlannedStep("settle", "Bring everything into agreement"),
)


@pytest.mark.parametrize("width", [50, 120])
def test_steps_are_numbered_with_what_they_interrupt_and_what_is_done(width: int) -> None:
    shown = screen(width)
    review = PlanReview(
        "demo", "eu-west-1", "scale", "aws", Plan(), sequence=SEQUENCE, remarks=("There is one reader.",), resumed=True
    )
    print_review(shown.consoles, review)
    words = shown.err_words
    assert "1. Change demo-2 to db.r7g.large ✓ already done 2. Fail over to demo-2" in words
    assert "interrupts: Writes stop for some seconds. 3. Bring everything" in words
    assert "Connections to demo-2 end" not in words, "what is done interrupts nothing any more"
    assert "There is one reader." in words
    assert "nothing to do" not in words
    assert all(len(line) <= width for line in shown.err.splitlines())


def test_a_review_with_steps_left_has_changes() -> None:
    left = PlanReview("demo", "eu-west-1", "failover", "aws", Plan(), sequence=SEQUENCE).to_dict()
    assert left["changes"] is True
    assert left["steps"] == ["Fail over to demo-2", "Bring everything into agreement"]
    assert left["sequence"][0]["done"] is True
    ended = PlanReview("demo", "eu-west-1", "failover", "aws", Plan(), sequence=SEQUENCE[:1]).to_dict()
    assert ended["changes"] is False


def test_a_status_tells_of_the_upkeep() -> None:
    shown = screen(200)
    upkeep = Upkeep(
        desired_version="16.9",
        maintenance_window="sun:05:00-sun:06:00",
        next_maintenance="2026-01-04T05:00:00+00:00",
        backup_window="03:00-04:00",
        backup_days=7,
        latest_restore="2026-01-01T00:00:00+00:00",
        certificate_ends="2026-03-01T00:00:00+00:00",
        global_role={"global_cluster": "world", "role": "secondary"},
        unfinished={"command": "aurora-cli scale demo --readers 2"},
    )
    print_report(shown.consoles, report(upkeep=upkeep), "status")
    words = shown.out_words
    for text in (
        "16.8 runs, 16.9 in the spec",
        "sun:05:00-sun:06:00 UTC, next 2026-01-04 05:00 UTC",
        "03:00-04:00 UTC, kept 7 days, restorable to 2026-01-01 00:00 UTC",
        "until 2026-03-01 00:00 UTC",
        "secondary of world",
        "aurora-cli scale demo --readers 2",
    ):
        assert text in words


def test_a_major_version_in_the_spec_fits_every_minor_one() -> None:
    shown = screen(200)
    print_report(shown.consoles, report(upkeep=Upkeep(desired_version="16")), "status")
    assert "in the spec" not in shown.out_words
    assert report().to_dict().get("upkeep") is None


def test_what_is_given_up_is_shown_with_the_way_to_go_on() -> None:
    shown = screen(80)
    command = "aurora-cli scale demo --class db.r7g.large"
    texts = {"a": "Add demo-2", "settle": "Reconcile Terraform state with the spec"}
    print_unfinished(
        shown.consoles, Unfinished("demo", "scale", command, "2026", "ann", ("a",), ("b", "settle"), texts)
    )
    assert "done: Add demo-2 left: b; Reconcile Terraform state with the spec" in shown.err_words
    assert command in shown.err
