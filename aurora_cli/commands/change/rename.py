"""`aurora-cli rename`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import name_argument, write_option
from aurora_cli.commands.shared.run_operation import operate, operation_options
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="rename")
@name_argument()
@click.argument("new_name", metavar="NEW_NAME")
@write_option
@operation_options
@pass_session
def command(session: Session, /, name: str, new_name: str, **options: Any) -> None:
    """Rename a cluster in place.

    Renames the instances one by one, readers first, then the cluster, and updates Terraform state and the stack.
    Nothing is recreated. The endpoints change: old and new ones are shown first. Resources around the cluster keep the
    former name, which the spec holds as resource_name.

    \b
    Examples:
      aurora-cli rename orders shop-orders --dry-run
      aurora-cli rename orders shop-orders --yes
    """
    from aurora_cli.operations.rename.rename import rename

    operate(session, "rename", options, lambda app, how: rename(app, name, new_name, how))
