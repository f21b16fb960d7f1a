"""`aurora-cli sql`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.shared.options import name_argument
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.run_operation import usage
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.sign_in_options import request_of, sign_in_options
from aurora_cli.errors import ApprovalRequired, Declined, InvalidInput
from aurora_cli.signals import heed_interrupt

if TYPE_CHECKING:
    from aurora_cli.operations.passwords.master import Password


@click.command(name="sql")
@name_argument()
@click.argument("text", metavar="[SQL]", required=False)
@click.option("-f", "--file", metavar="FILE", help="File with SQL; - reads standard input.")
@click.option(
    "-o", "--output", type=click.Choice(("table", "json", "csv")), default="table", show_default=True, help="Format."
)
@click.option(
    "--max-rows",
    metavar="N",
    type=click.IntRange(min=1),
    help="Rows of each result; default: 1000 in a table, else all.",
)
@click.option(
    "--via",
    type=click.Choice(("auto", "data-api", "direct")),
    default="auto",
    show_default=True,
    help="The Data API where it is on and has a secret, else a connection; or one of them.",
)
@click.option("-y", "--yes", is_flag=True, help="Let the statements change data without asking.")
@sign_in_options
@pass_session
def command(session: Session, /, name: str, text: str | None, **options: Any) -> None:
    """Run SQL statements on a cluster.

    The statements are the argument, a file, or standard input. Several are one transaction, unless they begin and end some
    themselves. The Data API needs no way into the VPC; it leads to the writer, and a call may take 45 seconds and return 1 MiB.
    A connection needs the drivers of `rds-aurora-cli[sql]`.

    On a cluster of the production preset, what changes data is asked about; a script says --yes. Queries run in a read-only
    transaction, in which the server refuses to write: a function that acts outside of the transaction, such as
    pg_terminate_backend, is not held by it.

    An error of the server ends the command with status 1, and with its SQLSTATE. Ctrl-C cancels the statement of a
    connection; over the Data API the transaction is rolled back.

    \b
    Examples:
      aurora-cli sql orders "select now()"
      aurora-cli sql orders -f schema.sql --yes
      aurora-cli sql orders "select * from orders" --reader -o csv --max-rows 100000
    """
    from aurora_cli.operations.inspect.connection import find
    from aurora_cli.operations.sql.statements import open_script
    from aurora_cli.ui.report.sql_view import SqlView

    file, output, most, via, yes = (options.pop(key) for key in ("file", "output", "max_rows", "via", "yes"))
    usage(text is not None and file is not None, "SQL and --file exclude each other.")
    request, source = request_of(name, **options), _read(session, text, file)
    with progress(session) as emit:
        facts = find(session.app, request, emit)
        script = open_script(session.app, request, facts, source, via=via, ask_password=_asker(session), emit=emit)
    heed_interrupt()
    view = SqlView(session.consoles, output, most)
    try:
        script.run(view.show, lambda question: _ask(session, question), yes=yes)
    finally:
        script.database.close()
    view.finish({"name": name, "via": script.database.via})


def _read(session: Session, text: str | None, file: str | None) -> str:
    if text is not None:
        return text
    try:
        if file not in (None, "-"):
            return Path(str(file)).read_text(encoding="utf-8-sig")
        if sys.stdin.isatty():
            session.say("Type the statements, then Ctrl-D.", err=True)
        return sys.stdin.read()
    except UnicodeDecodeError as problem:
        raise InvalidInput(f"{file or 'Standard input'} is not UTF-8 ({problem.reason}).") from None
    except OSError as problem:
        raise InvalidInput(f"{file} cannot be read: {problem.strerror or problem}.") from problem


def _ask(session: Session, question: str) -> None:
    """Raises ApprovalRequired, Declined."""
    from aurora_cli.ui import prompts

    if not session.consoles.interactive:
        raise ApprovalRequired(question, hint="Add --yes to let the statements change data.")
    session.say(question, err=True)
    if not prompts.confirm(session.consoles, "Proceed?"):
        raise Declined("Nothing was changed.")


def _asker(session: Session) -> Any:
    """Asks for a password at a terminal; None where there is none."""

    def asked(prompt: str) -> Password | None:
        if not session.consoles.interactive:
            return None
        from getpass import getpass

        from aurora_cli.operations.passwords.master import Password

        with session.consoles.still():
            return Password(getpass(prompt))

    return asked
