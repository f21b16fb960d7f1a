"""`aurora-cli fleet plan`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.rollout.rolling_out import parallel_option
from aurora_cli.commands.fleet.selecting import (
    end_with_failures,
    folders_of,
    selected_members,
    selection_options,
    workers,
)
from aurora_cli.commands.shared.options import CHANGES_STATUS, exit_code_option, output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session
from aurora_cli.errors import SpecInvalid

COLUMNS = ("Cluster", "Region", "Risk", "What would happen")


@click.command(name="plan")
@selection_options
@parallel_option("Plans")
@exit_code_option
@output_option("junit", "markdown")
@pass_session
@click.pass_context
def plan(
    ctx: click.Context, session: Session, /, parallel: int | None, exit_code: bool, output: str, **options: Any
) -> None:
    """Show what would change in the clusters of a folder, by risk, and change nothing.

    Each cluster is planned as `aurora-cli plan -f FILE` does. What would be lost comes first, then what would be
    replaced, fail over, restart or be exposed, other changes, new clusters, and those that match. A cluster that
    cannot be planned is reported, and stops no other; the status is 1 then.

    \b
    Examples:
      aurora-cli fleet plan -d clusters
      aurora-cli fleet plan -d clusters --changed-since origin/main -o markdown >comment.md
      aurora-cli fleet plan -d clusters --where preset=production --exit-code -o json
    """
    from aurora_cli.fleet.report import all_problems, said_of
    from aurora_cli.operations.fleet import plan as fleet
    from aurora_cli.operations.fleet import view
    from aurora_cli.operations.fleet.places import Places

    members = selected_members(session, options)
    if not all(member.valid for member in members):
        raise SpecInvalid(said_of(members), problems=all_problems(members, warnings=False))
    with progress(session) as emit:
        words, executor = workers(session, parallel, members, emit)
        found = fleet.fleet_plan(session.app, members, words, executor, emit, Places.of(folders_of(options)))
    if output in ("junit", "markdown"):
        session.write(view.as_junit(found) if output == "junit" else view.as_markdown(found))
    elif output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, **found.to_dict()}, output)
    else:
        rows = [
            [one.member.name, one.member.values.get("region"), one.risk, view.said_of(one)] for one in found.members
        ]
        print_rows(session, "", COLUMNS, rows)
    failed = [str(one.member.name) for one in found.members if one.error]
    end_with_failures(session, failed, len(members), "planned")
    if exit_code and found.changes:
        ctx.exit(CHANGES_STATUS)
