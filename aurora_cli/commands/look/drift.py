"""`aurora-cli drift`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import CHANGES_STATUS, look_options
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session


@click.command(name="drift")
@look_options
def command(session: Session, name: str, output: str) -> None:
    """Show drift: changes made outside Terraform.

    Compares Terraform state with AWS and changes neither. For each attribute: the expected value, the actual value, and
    the spec field that sets it. Exits with status 7 if anything differs.

    \b
    Examples:
      aurora-cli drift orders
      aurora-cli drift orders -o json
    """
    from aurora_cli.operations.inspect import drift

    with progress(session) as emit:
        report = drift.drift(session.app, name, emit=emit)
    if output != "table":
        print_data(session, report.to_dict(), output)
    else:
        from aurora_cli.ui.report import drift_view

        drift_view.print_drift(session.consoles, report)
    if report.drifted:
        click.get_current_context().exit(CHANGES_STATUS)
