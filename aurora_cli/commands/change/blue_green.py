"""`aurora-cli blue-green`: upgrades by a second cluster that takes the names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.group import HelpfulGroup
from aurora_cli.commands.shared.approval import approve_with, require_approver, require_confirmation
from aurora_cli.commands.shared.options import (
    dry_run_option,
    look_options,
    name_argument,
    output_option,
    skip_check_option,
    write_option,
    yes_option,
)
from aurora_cli.commands.shared.output import change_document, print_change, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import ApprovalRequired, InvalidInput

if TYPE_CHECKING:
    from aurora_cli.operations.blue_green.cleanup import Cleanup
    from aurora_cli.operations.core.review import Approve, ChangeResult, PlanReview

TIMEOUT = click.IntRange(30, 3600)
"""Seconds (Aurora User Guide, "Switchover timeout")."""


@click.group(name="blue-green", cls=HelpfulGroup)
def command() -> None:
    """Upgrade with a blue/green deployment.

    AWS copies the cluster (blue) to a green cluster with another version, parameters or KMS key, and keeps it in sync by
    replication. Test the green cluster, switch over in about a minute, and delete the old cluster.

    \b
    Examples:
      aurora-cli blue-green create orders --to 17.5
      aurora-cli blue-green status orders
      aurora-cli blue-green switchover orders
      aurora-cli blue-green cleanup orders
    """


@command.command(name="create")
@name_argument()
@click.option(
    "--to", metavar="VERSION", help="Engine version of the green cluster, minor or major; `engines` lists them."
)
@click.option(
    "--set",
    "assignments",
    metavar="PATH=VALUE",
    multiple=True,
    help="Parameters or KMS key of the green cluster: parameters.cluster.work_mem=8192, encryption.kms_key=KEY; can be repeated.",
)
@skip_check_option
@yes_option
@dry_run_option
@output_option()
@pass_session
def create(session: Session, /, name: str, **options: Any) -> None:
    """Create a green cluster, and wait until it replicates.

    Lists all blockers before anything is created. The cluster keeps running without an interruption; the green cluster
    is billed from now on. A new major version, or other parameters, get new parameter groups first.

    \b
    Examples:
      aurora-cli blue-green create orders --to 17.5
      aurora-cli blue-green create orders --to 17.5 --set parameters.cluster.work_mem=8192 --yes
      aurora-cli blue-green create orders --set encryption.kms_key=alias/orders
      aurora-cli blue-green create orders --to 17.5 --dry-run
    """
    make_green(session, name, options)


def make_green(session: Session, name: str, options: dict[str, Any]) -> None:
    """Carry `create` out; `upgrade --blue-green` does the same."""
    approved = options.get("approved")
    require_approver(session, yes=options["yes"] or approved is not None, dry_run=options["dry_run"])
    from aurora_cli.operations.blue_green import create as operation
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.spec.layers.flags import layer_from_pairs, parse_set

    given = options["assignments"]
    layers = layer_from_pairs((*parse_set(text), "--set") for text in given)
    words = [word for text in given for word in ("--set", text)]
    with progress(session) as emit:
        approve = approve_with(session, yes=options["yes"], approved=approved)
        how = RunOptions(
            "blue-green create", approve, emit, dry_run=options["dry_run"], skip_checks=options["skip_check"]
        )
        result = operation.create(
            session.app,
            name,
            to=options["to"],
            values=[(layer.source, layer.values) for layer in layers],
            words=words,
            options=how,
        )
    _print(session, name, result, "blue-green create", options["output"])


@command.command(name="status")
@look_options
def status(session: Session, name: str, output: str) -> None:
    """Show the deployment, both clusters, and what a switchover would do.

    \b
    Examples:
      aurora-cli blue-green status orders
      aurora-cli blue-green status orders -o json
    """
    from aurora_cli.operations.blue_green import report

    with progress(session) as emit:
        found = report.status(session.app, name, emit=emit)
    if output != "table":
        print_data(session, found.to_dict(), output)
        return
    from aurora_cli.ui.report import blue_green_view

    blue_green_view.print_blue_green(session.consoles, found)


@command.command(name="switchover")
@name_argument()
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=TIMEOUT,
    default=300,
    show_default=True,
    help="AWS rolls back a switchover that takes longer; 30 to 3600.",
)
@click.option("--confirm", metavar="NAME", help="Cluster name, as confirmation for scripts.")
@write_option
@dry_run_option
@output_option()
@pass_session
def switchover(session: Session, /, name: str, timeout: int, **options: Any) -> None:
    """Switch over to the green cluster, and update spec and state.

    Asks for the cluster name as confirmation; scripts pass it with --confirm. Writes stop for about a minute. The
    endpoints stay the same. Afterwards the plan is empty; the old cluster is kept, as <name>-old1, until `blue-green
    cleanup`.

    \b
    Examples:
      aurora-cli blue-green switchover orders
      aurora-cli blue-green switchover orders --timeout 120 --confirm orders
    """
    confirm, dry_run = options["confirm"], options["dry_run"]
    require_confirmation(session, name, confirm=confirm, yes=False, dry_run=dry_run, doing="Switching over")
    from aurora_cli.operations.blue_green import switchover as operation
    from aurora_cli.operations.core.review import RunOptions

    with progress(session) as emit:
        approve = _typed(session, name, confirm)
        how = RunOptions("blue-green switchover", approve, emit, dry_run=dry_run, write=options["write"])
        result = operation.switchover(session.app, name, timeout_s=timeout, options=how)
    _print(session, name, result, "blue-green switchover", options["output"])


@command.command(name="cleanup")
@name_argument()
@click.option("--delete-green", is_flag=True, help="Before the switchover: delete the green cluster as well.")
@click.option("--keep-old", is_flag=True, help="After the switchover: keep the old cluster.")
@click.option("--skip-final-snapshot", is_flag=True, help="Delete the old cluster without a final snapshot.")
@click.option("--confirm", metavar="NAME", help="Name of the cluster to delete, as confirmation for scripts.")
@yes_option
@dry_run_option
@output_option()
@pass_session
def cleanup(session: Session, /, name: str, **options: Any) -> None:
    """Delete the deployment, and the cluster that is left over.

    Before the switchover: deletes the deployment, and with --delete-green the green cluster. After it: deletes the old
    cluster as well, after a final snapshot. Asks for the name of the cluster to delete, or takes it from --confirm; if
    no cluster is deleted, --yes is enough.

    \b
    Examples:
      aurora-cli blue-green cleanup orders
      aurora-cli blue-green cleanup orders --confirm orders-old1
      aurora-cli blue-green cleanup orders --keep-old --yes
      aurora-cli blue-green cleanup orders --delete-green
    """
    from aurora_cli.operations.blue_green import cleanup as operation
    from aurora_cli.operations.core.review import RunOptions

    if options["confirm"] is None:
        require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    work = operation.Cleanup(
        name,
        delete_green=options["delete_green"],
        keep_old=options["keep_old"],
        final_snapshot=not options["skip_final_snapshot"],
    )
    with progress(session) as emit:
        approve = _agreed(session, work, options["confirm"], yes=options["yes"])
        how = RunOptions("blue-green cleanup", approve, emit, dry_run=options["dry_run"])
        result = operation.cleanup(session.app, work, options=how)
    _print(session, name, result, "blue-green cleanup", options["output"])


def _typed(session: Session, name: str, confirm: str | None, what: str = "cluster") -> Approve:
    """Shows the steps, and has a name typed."""

    def approve(review: PlanReview) -> bool:
        from aurora_cli.ui import prompts
        from aurora_cli.ui.plan import plan_view

        plan_view.print_review(session.consoles, review)
        return confirm == name or prompts.type_name(session.consoles, name, what)

    return approve


def _agreed(session: Session, work: Cleanup, confirm: str | None, *, yes: bool) -> Approve:
    """Asks for the name of the cluster that is deleted; a yes does where none is."""

    def approve(review: PlanReview) -> bool:
        if work.doomed is None:
            return approve_with(session, yes=yes or confirm is not None)(review)
        _require_name(session, work.doomed, confirm)
        return _typed(session, work.doomed, confirm, "cluster that is deleted")(review)

    return approve


def _require_name(session: Session, doomed: str, confirm: str | None) -> None:
    if confirm not in (None, doomed):
        raise InvalidInput(
            f"--confirm is '{confirm}', but the cluster to delete is '{doomed}'.",
            hint=f"To proceed: --confirm {doomed}",
        )
    if confirm is None and not session.consoles.interactive:
        raise ApprovalRequired(
            f"Deleting '{doomed}' needs its name as confirmation; --yes alone is not enough.",
            hint=f"Add --confirm {doomed}, or --dry-run to see what would happen.",
        )


def _print(session: Session, name: str, result: ChangeResult, operation: str, output: str) -> None:
    """The report of the cluster, and what there is of the deployment now."""
    if result.dry_run:
        print_change(session, result, operation, output)
        return
    from aurora_cli.operations.blue_green import report

    with progress(session) as emit:
        found = report.status(session.app, name, emit=emit)
    if output != "table":
        print_data(session, {**change_document(result), "blue_green": found.to_dict()}, output)
        return
    from aurora_cli.ui.report import blue_green_view

    print_change(session, result, operation, output)
    blue_green_view.print_blue_green(session.consoles, found)
