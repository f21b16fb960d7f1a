"""`aurora-cli clone`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.shared.completions import complete_clusters
from aurora_cli.commands.shared.copy_options import copy_options, make_copy
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.commands.shared.spec_options import CopyCommand


@click.command(name="clone", cls=CopyCommand)
@click.argument("source", shell_complete=complete_clusters)
@click.argument("name", metavar="NEW")
@copy_options
@pass_session
@click.pass_context
def command(ctx: click.Context, session: Session, /, source: str, name: str, **options: Any) -> None:
    """Create a copy-on-write clone of a cluster.

    The clone has the current data of the source. It takes minutes whatever the size, and only changed pages are billed.
    SOURCE is the name of a cluster managed here, or an identifier or ARN. The clone's spec is that of the source, in a
    network of its own if the source has one; options override it.

    \b
    Examples:
      aurora-cli clone orders orders-staging
      aurora-cli clone orders orders-test --acu 0-4 --readers 0 --set deletion_protection=false --yes
    """
    make_copy(ctx, session, "clone", name, {"clone": source}, options)
