"""`aurora-cli fleet status`."""

from __future__ import annotations

from collections import Counter
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
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.progress import progress
from aurora_cli.commands.shared.session import Session, pass_session

SPARE = ("Account", "Last operation", "Certificate ends", "Region", "USD a month")


@click.command(name="status")
@selection_options
@sort_option("running_version or support_ends")
@parallel_option("Clusters")
@output_option("csv")
@pass_session
@click.pass_context
def status(
    ctx: click.Context, session: Session, /, sort: str | None, parallel: int | None, output: str, **options: Any
) -> None:
    """Show the clusters of a folder as AWS reports them now.

    Each is read as `aurora-cli status NAME` does. --where also compares what is read, as the CSV has it: status,
    running_version, class, instance_roles, monthly_cost, support_ends, certificate_ends, pending, last_operation and
    unfinished. A cluster that cannot be read is a row with the reason, and stops no other; the status is 1 then.

    \b
    Examples:
      aurora-cli fleet status -d clusters --sort support_ends
      aurora-cli fleet status -d clusters --where preset=production,status!=available
      aurora-cli fleet status -d clusters --where 'pending=*reboot*' -o csv >pending.csv
    """
    from aurora_cli.operations.fleet import inventory
    from aurora_cli.operations.fleet.columns import narrowed, texts
    from aurora_cli.prices.words import in_all as cost_in_words

    check_sort(inventory.COLUMNS, sort)
    members = selected_members(session, options, later=inventory.LIVE)
    with progress(session) as emit:
        words, executor = workers(session, parallel, members, emit)
        run, rows = inventory.inventory(session.app, members, words, executor, emit)
    failed = [str(row.member.name or row.member.file) for row in rows if row.error]
    rows = narrowed(inventory.LIVE, rows, where_terms(options, inventory.LIVE))
    rows = sorted_by(inventory.COLUMNS, rows, sort)
    shown = texts(inventory.COLUMNS, rows)
    shown["error"] = [row.error["message"] if row.error else None for row in rows]
    if output not in ("table", "csv"):
        summary = dict(sorted(Counter(row.status for row in rows).items()))
        total = inventory.total_cost(rows)
        document = {"run": run, "summary": summary, "cost": total, "members": [row.to_dict() for row in rows]}
        print_data(session, {"schema_version": SCHEMA_VERSION, **document}, output)
    else:
        print_cells(session, inventory.COLUMNS, shown, output, SPARE)
        if output == "table" and any(shown["monthly_cost"]):
            session.say(cost_in_words(inventory.total_cost(rows)))
    say_elsewhere(session, [row.answer for row in rows])
    end_with_failures(session, failed, len(members), "read")
