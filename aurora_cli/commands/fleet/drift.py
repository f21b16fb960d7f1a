"""`aurora-cli fleet drift`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from aurora_cli.commands.fleet.columns import check_sort, print_cells, sort_option, sorted_by
from aurora_cli.commands.fleet.rollout.rolling_out import parallel_option
from aurora_cli.commands.fleet.selecting import (
    end_with_failures,
    say_elsewhere,
    selected_members,
    selection_options,
    where_terms,
    workers,
)
from aurora_cli.commands.shared.options import CHANGES_STATUS, output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session

SPARE = ("Account", "Region")


@click.command(name="drift")
@selection_options
@parallel_option("Clusters")
@click.option("--exit-code", is_flag=True, help=f"Exit with status {CHANGES_STATUS} if a cluster has drifted.")
@sort_option("differences or account")
@output_option("csv", "junit")
@pass_session
@click.pass_context
def drift(
    ctx: click.Context,
    session: Session,
    /,
    parallel: int | None,
    exit_code: bool,
    sort: str | None,
    output: str,
    **options: Any,
) -> None:
    """Show drift in the clusters of a folder: changes made outside Terraform.

    Each cluster is compared as `aurora-cli drift NAME` does, and nothing is changed. Those that have drifted come
    before those that are in sync. --where also compares what was found, as the CSV has it: state and differences. A
    cluster that cannot be compared is reported, and stops no other; the status is 1 then.

    \b
    Examples:
      aurora-cli fleet drift -d clusters
      aurora-cli fleet drift -d clusters --where label.team=payments --exit-code -o json
      aurora-cli fleet drift -d clusters --where state=drifted --sort differences
      aurora-cli fleet drift -d clusters -o junit >drift.xml
    """
    from aurora_cli.operations.fleet import drift as fleet
    from aurora_cli.operations.fleet.columns import narrowed, texts
    from aurora_cli.operations.fleet.view import drift_as_junit

    check_sort(fleet.COLUMNS, sort)
    members = selected_members(session, options, later=fleet.LIVE)
    with progress(session) as emit:
        words, executor = workers(session, parallel, members, emit)
        compared = fleet.fleet_drift(session.app, members, words, executor, emit)
    rows = narrowed(fleet.LIVE, compared.members, where_terms(options, fleet.LIVE))
    found = replace(compared, members=tuple(sorted_by(fleet.COLUMNS, rows, sort)))
    if output == "junit":
        session.write(drift_as_junit(found))
    elif output not in ("table", "csv"):
        print_data(session, {"schema_version": SCHEMA_VERSION, **found.to_dict()}, output)
    else:
        print_cells(session, fleet.COLUMNS, texts(fleet.COLUMNS, found.members), output, SPARE)
    failed = [str(one.member.name or one.member.file) for one in compared.members if one.state == fleet.FAILED]
    say_elsewhere(session, [row.answer for row in found.members])
    end_with_failures(session, failed, len(members), "compared")
    if exit_code and found.counts[fleet.DRIFTED]:
        ctx.exit(CHANGES_STATUS)
