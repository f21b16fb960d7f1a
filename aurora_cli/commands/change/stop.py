"""`aurora-cli stop`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import name_argument
from aurora_cli.commands.shared.run_operation import operate, operation_options
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="stop")
@name_argument()
@operation_options
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Stop a cluster, and wait until it is stopped.

    Ends every connection. Instances are not billed while it is stopped, storage and backups are. AWS starts it again
    automatically after seven days. Members of a global database and replicas cannot be stopped.

    \b
    Examples:
      aurora-cli stop orders
      aurora-cli stop orders --yes
    """
    from aurora_cli.operations.day_two import stop_start

    operate(session, "stop", options, lambda app, how: stop_start.stop(app, name, options=how))
