"""`aurora-cli rotate-password`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.approval import approve_with, require_approver
from aurora_cli.commands.shared.options import name_argument, output_option, yes_option
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.passwords import password_option, read_password
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="rotate-password")
@name_argument()
@password_option
@yes_option
@output_option()
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, name: str, **options: Any) -> None:
    """Change the master password of a cluster.

    A managed password is rotated by AWS, in its existing secret. Your own password is read from AURORA_MASTER_PASSWORD
    or with --password-stdin and sent to AWS. Waits until the change is complete, shows what changed, and never shows a
    password. Connections that are open stay open; new ones need the new password.

    \b
    Examples:
      aurora-cli rotate-password orders
      aurora-cli rotate-password orders --password-stdin --yes
      aurora-cli rotate-password orders --yes -o json
    """
    password = read_password(ctx)
    require_approver(session, yes=options["yes"], dry_run=False)
    from aurora_cli.operations.day_two import rotate_password

    with progress(session, name) as emit:
        result = rotate_password.rotate_password(
            session.app, name, password=password, approve=approve_with(session, yes=options["yes"]), emit=emit
        )
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
        return
    from aurora_cli.ui.report import lists

    lists.print_facts(session.consoles, result.facts())
