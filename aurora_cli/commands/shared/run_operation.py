"""What the commands that carry out operations in steps share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.shared.approval import approve_with, forget_approved, require_approver
from aurora_cli.commands.shared.options import Decorated, dry_run_option, output_option, yes_option
from aurora_cli.commands.shared.output import exit_on_changes, print_change
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session
from aurora_cli.terraform.state.addresses import as_now

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.operations.core.review import ChangeResult, RunOptions

Run = Callable[["AppContext", "RunOptions"], "ChangeResult"]


def operation_options(decorated: Decorated) -> Decorated:
    """The options of an operation that runs no Terraform: approval, dry run, output."""
    for decorate in (output_option(), dry_run_option, yes_option):
        decorated = decorate(decorated)
    return decorated


def operate(
    session: Session, operation: str, options: dict[str, Any], run: Run, password: str | None = None
) -> ChangeResult:
    """Have the operation approved, carried out and reported.

    Args:
        operation: what the review and the history call it.
        options: of the command: `yes`, `dry_run`, `output`, and `allow`, `skip_check`, `write` and `exit_code` where it has them.
        run: carries it out.
        password: from standard input.
    """
    approved = options["yes"] or options.get("approved") is not None
    require_approver(session, yes=approved, dry_run=options["dry_run"])
    with progress(session) as emit:
        result = run(session.app, run_options(session, operation, options, emit, password))
        if options.get("approved") is not None and not options["dry_run"]:
            forget_approved(session, result.report.name)
    print_change(session, result, operation, options["output"])
    if options["dry_run"] and options.get("exit_code"):
        exit_on_changes(result.review)
    return result


def run_options(
    session: Session, operation: str, options: dict[str, Any], emit: Emit, password: str | None = None
) -> RunOptions:
    """How a command that shows a plan and asks is carried out."""
    from aurora_cli.operations.core.review import RunOptions

    return RunOptions(
        operation,
        approve_with(session, yes=options["yes"], approved=options.get("approved")),
        emit,
        allow=tuple(map(as_now, options.get("allow", ()))),
        dry_run=options["dry_run"],
        password=password,
        skip_checks=tuple(options.get("skip_check", ())),
        write=options.get("write", False),
        in_place=options.get("in_place", False),
        parallel=options.get("parallel", 1),
    )


def usage(condition: bool, message: str) -> None:
    """Refuse a command line that contradicts itself. Raises UsageError."""
    if condition:
        raise click.UsageError(message, click.get_current_context())
