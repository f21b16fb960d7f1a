"""`aurora-cli restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.shared.approval import approve_by_name, require_confirmation
from aurora_cli.commands.shared.completions import complete_clusters
from aurora_cli.commands.shared.copy_options import copy_options, make_copy
from aurora_cli.commands.shared.output import print_change
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import CopyCommand, typed_layers

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.step import Operation

_IN_PLACE = {"replace": "--replace", "undo": "--undo", "discard_old": "--discard-old"}


@click.command(name="restore", cls=CopyCommand)
@click.argument("name", metavar="NAME", shell_complete=complete_clusters)
@click.option("--from-snapshot", "--from", metavar="SNAPSHOT", help="Identifier or ARN of the snapshot.")
@click.option(
    "--from-cluster",
    metavar="CLUSTER",
    shell_complete=complete_clusters,
    help="Name, ARN or resource id of the cluster whose backups are taken.",
)
@click.option("--to-time", metavar="TIME", help="`latest`, or a time in UTC: 2026-03-01T08:30:00Z.")
@click.option(
    "--replace", is_flag=True, help="Replace the running cluster NAME with the restored data; keep the old cluster."
)
@click.option("--undo", is_flag=True, help="Swap the old cluster back in; keep the other one.")
@click.option("--discard-old", is_flag=True, help="Delete the retained old cluster, after a final snapshot.")
@click.option(
    "--confirm",
    metavar="NAME",
    help="With --replace, --undo, --discard-old: cluster name, as confirmation for scripts.",
)
@copy_options
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, name: str, **options: Any) -> None:
    """Restore into a new cluster, or replace an existing one.

    From a snapshot, or from the automated backups of a cluster, to any second that they cover. The source is not
    changed. The new cluster has the spec of the source if that is managed here, otherwise the settings that AWS
    reports; options override it.

    With --replace the restored cluster replaces the running cluster NAME, with its identifiers and host names. The old
    cluster is retained until --discard-old deletes it; --undo swaps it back.

    \b
    Examples:
      aurora-cli restore orders-back --from-snapshot orders-final-20260301083000
      aurora-cli restore orders-0830 --from-cluster orders --to-time 2026-03-01T08:30:00Z
      aurora-cli restore orders-now --from-cluster orders --to-time latest --readers 0 --yes
      aurora-cli restore orders --replace --to-time 2026-03-01T08:30:00Z
      aurora-cli restore orders --undo
      aurora-cli restore orders --discard-old --confirm orders
    """
    given = [flag for key, flag in _IN_PLACE.items() if options[key]]
    if not given:
        _refuse(ctx, options["confirm"] is not None, "--confirm requires --replace, --undo or --discard-old.")
        make_copy(ctx, session, "restore", name, _source(ctx, options), options)
        return
    _refuse(ctx, len(given) > 1, f"{' and '.join(given)} are mutually exclusive.")
    changes = {path for layer in typed_layers(ctx) for path in layer.values if path != "region"}
    _refuse(ctx, bool(changes), f"{given[0]} keeps the spec as it is: change it with apply afterwards.")
    _in_place(session, name, _operation(ctx, name, options), options)


def _in_place(session: Session, name: str, operation: Operation, options: dict[str, Any]) -> None:
    confirm, dry_run = options["confirm"], options["dry_run"]
    require_confirmation(session, name, confirm=confirm, yes=options["yes"], dry_run=dry_run, doing="Restoring over")
    from aurora_cli.operations.core.review import RunOptions
    from aurora_cli.operations.pipeline.engine import run_operation

    with progress(session) as emit:
        how = RunOptions("restore", approve_by_name(session, name, confirm=confirm), emit, dry_run=dry_run)
        result = run_operation(session.app, name, operation, how)
    print_change(session, result, "restore", options["output"])


def _operation(ctx: click.Context, name: str, options: dict[str, Any]) -> Operation:
    snapshot, cluster, time = options["from_snapshot"], options["from_cluster"], options["to_time"]
    if options["replace"]:
        from aurora_cli.operations.restore_in_place.replace import Replace

        _refuse(
            ctx, cluster not in (None, name), f"With --replace, --to-time refers to {name} itself: omit --from-cluster."
        )
        _refuse(ctx, bool(snapshot) == bool(time), "Specify what to restore: --from-snapshot or --to-time.")
        return Replace(name, snapshot, time)
    _refuse(ctx, bool(snapshot or cluster or time), "A source requires --replace.")
    if options["undo"]:
        from aurora_cli.operations.restore_in_place.undo import Undo

        return Undo(name)
    from aurora_cli.operations.restore_in_place.discard import Discard

    return Discard(name)


def _source(ctx: click.Context, options: dict[str, Any]) -> dict[str, Any]:
    snapshot, cluster, time = options["from_snapshot"], options["from_cluster"], options["to_time"]
    _refuse(
        ctx,
        bool(snapshot) == bool(cluster),
        "Specify what to restore: --from-snapshot, or --from-cluster with --to-time.",
    )
    _refuse(ctx, bool(snapshot and time), "A snapshot has a fixed time: --to-time requires --from-cluster.")
    _refuse(ctx, bool(cluster and not time), "Specify the time: --to-time latest, or a time in UTC.")
    return {"snapshot": snapshot} if snapshot else {"point_in_time": {"cluster": cluster, "time": time}}


def _refuse(ctx: click.Context, condition: bool, message: str) -> None:
    if condition:
        raise click.UsageError(message, ctx)
