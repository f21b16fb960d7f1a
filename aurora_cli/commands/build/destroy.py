"""`aurora-cli destroy`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from aurora_cli.commands.shared.approval import confirm_with, offer_with, require_confirmation
from aurora_cli.commands.shared.options import dry_run_option, name_argument, output_option
from aurora_cli.commands.shared.output import print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import InvalidInput


@click.command(name="destroy")
@name_argument()
@click.option("--confirm", metavar="NAME", help="Cluster name, as confirmation for scripts.")
@click.option("--skip-final-snapshot", is_flag=True, help="Skip the final snapshot: the data is lost permanently.")
@click.option(
    "--restore-protection",
    is_flag=True,
    help="Destroy nothing: re-enable the deletion protection that a failed destroy has disabled.",
)
@click.option("-y", "--yes", is_flag=True, help="Accepted, but not enough: a destroy requires --confirm NAME.")
@dry_run_option
@output_option()
@pass_session
def command(session: Session, /, name: str, **options: Any) -> None:
    """Delete a cluster, after a final snapshot.

    Shows what is deleted and what is kept, and asks for the cluster name as confirmation. Scripts pass it with
    --confirm; --yes alone is not enough. Disables deletion protection, takes a final snapshot by default, and shows how
    to restore the data. If it fails, it lists what is deleted and what is left, and offers to re-enable the protection;
    in either case, run it again to resume.

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
        session.say("--yes does not confirm a destroy; the name does.", err=True)
    with progress(session) as emit:
        result = destroy.destroy(
            session.app,
            name,
            skip_final_snapshot=options["skip_final_snapshot"],
            dry_run=options["dry_run"],
            confirm=confirm_with(session, name, confirm=options["confirm"]),
            emit=emit,
            offer=offer_with(session, "Re-enable the deletion protection?"),
        )
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
        return
    from aurora_cli.ui.plan import destroy_view

    if result.dry_run:
        destroy_view.print_destroy_review(replace(session.consoles, err=session.consoles.out), result.review)
    destroy_view.print_destroyed(session.consoles, result)


def _restore_protection(session: Session, name: str, options: dict[str, Any]) -> None:
    """It takes nothing away, so it asks nothing."""
    if options["confirm"] or options["skip_final_snapshot"] or options["dry_run"]:
        raise InvalidInput(
            "--restore-protection destroys nothing, and cannot be combined with other options.",
            hint=f"To re-enable the protection: aurora-cli destroy {name} --restore-protection",
        )
    from aurora_cli.operations.destroy.reprotecting import restore_protection

    with progress(session) as emit:
        result = restore_protection(session.app, name, emit=emit)
    if options["output"] != "table":
        print_data(session, result.to_dict(), options["output"])
        return
    from aurora_cli.ui.plan import destroy_view

    destroy_view.print_protected(session.consoles, result)
