"""`aurora-cli fleet runs`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.session import Session, pass_session

COLUMNS = ("Run", "Command", "By", "State", "Clusters")


@click.command(name="runs")
@output_option()
@pass_session
def runs(session: Session, /, output: str) -> None:
    """List the runs of `fleet plan`, `fleet apply` and the other commands, the newest first.

    The last 10 of each command are kept, and those that can be resumed.

    \b
    Examples:
      aurora-cli fleet runs
      aurora-cli fleet runs -o json
    """
    from aurora_cli.operations.fleet import listing

    found = listing.listed_runs(session.app)
    if output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, "runs": [one.to_dict() for one in found]}, output)
        return
    print_rows(session, "", COLUMNS, [[one.id, one.command, one.who, one.state, one.clusters] for one in found])
