"""`aurora-cli unlock`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aurora_cli.commands.options import name_argument, output_option
from aurora_cli.commands.output import print_data
from aurora_cli.commands.progress import progress
from aurora_cli.commands.session import Session, pass_session
from aurora_cli.errors import ApprovalRequired

if TYPE_CHECKING:
    from aurora_cli.operations.day_two.unlock import StateLock


@click.command(name="unlock")
@name_argument()
@click.option(
    "--confirm", metavar="ID", help="The lock's ID, or the cluster's name: the confirmation that a script gives."
)
@output_option()
@pass_session
def command(session: Session, name: str, confirm: str | None, output: str) -> None:
    """Take away a state lock that a dead process left.

    Shows who took the lock, for what and since when, and has its ID or the cluster's name typed. Refuses as long as the
    process that holds it is alive on this machine. Two Terraforms on one state lose what one of them made: be sure that
    nobody works on the cluster any more.

    \b
    Examples:
      aurora-cli unlock orders
      aurora-cli unlock orders --confirm 9db590f1-b6fe-c5f2-2678-8804f089deba
    """
    from aurora_cli.operations.day_two import unlock

    with progress(session) as emit:
        result = unlock.unlock(
            session.app, name, confirm=lambda lock: _confirmed(session, name, confirm, lock), emit=emit
        )
    if output != "table":
        print_data(session, result.to_dict(), output)
        return
    done = f"The lock of {name} is gone." if result.changed else f"Nothing holds the state of {name}."
    click.echo(done)


def _confirmed(session: Session, name: str, confirm: str | None, lock: StateLock) -> bool:
    click.echo(f"The state of {name} is locked: {lock.operation} by {lock.who}, since {lock.since}", err=True)
    click.echo(f"Lock ID: {lock.id or 'unknown'}", err=True)
    if confirm is not None:
        return confirm in {lock.id, name} - {""}
    if not session.consoles.interactive:
        raise ApprovalRequired(
            "Taking away a lock needs its ID as confirmation; there is no terminal to ask on.",
            hint=f"Add --confirm {lock.id or name}.",
        )
    from aurora_cli.ui import prompts

    return prompts.type_name(session.consoles, name)
