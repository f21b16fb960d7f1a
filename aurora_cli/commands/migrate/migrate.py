"""`aurora-cli migrate`: from RDS, from Serverless v1, and between provisioned and serverless instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from aurora_cli.commands.group import HelpfulGroup
from aurora_cli.commands.migrate.promote import named
from aurora_cli.commands.shared.approval import require_approver, require_confirmation
from aurora_cli.commands.shared.completions import complete_classes
from aurora_cli.commands.shared.options import (
    change_options,
    max_lag_option,
    name_argument,
    seconds_of,
    skip_check_option,
    write_option,
)
from aurora_cli.commands.shared.output import change_document, exit_on_changes, print_change, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.run_operation import operate, run_options
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import CopyCommand, spec_options, typed_layers

if TYPE_CHECKING:
    from aurora_cli.operations.migrate.rds import Moved
    from aurora_cli.operations.migrate.serverless_v1 import Move


@click.group(name="migrate", cls=HelpfulGroup)
def command() -> None:
    """Migrate a database to Aurora, or to Serverless v2.

    \b
    Examples:
      aurora-cli migrate rds shop-rds --into shop
      aurora-cli migrate serverless-v1 old-orders --into orders
      aurora-cli migrate to-serverless orders --acu 0.5-16
      aurora-cli migrate to-provisioned orders --class db.r7g.large
    """


# --- RDS ---


@command.command(name="rds", cls=CopyCommand)
@click.argument("source")
@click.option("--into", metavar="NAME", required=True, help="Name of the new cluster.")
@click.option("--promote", is_flag=True, help="Promote the cluster once it has caught up.")
@click.option("--confirm", metavar="NAME", help="With --promote: the new cluster's name, instead of typing it.")
@max_lag_option("Largest lag that counts as caught up.")
@click.option("--timeout", metavar="TIME", default="1h", show_default=True, help="How long to wait for it to catch up.")
@spec_options
@skip_check_option
@change_options
@pass_session
@click.pass_context
def rds(ctx: click.Context, session: Session, /, source: str, into: str, **options: Any) -> None:
    """Migrate an RDS for MySQL or PostgreSQL instance to a cluster.

    SOURCE is its identifier or ARN. The cluster is created as a replica of it, in its VPC; the application keeps using
    SOURCE meanwhile. When the replica has caught up, stop the writes at SOURCE and promote the cluster, with `promote`
    or with --promote here. If interrupted, run it again to resume. Options override the new cluster's spec.

    \b
    Examples:
      aurora-cli migrate rds shop-rds --into shop --dry-run
      aurora-cli migrate rds shop-rds --into shop --class db.r7g.large --yes
      aurora-cli migrate rds shop-rds --into shop --promote --yes --confirm shop
    """
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    dry_run = options["dry_run"] or not options["promote"]
    require_confirmation(session, into, confirm=options["confirm"], yes=False, dry_run=dry_run, doing="Promoting")
    from aurora_cli.operations.migrate import rds as migration

    request = migration.ReplicaRequest(
        source,
        into,
        typed_layers(ctx),
        tuple(options["skip_check"]),
        promote=options["promote"],
        max_lag_s=options["max_lag"],
        timeout_s=seconds_of(options["timeout"], "--timeout"),
    )
    with progress(session) as emit:
        how = run_options(session, "create", options, emit)
        moved = migration.migrate(session.app, request, how, confirm=named(session, into, options["confirm"]))
    _print_moved(session, moved, options)


def _print_moved(session: Session, moved: Moved, options: dict[str, Any]) -> None:
    if options["output"] != "table":
        print_data(session, {**change_document(moved.change), "migration": moved.to_dict()}, options["output"])
    else:
        print_change(session, moved.change, "create", options["output"])
        if not moved.change.dry_run:
            session.say("", *moved.sentences())
    if options["dry_run"] and options["exit_code"]:
        exit_on_changes(moved.change.review)


# --- Serverless v1 ---


@command.command(name="serverless-v1", cls=CopyCommand)
@click.argument("source")
@click.option("--into", metavar="NAME", required=True, help="Name of the new cluster.")
@spec_options
@skip_check_option
@change_options
@pass_session
@click.pass_context
def serverless_v1(ctx: click.Context, session: Session, /, source: str, into: str, **options: Any) -> None:
    """Migrate a Serverless v1 cluster to Serverless v2, by a copy.

    SOURCE is its identifier or ARN. A snapshot of it is restored into a new cluster with a `db.serverless` instance,
    its capacity, network and settings as before. SOURCE keeps running unchanged until you delete it. Writes after the
    snapshot are not in the copy, so stop the writes first. If interrupted, run it again to resume.

    \b
    Examples:
      aurora-cli migrate serverless-v1 old-orders --into orders --dry-run
      aurora-cli migrate serverless-v1 old-orders --into orders
      aurora-cli migrate serverless-v1 old-orders --into orders --engine-version 16.8 --acu 1-32 --yes
    """
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations.migrate import serverless_v1 as migration

    request = migration.MoveRequest(source, into, typed_layers(ctx), tuple(options["skip_check"]))
    with progress(session) as emit:
        move = migration.look(session.app, request, emit)
        made = None
        if not options["dry_run"]:
            how = run_options(session, "create", options, emit)
            made = migration.migrate(
                session.app, request, move, how, agree=lambda shown: options["yes"] or _agreed(session, shown)
            )
    if options["output"] != "table":
        done = {**change_document(made), "migration": move.to_dict()} if made else _looked(session, move)
        print_data(session, done, options["output"])
    elif made is None:
        session.say(*_lines(move), "Dry run: nothing was created.")
    else:
        print_change(session, made, "create", options["output"])
        session.say("", *_afterwards(move))


def _agreed(session: Session, move: Move) -> bool:
    from aurora_cli.ui import prompts

    session.say(*_lines(move), err=True)
    return prompts.confirm(session.consoles, f"Take the snapshot of {move.source}?")


def _looked(session: Session, move: Move) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "name": move.name,
        "region": move.region,
        "target": session.app.target,
        "operation": "migrate",
        "changed": False,
        "dry_run": True,
        "migration": move.to_dict(),
    }


def _lines(move: Move) -> list[str]:
    numbered = [f"{number}. {text}" for number, text in enumerate(move.steps(), start=1)]
    warning = f"Stop the writes at {move.source} first: later writes are not in {move.name}."
    return [*numbered, *move.notes, warning]


def _afterwards(move: Move) -> list[str]:
    delete = f"aws rds delete-db-cluster --region {move.region} --db-cluster-identifier {move.source}"
    return [
        f"{move.source} keeps running unchanged. When the application uses {move.name}, delete it:",
        f"  {delete} --final-db-snapshot-identifier {move.source}-last",
    ]


# --- the kind of the instances ---

_temporary_reader_option = click.option(
    "--temporary-reader/--no-temporary-reader",
    default=None,
    help="With a single instance: create a temporary reader that takes over meanwhile.",
)


@command.command(name="to-serverless")
@name_argument()
@click.option("--acu", metavar="MIN-MAX", required=True, help="Serverless v2 capacity in ACUs, e.g. 0.5-16.")
@_temporary_reader_option
@skip_check_option
@write_option
@change_options
@pass_session
def to_serverless(session: Session, /, name: str, **options: Any) -> None:
    """Convert every instance to serverless, one at a time.

    Like `scale --class db.serverless`: readers first, a failover, the old writer last. With a single instance the
    database is unavailable for some minutes. With --temporary-reader a reader is created, takes over, hands the writer
    role back and is deleted: two failovers of some seconds. If interrupted, run it again to resume.

    \b
    Examples:
      aurora-cli migrate to-serverless orders --acu 0.5-16 --dry-run
      aurora-cli migrate to-serverless orders --acu 0-8 --temporary-reader --yes
    """
    _change_kind(session, name, "db.serverless", options)


@command.command(name="to-provisioned")
@name_argument()
@click.option(
    "--class",
    "class_",
    metavar="CLASS",
    required=True,
    shell_complete=complete_classes,
    help="Instance class at the end.",
)
@_temporary_reader_option
@skip_check_option
@write_option
@change_options
@pass_session
def to_provisioned(session: Session, /, name: str, class_: str, **options: Any) -> None:
    """Convert every serverless instance to a provisioned class, one at a time.

    The reverse of `to-serverless`, in the same order. The capacity range is removed when the last instance has a class.

    \b
    Examples:
      aurora-cli migrate to-provisioned orders --class db.r7g.large --dry-run
      aurora-cli migrate to-provisioned orders --class db.r7g.large --yes
    """
    if class_ == "db.serverless":
        raise click.UsageError("db.serverless is not provisioned: use `migrate to-serverless`.")
    _change_kind(session, name, class_, {"acu": None, **options})


def _change_kind(session: Session, name: str, class_: str, options: dict[str, Any]) -> None:
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations.migrate import instance_kind
    from aurora_cli.operations.scale.scale import ScaleRequest

    reader = options["temporary_reader"]
    if reader is None:
        reader = _offered(session, name, options, alone=instance_kind.is_alone(session.app, name, class_))
    request = ScaleRequest(class_=class_, acu=options["acu"], skip_checks=tuple(options["skip_check"]))
    operate(
        session,
        "migrate",
        options,
        lambda app, how: instance_kind.migrate(app, name, request, options=how, temporary_reader=reader),
    )


def _offered(session: Session, name: str, options: dict[str, Any], *, alone: bool) -> bool:
    """Whether a person at a terminal wants the temporary reader; a script says so itself."""
    if not alone or options["yes"] or options["dry_run"] or not session.consoles.interactive:
        return False
    from aurora_cli.ui import prompts

    session.say(
        f"{name} has a single instance: it is unavailable for some minutes, unless a reader takes over meanwhile.",
        err=True,
    )
    return prompts.confirm(session.consoles, "Create a temporary reader? (billed while it exists)")
