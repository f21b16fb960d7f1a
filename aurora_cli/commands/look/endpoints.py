"""`aurora-cli endpoints`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import look_options
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session


@click.command(name="endpoints")
@look_options
def command(session: Session, name: str, output: str) -> None:
    """Print the endpoints of a cluster.

    The writer endpoint follows the writer through a failover. The reader endpoint spreads connections over the
    readers. Instance endpoints stay with their instance.

    \b
    Examples:
      aurora-cli endpoints orders
      aurora-cli endpoints orders -o json
    """
    from aurora_cli.operations.inspect import status

    with progress(session) as emit:
        report = status.status(session.app, name, emit=emit, refuse_lost=True)
    if output != "table":
        print_data(session, report.endpoints(), output)
        return
    from aurora_cli.ui.report import lists

    lists.print_endpoints(session.consoles, report)
