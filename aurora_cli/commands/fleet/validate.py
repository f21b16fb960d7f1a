"""`aurora-cli fleet validate`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.selecting import selected_members, selection_options
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import SpecInvalid


@click.command(name="validate")
@selection_options
@click.option("--warnings", is_flag=True, help="Print warnings too.")
@output_option("junit")
@pass_session
@click.pass_context
def validate(ctx: click.Context, session: Session, /, warnings: bool, output: str, **options: Any) -> None:
    """Check all specs of a folder against the rules of AWS and the policies of fleet.yaml, offline.

    Every problem of every file is reported at once, with its line; also two clusters of one name, and two with their
    state in one place. Status 0: all hold. Status 2: at least one does not.

    \b
    Examples:
      aurora-cli fleet validate -d clusters
      aurora-cli fleet validate --changed-since origin/main -o junit >report.xml
    """
    from aurora_cli.fleet.fleet_check import DOUBT
    from aurora_cli.fleet.report import all_problems, as_junit, said_of

    members = selected_members(session, options)
    if output == "junit":
        session.write(as_junit(members))
    elif output != "table":
        document = {
            "schema_version": SCHEMA_VERSION,
            "valid": all(member.valid for member in members),
            "members": [member.to_dict() for member in members],
        }
        print_data(session, document, output)
    else:
        problems = all_problems(members, warnings=warnings)
        if not all(member.valid for member in members):
            raise SpecInvalid(said_of(members), problems=problems)
        from aurora_cli.ui import errors_view

        errors_view.print_problems(session.consoles.err, [one for one in problems if one.check != DOUBT])
        session.say(f"{said_of(members)}.".capitalize())
    if not all(member.valid for member in members):
        ctx.exit(SpecInvalid.exit_status)
