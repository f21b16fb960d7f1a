"""`aurora-cli plan`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import (
    exit_code_option,
    file_option,
    in_place_option,
    name_argument,
    output_option,
    skip_check_option,
)
from aurora_cli.commands.shared.output import exit_on_changes, print_data, print_plan
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import SpecCommand, spec_options, spec_request


@click.command(name="plan", cls=SpecCommand)
@name_argument(required=False)
@file_option
@spec_options
@skip_check_option
@in_place_option
@exit_code_option
@output_option()
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, **options: Any) -> None:
    """Show what would change, and change nothing.

    With only a NAME: how the cluster differs from its own spec. With -f or flags: what `apply` of that spec would
    do. This is Terraform's own plan, with restarts, failovers and data loss explained.

    \b
    Examples:
      aurora-cli plan orders
      aurora-cli plan -f orders.yaml
      aurora-cli plan orders --exit-code -o json
    """
    request = spec_request(session, ctx)
    from aurora_cli.operations.build import plan

    with progress(session) as emit:
        review = plan.plan(session.app, request, emit=emit, in_place=options["in_place"], parallel=options["parallel"])
    if options["output"] == "table":
        print_plan(session, review)
    else:
        print_data(session, review.to_dict(), options["output"])
    if options["exit_code"]:
        exit_on_changes(review)
