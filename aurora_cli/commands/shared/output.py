"""From a result to standard output, in the form that the user asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.shared.options import CHANGES_STATUS
from aurora_cli.commands.shared.session import Session

if TYPE_CHECKING:
    from aurora_cli.operations.core.review import ChangeResult, PlanReview

SCHEMA_VERSION = 1


def print_data(session: Session, value: Mapping[str, Any], output: str) -> None:
    """Write `value` as JSON or YAML to standard output."""
    from aurora_cli.ui import serialize

    serialize.emit_data(session.consoles, value, "yaml" if output == "yaml" else "json")


def print_rows(
    session: Session, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, spare: Sequence[str] = ()
) -> None:
    """Write a table to standard output; an absent value is a dash."""
    from aurora_cli.ui import tables

    cells = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    tables.print_table(session.consoles, title, columns, cells, spare=spare)


def print_csv(session: Session, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV (RFC 4180, lines end with a line feed), the column names first; an absent value is empty."""
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [" ".join(str("" if cell is None else cell).split()) for cell in row] for row in rows
    )
    session.write(text.getvalue())


def print_change(session: Session, result: ChangeResult, operation: str, output: str) -> None:
    """Write what a changing command did: the answer to what was asked for, or the plan after a dry run."""
    if output != "table":
        print_data(session, change_document(result), output)
    elif result.dry_run and result.review is not None:
        print_plan(session, result.review)
    elif result.report is not None:
        from aurora_cli.ui.report import outcome_view

        outcome_view.print_outcome(session.consoles, result, operation, options=session.settings.repeated())


def print_plan(session: Session, review: PlanReview) -> None:
    """Write the plan to standard output: for a command whose result it is."""
    from aurora_cli.ui.plan import plan_view

    plan_view.print_review(replace(session.consoles, err=session.consoles.out), review)


def change_document(result: ChangeResult) -> dict[str, Any]:
    """The published form: the report's keys, or the plan's after a dry run, with `dry_run` and `summary`."""
    body = result.review if result.dry_run and result.review is not None else result.report
    document = {**body.to_dict(), "changed": result.changed, "dry_run": result.dry_run}
    if body is result.review and result.report is not None:
        report = result.report.to_dict()
        document["cluster"] = {key: report[key] for key in ("status", "engine_version", "instances", "pending")}
    if body is result.report:
        document["summary"] = {"add": 0, "change": 0, "destroy": 0, **result.summary}
        document["verified"] = result.verified
    if result.spec_file is not None:
        document["spec_file"] = result.spec_file.to_dict()
    if result.sequence:
        document |= {
            "sequence": [vars(step) for step in result.sequence],
            "without_writer_s": result.without_writer_s,
        }
    return document


def exit_on_changes(review: PlanReview | None) -> None:
    """End with the status for "there are changes" if the plan has any."""
    if review is not None and review.changes:
        click.get_current_context().exit(CHANGES_STATUS)
