"""`aurora-cli clone`."""

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


@click.command(name="clone")
@click.argument("source", shell_complete=complete_clusters)
@click.argument("name", metavar="NEW")
@spec_options
@skip_check_option
@change_options
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, source: str, name: str, **options: Any) -> None:
    """Make a copy-on-write clone of a cluster.

    The clone has the data of the source as it is now, in minutes whatever the size, and pays only for what it changes.
    SOURCE is the name of a cluster managed here, or an identifier or ARN. The clone's spec is that of the source,
    in a network of its own if the source has one; every option changes it.

    \b
    Examples:
      aurora-cli clone orders orders-staging
      aurora-cli clone orders orders-test --acu 0-4 --readers 0 --set deletion_protection=false --yes
    """
    require_approver(session, yes=options["yes"], dry_run=options["dry_run"])
    from aurora_cli.operations import copying

    layers, skip = typed_layers(ctx), tuple(options["skip_check"])
    with progress(session) as emit:
        result = copying.copy(
            session.app,
            copying.Wish(name, {"clone": source}, layers, skip, "clone"),
            dry_run=options["dry_run"],
            allow=options["allow"],
            approve=approve_with(session, yes=options["yes"]),
            emit=emit,
        )
    print_change(session, result, "create", options["output"])
    if options["dry_run"] and options["exit_code"]:
        exit_on_changes(result.review)
