"""`aurora-cli mysql`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.connect.psql import run_client
from aurora_cli.commands.shared.options import name_argument
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.sign_in_options import sign_in_options


@click.command(name="mysql")
@name_argument()
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- MYSQL_ARGS]...")
@sign_in_options
@pass_session
def command(session: Session, /, name: str, arguments: tuple[str, ...], **options: Any) -> None:
    """Open a mysql prompt on an Aurora MySQL cluster.

    Runs the mysql (or mariadb) client of this machine with the address, the user and the password of the cluster; certificate
    and host name are checked (VERIFY_IDENTITY). They are in an option file that only you can read and that is deleted when
    the client ends. A user whose password is in no secret takes MYSQL_PWD, or mysql asks. What follows -- goes to mysql
    as it is. The exit status is mysql's.

    \b
    Examples:
      aurora-cli mysql shop
      aurora-cli mysql shop --reader -- --execute 'select now()'
      aurora-cli mysql shop --user app --iam
    """
    run_client(session, "mysql", name, arguments, options)
