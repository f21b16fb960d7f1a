"""`aurora-cli schema`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="schema")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["json", "yaml"]),
    default="json",
    show_default=True,
    help="Format of the schema.",
)
@pass_session
def command(session: Session, output: str) -> None:
    """Print the JSON Schema of the spec file.

    For editors that complete and check YAML, and for pipelines that check it before this tool sees it.

    \b
    Examples:
      aurora-cli schema
      aurora-cli schema -o yaml
    """
    from aurora_cli.spec.text.schema import json_schema

    print_data(session, json_schema(), output)
