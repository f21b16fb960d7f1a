"""`aurora-cli events`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import name_argument, output_option, seconds_of
from aurora_cli.commands.shared.output import print_csv, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="events")
@name_argument()
@click.option("--since", metavar="TIME", default="24h", show_default=True, help="How far back to look, e.g. 3h or 14d.")
@output_option("csv")
@pass_session
def command(session: Session, name: str, since: str, output: str) -> None:
    """Show RDS events and our operations on one time line.

    The events of the cluster and of its instances as RDS has them, which is for 14 days, and the operations of `history`, each
    at its start; oldest first.

    \b
    Examples:
      aurora-cli events orders
      aurora-cli events orders --since 14d -o csv
    """
    from aurora_cli.operations.inspect import timeline

    seconds = seconds_of(since, "--since")
    with progress(session) as emit:
        found = timeline.timeline(session.app, name, seconds, emit)
    if output == "csv":
        keys = ("when", "origin", "source", "kind", "message", "who", "outcome", "duration_s")
        print_csv(session, [keys, *([getattr(one, key) for key in keys] for one in found.events)])
        session.say(*found.notes, err=True)
    elif output != "table":
        print_data(session, found.to_dict(), output)
    else:
        from aurora_cli.ui.report import timeline_view

        timeline_view.print_timeline(session.consoles, found)
