"""`aurora-cli list`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="list")
@output_option()
@pass_session
def command(session: Session, output: str) -> None:
    """List the clusters of this home.

    Reads only local files: the end of standard support and the price of Extended Support are those of the packaged tables
    for the stored spec. The clusters of the sandbox never mix with real ones: with --sandbox it lists those.

    \b
    Examples:
      aurora-cli list
      aurora-cli --sandbox list -o json
    """
    from aurora_cli.operations.inspect import clusters

    rows = clusters.list_clusters(session.app)
    if output != "table":
        document = {"schema_version": SCHEMA_VERSION, "clusters": [row.to_dict() for row in rows]}
        print_data(session, document, output)
    elif rows:
        from aurora_cli.ui.report import lists

        lists.print_clusters(session.consoles, rows)
    else:
        from aurora_cli.ui.report.next_steps import command_line

        words = ["create", "NAME", "--engine", "postgres"]
        first = command_line(session.app.target, words, session.settings.repeated())
        session.say(f"No clusters yet. Create one: {first}", err=True)
