"""`aurora-cli fleet drift`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.rollout.rolling_out import parallel_option
from aurora_cli.commands.fleet.selecting import (
    end_with_failures,
    selected_members,
    selection_options,
    workers,
)
from aurora_cli.commands.shared.options import CHANGES_STATUS, output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session

COLUMNS = ("Cluster", "Region", "State", "What differs")


@click.command(name="drift")
@selection_options
@parallel_option("Clusters")
@click.option("--exit-code", is_flag=True, help=f"Exit with status {CHANGES_STATUS} if a cluster has drifted.")
@output_option("junit")
@pass_session
@click.pass_context
def drift(
    ctx: click.Context, session: Session, /, parallel: int | None, exit_code: bool, output: str, **options: Any
) -> None:
    """Show drift in the clusters of a folder: changes made outside Terraform.

    Each cluster is compared as `aurora-cli drift NAME` does, and nothing is changed. Those that have drifted come before
    those that are in sync. A cluster that cannot be compared is reported, and stops no other; the status is 1 then.

    \b
    Examples:
      aurora-cli fleet drift -d clusters
      aurora-cli fleet drift -d clusters --where label.team=payments --exit-code -o json
      aurora-cli fleet drift -d clusters -o junit >drift.xml
    """
    from aurora_cli.operations.fleet import drift as fleet
    from aurora_cli.operations.fleet.view import drift_as_junit

    members = selected_members(session, options)
    with progress(session) as emit:
        words, executor = workers(session, parallel, members, emit)
        found = fleet.fleet_drift(session.app, members, words, executor, emit)
    if output == "junit":
        session.write(drift_as_junit(found))
    elif output != "table":
        print_data(session, {"schema_version": SCHEMA_VERSION, **found.to_dict()}, output)
    else:
        rows = [
            [one.member.name or one.member.file, one.member.values.get("region"), one.state, " ".join(one.said) or None]
            for one in found.members
        ]
        print_rows(session, "", COLUMNS, rows)
    failed = [str(one.member.name or one.member.file) for one in found.members if one.state == fleet.FAILED]
    end_with_failures(session, failed, len(members), "compared")
    if exit_code and found.counts[fleet.DRIFTED]:
        ctx.exit(CHANGES_STATUS)
