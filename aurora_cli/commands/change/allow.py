"""`aurora-cli allow`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import change_options, in_region_option, name_argument, skip_check_option
from aurora_cli.commands.shared.run_operation import operate
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="allow")
@name_argument()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--description", metavar="TEXT", help="Description of the new security group rules.")
@in_region_option
@skip_check_option
@change_options
@pass_session
def command(session: Session, /, name: str, sources: tuple[str, ...], **options: Any) -> None:
    """Allow sources to connect to a cluster.

    SOURCE is an IPv4 or IPv6 CIDR block, a security group (sg-...) or a prefix list (pl-...). It is added to
    `network.allow` of the stored spec, and the plan is shown and confirmed first. A source that may connect
    already stays as it is.

    \b
    Examples:
      aurora-cli allow orders 10.8.0.0/16
      aurora-cli allow orders sg-0123456789abcdef0 --description 'web servers' --yes
    """
    from aurora_cli.operations.day_two import access

    asked = {"allow": sources, "region": options["in_region"], "description": options["description"]}
    operate(session, "allow", options, lambda app, how: access.change_access(app, name, how, **asked))
