"""`aurora-cli start`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import name_argument
from aurora_cli.commands.shared.run_operation import operate, operation_options
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="start")
@name_argument()
@operation_options
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Start a stopped cluster, and wait until it is available.

    Endpoints and data are unchanged. It takes some minutes.

    \b
    Examples:
      aurora-cli start orders
      aurora-cli start orders --yes
    """
    from aurora_cli.operations.day_two import stop_start

    operate(session, "start", options, lambda app, how: stop_start.start(app, name, options=how))
