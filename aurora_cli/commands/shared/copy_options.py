"""What `clone` and `restore` share: a new cluster from the data of another one, changed by any option of the spec."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.approval import approve_with, require_approver
from aurora_cli.commands.shared.options import Decorated, change_options, skip_check_option
from aurora_cli.commands.shared.output import exit_on_changes, print_change
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session
from aurora_cli.commands.shared.spec_options import spec_options, typed_layers


def copy_options(decorated: Decorated) -> Decorated:
    """The spec of the new cluster, and how it is approved and shown."""
    for decorate in (change_options, skip_check_option, spec_options):
        decorated = decorate(decorated)
    return decorated


def make_copy(
    ctx: click.Context, session: Session, operation: str, name: str, source: dict[str, Any], options: dict[str, Any]
) -> None:
    """Make the cluster `name` from `source` (that section of a spec), and print it."""
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations.build import clone_restore

    layers, skip = typed_layers(ctx), tuple(options["skip_check"])
    with progress(session) as emit:
        result = clone_restore.copy(
            session.app,
            clone_restore.CopyRequest(name, source, layers, skip, operation),
            dry_run=options["dry_run"],
            allow=options["allow"],
            approve=approve_with(session, yes=options["yes"]),
            emit=emit,
        )
    print_change(session, result, "create", options["output"])
    if options["dry_run"] and options["exit_code"]:
        exit_on_changes(result.review)
