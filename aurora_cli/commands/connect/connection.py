"""`aurora-cli connection`."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

from aurora_cli.commands.shared.options import name_argument
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import InvalidInput

FORMS = ("url", "jdbc", "psql", "mysql", "env", "pgpass", "json")


@click.command(name="connection")
@name_argument()
@click.option("--format", "form", type=click.Choice(FORMS), default="url", show_default=True, help="Output format.")
@click.option(
    "--role",
    metavar="ROLE",
    default="writer",
    show_default=True,
    help="writer, reader, a custom endpoint, or the key or identifier of an instance.",
)
@click.option("--user", metavar="NAME", help="Database user; default: the master user.")
@click.option("--database", metavar="NAME", help="Database; default: the initial database.")
@click.option(
    "--ca-file",
    metavar="FILE",
    default="global-bundle.pem",
    show_default=True,
    help="Path of the RDS certificate bundle; databases of the sandbox have their own.",
)
@pass_session
def command(session: Session, /, name: str, form: str, **options: Any) -> None:
    """Print how to connect to a cluster, without the password.

    One text on standard output, ready to paste: a URL, a JDBC URL, a psql or mysql command line, variables for an env
    file, a line for ~/.pgpass (add the password at its end), or all of them as JSON. TLS is on, and certificate and host
    name are checked. Standard error says where the password and the certificate authorities come from.

    \b
    Examples:
      aurora-cli connection orders
      aurora-cli connection orders --format psql --role reader
      aurora-cli connection orders --format env --user app --database orders
      aurora-cli connection orders --format json
    """
    from aurora_cli.operations.inspect.connection import connect_facts, connection
    from aurora_cli.operations.report import connection_strings

    with progress(session) as emit:
        found = connection(session.app, connect_facts(session.app, name, emit=emit, **options))
    own = connection_strings.own_authority(session.app.sandbox_certificates, found.target.host)
    given = click.get_current_context().get_parameter_source("ca_file") is ParameterSource.COMMANDLINE
    if own is not None and not given:
        found = found.with_authority(own)
    if form == "json":
        print_data(session, found.to_dict(), "json")
        return
    if form not in found.texts:
        raise InvalidInput(
            f"{name} is {found.engine}, which has no {form} form.", hint=f"Take one of: {', '.join(found.texts)}."
        )
    session.write(found.texts[form])
    from aurora_cli.ui.report import lists

    facts = [("password", found.password_command), ("certificates", found.ca_command)]
    lists.print_facts(session.consoles, [(k, v) for k, v in facts if v] + [("note", n) for n in found.notes], err=True)
