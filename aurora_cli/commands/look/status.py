"""`aurora-cli status`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import look_options
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session


@click.command(name="status")
@look_options
def command(session: Session, name: str, output: str) -> None:
    """Show a cluster as AWS reports it now.

    Which instance is the writer comes from the RDS API, so it is right after a failover too. Also: endpoints, the
    secret that holds the master password, and changes pending until the maintenance window.

    \b
    Examples:
      aurora-cli status orders
      aurora-cli status orders -o json
    """
    from aurora_cli.operations.inspect import status

    with progress(session) as emit:
        report = status.status(session.app, name, emit=emit)
    if output != "table":
        print_data(session, report.to_dict(), output)
        return
    from aurora_cli.ui.report import report_view

    report_view.print_report(session.consoles, report, "status", options=session.settings.repeated())
