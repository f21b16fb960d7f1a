"""`aurora-cli deny`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import change_options, in_region_option, name_argument, skip_check_option
from aurora_cli.commands.shared.run_operation import operate
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="deny")
@name_argument()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@in_region_option
@skip_check_option
@change_options
@pass_session
def command(session: Session, /, name: str, sources: tuple[str, ...], **options: Any) -> None:
    """Remove sources that may connect to a cluster.

    SOURCE is one of `network.allow`: a CIDR block, a security group (sg-...) or a prefix list (pl-...). It is
    removed from the stored spec, and the plan is shown and confirmed first. AWS does not close connections that
    exist.

    \b
    Examples:
      aurora-cli deny orders 10.8.0.0/16
      aurora-cli deny orders sg-0123456789abcdef0 --yes
    """
    from aurora_cli.operations.day_two import access

    asked = {"deny": sources, "region": options["in_region"]}
    operate(session, "deny", options, lambda app, how: access.change_access(app, name, how, **asked))
