"""`aurora-cli move`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import name_argument
from aurora_cli.commands.shared.run_operation import operate, operation_options
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="move")
@name_argument()
@click.option("--subnet-group", metavar="GROUP", required=True, help="DB subnet group to move to, in the same VPC.")
@operation_options
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Move a cluster to another DB subnet group.

    AWS moves the cluster in place, with an outage of some minutes; by a change of `network.subnet_group` alone, Terraform
    would replace it. Endpoints, data and security groups stay. For a cluster whose subnet group is not of its stack.

    \b
    Examples:
      aurora-cli move orders --subnet-group databases-2
      aurora-cli move orders --subnet-group databases-2 --dry-run
    """
    from aurora_cli.operations.day_two import move

    operate(
        session,
        "move",
        options,
        lambda app, how: move.move(app, name, subnet_group=options["subnet_group"], options=how),
    )
