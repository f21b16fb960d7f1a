"""`aurora-cli psql`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.options import name_argument
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.sign_in_options import request_of, sign_in_options


@click.command(name="psql")
@name_argument()
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- PSQL_ARGS]...")
@sign_in_options
@pass_session
def command(session: Session, /, name: str, arguments: tuple[str, ...], **options: Any) -> None:
    """Open a psql prompt on an Aurora PostgreSQL cluster.

    Runs the psql of this machine, or the one that the sandbox's PostgreSQL comes with, with the address, the user and the
    password of the cluster; certificate and host name are checked (verify-full). The password, from Secrets Manager, or an
    IAM token is in psql's environment, in no argument and in no file; a user whose password is in no secret takes
    PGPASSWORD or ~/.pgpass, or psql asks. What follows -- goes to psql as it is. The exit status is psql's.

    \b
    Examples:
      aurora-cli psql orders
      aurora-cli psql orders --reader -- -c 'select now()'
      aurora-cli psql orders --user app --iam --database orders
    """
    run_client(session, "psql", name, arguments, options)


def run_client(session: Session, program: str, name: str, arguments: tuple[str, ...], options: dict[str, Any]) -> None:
    """Run psql or mysql, and end with its exit status."""
    from aurora_cli.operations.inspect.connection import find
    from aurora_cli.operations.sql.client import client, installed, refuse_other_engine

    request = request_of(name, **options)
    path = installed(session.app, program, name)
    with progress(session) as emit:
        facts = find(session.app, request, emit)
        refuse_other_engine(facts, program, name)
        found = client(session.app, path, facts, request, arguments, emit)
    raise click.exceptions.Exit(found.run())
