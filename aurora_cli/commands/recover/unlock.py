"""`aurora-cli unlock`."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

import click

from aurora_cli.commands.shared.options import name_argument, output_option
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import ApprovalRequired

if TYPE_CHECKING:
    from aurora_cli.operations.day_two.unlock import StateLock


@click.command(name="unlock")
@name_argument()
@click.option("--confirm", metavar="ID", help="Lock ID or cluster name, as confirmation for scripts.")
@output_option()
@pass_session
def command(session: Session, name: str, confirm: str | None, output: str) -> None:
    """Release a stale state lock.

    Shows who holds the lock, for what and since when, and asks for its ID or the cluster name as confirmation. Refuses
    while the process that holds it is alive on this machine. Two Terraform runs on one state lose track of resources:
    make sure that nobody else works on the cluster.

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
    done = f"The lock of {name} is released." if result.changed else f"Nothing holds the state of {name}."
    session.say(done)


def _confirmed(session: Session, name: str, confirm: str | None, lock: StateLock) -> bool:
    from aurora_cli.ui.text import moment

    session.say(f"The state of {name} is locked: {lock.operation} by {lock.who}, since {moment(lock.since)}", err=True)
    session.say(f"Lock ID: {lock.id or 'unknown'}", err=True)
    if confirm is not None:
        return confirm in {lock.id, name} - {""}
    if not session.consoles.interactive:
        raise ApprovalRequired(
            "Releasing a lock needs its ID as confirmation; there is no terminal to prompt on.",
            hint=f"Add --confirm {quote(lock.id or name)}.",
        )
    from aurora_cli.ui import prompts

    return prompts.type_name(session.consoles, name)
