"""`aurora-cli version`."""

from __future__ import annotations

import platform

import click

from aurora_cli import __version__
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.table import PROGRAM


@click.command(name="version")
@output_option()
@pass_session
def command(session: Session, output: str) -> None:
    """Print the version of aurora-cli and what it runs on.

    Starts no process; `aurora-cli doctor` also shows which Terraform is used.

    \b
    Examples:
      aurora-cli version
      aurora-cli version -o json
    """
    facts = {"aurora_cli": __version__, "python": platform.python_version(), "platform": platform.platform()}
    if output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, **facts}, output)
    else:
        session.say(f"{PROGRAM} {facts['aurora_cli']} (Python {facts['python']}, {facts['platform']})")
