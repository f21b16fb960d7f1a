"""`aurora-cli abandon`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.approval import require_approver
from aurora_cli.commands.shared.options import name_argument, output_option, yes_option
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="abandon")
@name_argument()
@yes_option
@output_option()
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Abandon an operation in progress.

    Completed steps are kept, and the stored spec is the previous one: `plan` shows the difference, and `apply` reverts
    it. To resume instead, run the original command again.

    \b
    Examples:
      aurora-cli abandon orders
      aurora-cli abandon orders --yes -o json
    """
    require_approver(session, yes=options["yes"], dry_run=False)
    from aurora_cli.operations.core.unfinished import Unfinished
    from aurora_cli.operations.day_two.abandon import abandon
    from aurora_cli.ui import prompts
    from aurora_cli.ui.plan import steps_view

    def approve(given_up: Unfinished) -> bool:
        steps_view.print_unfinished(session.consoles, given_up)
        return options["yes"] or prompts.confirm(session.consoles, "Abandon it?")

    with progress(session) as emit:
        result = abandon(session.app, name, approve=approve, emit=emit)
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
        return
    session.say(
        f"The {result.given_up.operation} of {name} is abandoned; its completed steps are kept.",
        "To see the difference from its spec:",
        f"  aurora-cli plan {name}",
    )
