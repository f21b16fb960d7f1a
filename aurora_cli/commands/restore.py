"""`aurora-cli restore`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.approval import approve_with, require_approver
from aurora_cli.commands.completions import complete_clusters
from aurora_cli.commands.options import change_options, skip_check_option
from aurora_cli.commands.output import exit_on_changes, print_change
from aurora_cli.commands.running import progress
from aurora_cli.commands.session import Session, pass_session
from aurora_cli.commands.spec_options import spec_options, typed_layers


@click.command(name="restore")
@click.argument("name", metavar="NEW")
@click.option("--from-snapshot", metavar="SNAPSHOT", help="Identifier or ARN of the snapshot.")
@click.option(
    "--from-cluster",
    metavar="CLUSTER",
    shell_complete=complete_clusters,
    help="Name, ARN or resource id of the cluster whose backups are taken.",
)
@click.option("--to-time", metavar="TIME", help="`latest`, or a time in UTC: 2026-03-01T08:30:00Z.")
@spec_options
@skip_check_option
@change_options
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, name: str, **options: Any) -> None:
    """Bring data back into a new cluster.

    From a snapshot, or from the automated backups of a cluster to any second that they hold. The source is not touched.
    The new cluster has the spec of the source if that is managed here, else what AWS says of it; every option changes it.

    \b
    Examples:
      aurora-cli restore orders-back --from-snapshot orders-final-20260301083000
      aurora-cli restore orders-0830 --from-cluster orders --to-time 2026-03-01T08:30:00Z
      aurora-cli restore orders-now --from-cluster orders --to-time latest --readers 0 --yes
    """
    source = _source(ctx, options)
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations import copying

    layers, skip = typed_layers(ctx), tuple(options["skip_check"])
    with progress(session) as emit:
        result = copying.copy(
            session.app,
            copying.Wish(name, source, layers, skip, "restore"),
            dry_run=options["dry_run"],
            allow=options["allow"],
            approve=approve_with(session, yes=options["yes"]),
            emit=emit,
        )
    print_change(session, result, "create", options["output"])
    if options["dry_run"] and options["exit_code"]:
        exit_on_changes(result.review)


def _source(ctx: click.Context, options: dict[str, Any]) -> dict[str, Any]:
    snapshot, cluster, time = options["from_snapshot"], options["from_cluster"], options["to_time"]
    if bool(snapshot) == bool(cluster):
        raise click.UsageError("Say what to restore: --from-snapshot, or --from-cluster with --to-time.", ctx)
    if snapshot and time:
        raise click.UsageError("A snapshot is of one moment: --to-time goes with --from-cluster.", ctx)
    if cluster and not time:
        raise click.UsageError("Say to which time: --to-time latest, or a time in UTC.", ctx)
    return {"snapshot": snapshot} if snapshot else {"point_in_time": {"cluster": cluster, "time": time}}
