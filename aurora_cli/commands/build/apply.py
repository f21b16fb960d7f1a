"""`aurora-cli apply`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.approval import approve_with, require_approver
from aurora_cli.commands.shared.options import change_options, file_option, name_argument, skip_check_option
from aurora_cli.commands.shared.output import exit_on_changes, print_change
from aurora_cli.commands.shared.passwords import password_option, read_password
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import SpecCommand, spec_options, spec_request


@click.command(name="apply", cls=SpecCommand)
@name_argument(required=False)
@file_option
@spec_options
@password_option
@skip_check_option
@change_options
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, **options: Any) -> None:
    """Create or update a cluster from a YAML file.

    Creates the cluster if it does not exist, changes it if it differs from the file, and does nothing if it matches.
    The plan is shown and confirmed first. A change that would delete or replace resources that hold data stops with
    status 9, unless --allow names the Terraform address.

    \b
    Examples:
      aurora-cli apply -f orders.yaml
      aurora-cli apply -f orders.yaml --yes -o json
      aurora-cli apply -f orders.yaml --dry-run --exit-code
    """
    request = spec_request(session, ctx)
    from aurora_cli.operations.build import apply

    password = read_password(ctx)
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    with progress(session) as emit:
        result = apply.apply(
            session.app,
            request,
            dry_run=options["dry_run"],
            allow=options["allow"],
            password=password,
            approve=approve_with(session, yes=options["yes"]),
            emit=emit,
        )
    print_change(session, result, "apply", options["output"])
    if options["dry_run"] and options["exit_code"]:
        exit_on_changes(result.review)
