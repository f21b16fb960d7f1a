"""`aurora-cli destroy`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from aurora_cli.commands.approval import confirm_with, require_confirmation
from aurora_cli.commands.options import dry_run_option, name_argument, output_option
from aurora_cli.commands.output import print_data
from aurora_cli.commands.running import progress
from aurora_cli.commands.session import Session, pass_session


@click.command(name="destroy")
@name_argument()
@click.option("--confirm", metavar="NAME", help="The cluster's name again: the confirmation that a script gives.")
@click.option("--skip-final-snapshot", is_flag=True, help="Take no final snapshot: the data is gone for good.")
@click.option("-y", "--yes", is_flag=True, help="Accepted, and not enough: a destroy needs --confirm NAME.")
@dry_run_option
@output_option()
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Delete a cluster, after a final snapshot.

    Shows what goes and what stays, and has the cluster's name typed. A script gives the name with --confirm; --yes
    alone does not do. Lifts deletion protection itself, takes a final snapshot unless told not to, and says how to
    get the data back.

    \b
    Examples:
      aurora-cli destroy orders
      aurora-cli destroy orders --dry-run
      aurora-cli destroy orders --confirm orders -o json
    """
    require_confirmation(session, name, confirm=options["confirm"], yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations import destroy

    if options["yes"] and not options["confirm"] and not options["dry_run"]:
        click.echo("--yes does not confirm a destroy; the name does.", err=True)
    with progress(session) as emit:
        result = destroy.destroy(
            session.app,
            name,
            skip_final_snapshot=options["skip_final_snapshot"],
            dry_run=options["dry_run"],
            confirm=confirm_with(session, name, confirm=options["confirm"]),
            emit=emit,
        )
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
        return
    from aurora_cli.ui import destroy_view

    if result.dry_run:
        destroy_view.print_destroy_review(replace(session.consoles, err=session.consoles.out), result.review)
    destroy_view.print_destroyed(session.consoles, result)
