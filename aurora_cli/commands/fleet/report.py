"""`aurora-cli fleet report`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from aurora_cli.commands.fleet.rollout.rolling_out import parallel_option
from aurora_cli.commands.fleet.selecting import (
    end_with_failures,
    selected_members,
    selection_options,
    workers,
)
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import InvalidInput


@click.command(name="report")
@selection_options
@click.option(
    "--html",
    "path",
    metavar="FILE",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page to this file.",
)
@click.option("--drift", "with_drift", is_flag=True, help="Compare each cluster with AWS too, as `fleet drift` does.")
@parallel_option("Clusters")
@pass_session
@click.pass_context
def report(
    ctx: click.Context,
    session: Session,
    /,
    path: Path,
    with_drift: bool,
    parallel: int | None,
    **options: Any,
) -> None:
    """Write a page about the clusters of a folder, for people who have no terminal.

    One HTML file that loads nothing: inventory, warnings, versions with their end of support, risks of the newest
    `fleet plan`, drift, and the operations of this home on these clusters. The status is 1 where a cluster could not be
    read; the page says why.

    \b
    Examples:
      aurora-cli fleet report -d clusters --html fleet.html
      aurora-cli fleet report -d clusters --drift --where preset=production --html production.html
    """
    from aurora_cli.operations.fleet.page import fleet_page
    from aurora_cli.ui.report.fleet_page import as_html
    from aurora_cli.writing import write_output

    if not path.absolute().parent.is_dir():
        raise InvalidInput(
            f"The folder of {path} does not exist.", hint=f"Create it: mkdir -p {shlex.quote(str(path.parent))}"
        )
    members = selected_members(session, options)
    with progress(session) as emit:
        words, executor = workers(session, parallel, members, emit)
        page = fleet_page(session.app, members, words, executor, emit, with_drift=with_drift)
    write_output(path, as_html(page))
    session.say(f"Wrote {path}.", err=True)
    end_with_failures(session, page.failed, len(members), "read")
