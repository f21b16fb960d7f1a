"""`aurora-cli snapshot`: manual snapshots of clusters."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.group import HelpfulGroup
from aurora_cli.commands.shared.approval import require_confirmation
from aurora_cli.commands.shared.completions import complete_clusters
from aurora_cli.commands.shared.options import output_option, parse_tags, tag_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session

if TYPE_CHECKING:
    from aurora_cli.aws.restore.snapshots import SnapshotInfo
    from aurora_cli.operations.day_two.snapshots import SnapshotResult

COLUMNS = ("Id", "Cluster", "Type", "Status", "Version", "Encrypted", "Created")
_ENCRYPTED = {"none": "no", "sse-rds": "yes (AWS owned key)"}
SPARE = ("Encrypted", "Version", "Type", "Status")


@click.group(name="snapshot", cls=HelpfulGroup)
def command() -> None:
    """Create, list, copy and delete snapshots of clusters.

    Terraform does not manage them: a snapshot is kept when its cluster is deleted, until it is deleted here. The Region
    is that of the cluster, or the one of --region.

    \b
    Examples:
      aurora-cli snapshot create orders
      aurora-cli snapshot list orders
    """


@command.command(name="create")
@click.argument("cluster", shell_complete=complete_clusters)
@click.option("--id", "identifier", metavar="NAME", help="Its identifier; default the cluster's and the time in UTC.")
@tag_option
@click.option("--dry-run", is_flag=True, help="Only say whether a snapshot would be taken.")
@output_option()
@pass_session
def create(session: Session, /, cluster: str, identifier: str | None, output: str, **options: Any) -> None:
    """Take a snapshot of a cluster, and wait until it is available.

    The cluster keeps running without an interruption; the duration depends on its size. With the --id of an existing
    snapshot none is taken, and the age of that one is printed.

    \b
    Examples:
      aurora-cli snapshot create orders
      aurora-cli snapshot create orders --id orders-before-migration --tag ticket=DB-17 -o json
      aurora-cli snapshot create orders --dry-run
    """
    from aurora_cli.operations.day_two import snapshots

    region, tags = session.settings.region, parse_tags(options["tags"])
    with progress(session) as emit:
        if options["dry_run"]:
            wanted = snapshots.wanted_snapshot(session.app, cluster, identifier, region=region, emit=emit)
        else:
            result = snapshots.create_snapshot(session.app, cluster, identifier, region=region, emit=emit, tags=tags)
    if not options["dry_run"]:
        _print(session, result, output)
    elif output != "table":
        print_data(session, wanted.to_dict(), output)
    else:
        session.say(f"{wanted.id} {'would be taken' if wanted.changes else 'already exists'} ({wanted.region}).")


@command.command(name="list")
@click.argument("cluster", required=False, shell_complete=complete_clusters)
@output_option()
@pass_session
def list_(session: Session, /, cluster: str | None, output: str) -> None:
    """List the cluster snapshots of a Region, or of one cluster, newest first.

    Final snapshots, taken by a destroy, are marked. CLUSTER may be a deleted cluster.

    \b
    Examples:
      aurora-cli --region eu-west-1 snapshot list
      aurora-cli snapshot list orders -o json
    """
    from aurora_cli.operations.day_two import snapshots

    with progress(session) as emit:
        found = snapshots.snapshots(session.app, cluster, region=session.settings.region, emit=emit)
    if output != "table":
        rows = [snapshots.row(one) for one in found]
        print_data(session, {"schema_version": SCHEMA_VERSION, "snapshots": rows}, output)
        return
    region = snapshots.region_for(session.app, cluster, session.settings.region)
    cells = [_cells(one, final=snapshots.is_final(one)) for one in found]
    print_rows(session, f"Snapshots in {region}", COLUMNS, cells, spare=SPARE)


@command.command(name="copy")
@click.argument("source", metavar="SNAPSHOT")
@click.argument("target", metavar="NEW", required=False)
@click.option("--from-region", metavar="REGION", help="Region of the snapshot; default the ARN's, or --region.")
@click.option("--to-region", metavar="REGION", help="Region of the copy; default --region.")
@click.option(
    "--kms-key", metavar="KEY", help="Key of the target Region (ARN, id or alias/...) that encrypts the copy."
)
@output_option()
@pass_session
def copy(session: Session, /, source: str, target: str | None, **options: Any) -> None:
    """Copy a snapshot, within a Region or into another one, and wait until it is available.

    An encrypted snapshot needs a KMS key of the target Region. The source snapshot is kept.

    \b
    Examples:
      aurora-cli snapshot copy orders-before-migration orders-kept
      aurora-cli snapshot copy orders-kept --from-region eu-west-1 --to-region us-east-1 --kms-key alias/aws/rds
    """
    from aurora_cli.operations.day_two import snapshots

    with progress(session) as emit:
        result = snapshots.copy_snapshot(
            session.app,
            source,
            target,
            from_region=options["from_region"],
            to_region=options["to_region"],
            kms_key=options["kms_key"],
            emit=emit,
        )
    _print(session, result, options["output"])


@command.command(name="delete")
@click.argument("identifier", metavar="SNAPSHOT")
@click.option("--confirm", metavar="SNAPSHOT", help="Snapshot identifier, as confirmation for scripts.")
@output_option()
@pass_session
def delete(session: Session, /, identifier: str, confirm: str | None, output: str) -> None:
    """Delete a manual snapshot permanently.

    Asks for its identifier as confirmation; scripts pass it with --confirm. Its data cannot be recovered.

    \b
    Examples:
      aurora-cli snapshot delete orders-before-migration
      aurora-cli snapshot delete orders-before-migration --confirm orders-before-migration
    """
    require_confirmation(session, identifier, confirm=confirm, yes=False, dry_run=False)
    from aurora_cli.operations.day_two import snapshots

    def confirmed(found: SnapshotInfo) -> bool:
        from aurora_cli.ui import prompts
        from aurora_cli.ui.text import moment

        kind = "final snapshot" if snapshots.is_final(found) else "snapshot"
        session.say(f"LOST: the {kind} {found.id} of {found.cluster}, of {moment(found.created_at)}.", err=True)
        return confirm == identifier or prompts.type_name(session.consoles, identifier, "snapshot")

    with progress(session) as emit:
        result = snapshots.delete_snapshot(
            session.app, identifier, region=session.settings.region, confirm=confirmed, emit=emit
        )
    _print(session, result, output)


def _cells(one: SnapshotInfo, *, final: bool) -> list[Any]:
    from aurora_cli.ui.text import moment

    kind = "final" if final else one.type
    return [
        one.id,
        one.cluster,
        kind,
        one.status,
        one.engine_version,
        _ENCRYPTED.get(one.encryption, "yes"),
        moment(one.created_at),
    ]


def _print(session: Session, result: SnapshotResult, output: str) -> None:
    if output != "table":
        print_data(session, result.to_dict(), output)
        return
    if result.outcome == "unchanged":
        from aurora_cli.ui.text import duration, moment

        taken = result.snapshot.created_at
        age = (
            (session.app.clock.now() - datetime.fromisoformat(taken.replace("Z", "+00:00"))).total_seconds()
            if taken
            else 0
        )
        session.say(
            f"{result.snapshot.id} already exists, with the data of {moment(taken)}, {duration(age)} ago: nothing was changed. "
            "For a new one specify another name."
        )
        return
    session.say(f"{result.snapshot.id} was {result.outcome} ({result.region}).")
