"""`aurora-cli engines`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.completions import ENGINES
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="engines")
@click.argument("engine", metavar="ENGINE", type=click.Choice(ENGINES))
@click.option("--version", metavar="VERSION", help="Only this version, or those of a major one, e.g. 16.8 or 16.")
@output_option()
@pass_session
def command(session: Session, engine: str, version: str | None, output: str) -> None:
    """List engine versions, and the upgrade targets of each.

    Asks AWS in the Region of --region. A minor upgrade keeps the major version; a major one requires a new parameter
    group family and an outage of the whole cluster.

    \b
    Examples:
      aurora-cli --region eu-west-1 engines postgres
      aurora-cli engines postgres --version 16.8 -o json
    """
    from aurora_cli.operations.inspect.engines import engine_versions
    from aurora_cli.spec.values.engine_names import canonical_engine

    name = canonical_engine(engine)
    with progress(session) as emit:
        region, found = engine_versions(session.app, name, version, emit=emit)
    if output != "table":
        versions = [one.to_dict() for one in found]
        document = {"schema_version": SCHEMA_VERSION, "engine": name, "region": region, "versions": versions}
        print_data(session, document, output)
        return
    from aurora_cli.ui.report import lists

    lists.print_engine_versions(session.consoles, found)
