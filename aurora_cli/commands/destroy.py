"""`aurora-cli destroy`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from aurora_cli.commands.approval import confirm_with, offer_with, require_confirmation
from aurora_cli.commands.options import dry_run_option, name_argument, output_option
from aurora_cli.commands.output import print_data
from aurora_cli.commands.progress import progress
from aurora_cli.commands.session import Session, pass_session
from aurora_cli.errors import InvalidInput


@click.command(name="destroy")
@name_argument()
@click.option("--confirm", metavar="NAME", help="The cluster's name again: the confirmation that a script gives.")
@click.option("--skip-final-snapshot", is_flag=True, help="Take no final snapshot: the data is gone for good.")
@click.option(
    "--restore-protection",
    is_flag=True,
    help="Destroy nothing: set back the deletion protection that a destroy has lifted which failed half-way.",
)
@click.option("-y", "--yes", is_flag=True, help="Accepted, and not enough: a destroy needs --confirm NAME.")
@dry_run_option
@output_option()
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Delete a cluster, after a final snapshot.

    Shows what goes and what stays, and has the cluster's name typed. A script gives the name with --confirm; --yes
    alone does not do. Lifts deletion protection itself, takes a final snapshot unless told not to, and says how to
    get the data back. If it fails half-way, it says what is gone and what is left, and offers to set the protection
    back; the same command goes on in either case.

    \b
    Examples:
      aurora-cli destroy orders
      aurora-cli destroy orders --dry-run
      aurora-cli destroy orders --confirm orders -o json
      aurora-cli destroy orders --restore-protection
    """
    if options["restore_protection"]:
        _restore_protection(session, name, options)
        return
    require_confirmation(session, name, confirm=options["confirm"], yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations.destroy import destroy

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
            offer=offer_with(session, "Set the deletion protection back?"),
        )
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
        return
    from aurora_cli.ui import destroy_view

    if result.dry_run:
        destroy_view.print_destroy_review(replace(session.consoles, err=session.consoles.out), result.review)
    destroy_view.print_destroyed(session.consoles, result)


def _restore_protection(session: Session, name: str, options: dict[str, Any]) -> None:
    """It takes nothing away, so it asks nothing."""
    if options["confirm"] or options["skip_final_snapshot"] or options["dry_run"]:
        raise InvalidInput(
            "--restore-protection destroys nothing, so it stands alone.",
            hint=f"To set the protection back: aurora-cli destroy {name} --restore-protection",
        )
    from aurora_cli.operations.destroy.reprotecting import restore_protection

    with progress(session) as emit:
        result = restore_protection(session.app, name, emit=emit)
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
        return
    from aurora_cli.ui import destroy_view

    destroy_view.print_protected(session.consoles, result)
