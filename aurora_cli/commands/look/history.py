"""`aurora-cli history`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import name_argument, output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="history")
@name_argument()
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=1), default=20, show_default=True, help="Newest N operations."
)
@output_option()
@pass_session
def command(session: Session, name: str, limit: int, output: str) -> None:
    """Show the operations on a cluster, when and by whom.

    Reads the local record, newest last. Interrupted and killed operations are included.

    \b
    Examples:
      aurora-cli history orders
      aurora-cli history orders --limit 5 -o json
    """
    from aurora_cli.operations.core import history

    entries = history.history(session.app, name, limit)
    operations = [entry.to_dict() for entry in entries]
    if output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, "name": name, "operations": operations}, output)
        return
    from aurora_cli.ui.report import lists

    lists.print_history(session.consoles, operations)
