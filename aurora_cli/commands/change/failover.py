"""`aurora-cli failover`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import name_argument
from aurora_cli.commands.shared.run_operation import operate, operation_options
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="failover")
@name_argument()
@click.option("--to", metavar="KEY", help="Reader to promote to writer, by key or identifier.")
@operation_options
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Fail over to a reader, and wait until it is the writer.

    Without --to, the available reader with the lowest promotion tier is chosen. Reports how long the cluster had no
    writer, as seen from here. Refuses if the cluster has no reader.

    \b
    Examples:
      aurora-cli failover orders
      aurora-cli failover orders --to 2 --yes
    """
    from aurora_cli.operations.day_two import failover

    operate(session, "failover", options, lambda app, how: failover.failover(app, name, to=options["to"], options=how))
