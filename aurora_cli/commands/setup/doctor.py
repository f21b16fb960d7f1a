"""`aurora-cli doctor`."""

from __future__ import annotations

import click

from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session


@click.command(name="doctor")
@output_option()
@pass_session
def command(session: Session, output: str) -> None:
    """Check Terraform, credentials, Region and permissions.

    Also checks quotas, the clock, and whether a cluster of the home is in Extended Support, or will be within a year.
    Changes nothing. Status 0: nothing failed, though there may be warnings. Status 1: a
    check failed; its hint says what to do.

    \b
    Examples:
      aurora-cli doctor
      aurora-cli --sandbox doctor -o json
    """
    from aurora_cli.operations.inspect import doctor

    with progress(session) as emit:
        checks = doctor.doctor(session.app, emit=emit)
    healthy = all(check.status != "failed" for check in checks)
    if output != "table":
        document = {"schema_version": SCHEMA_VERSION, "ok": healthy, "checks": [c.to_dict() for c in checks]}
        print_data(session, document, output)
    else:
        from aurora_cli.ui.report import lists

        lists.print_checks(session.consoles, checks)
    if not healthy:
        click.get_current_context().exit(1)
