"""`aurora-cli fleet list`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.columns import check_sort, print_cells, sort_option, sorted_by
from aurora_cli.commands.fleet.selecting import selected_members, selection_options
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data
from aurora_cli.commands.shared.session import Session, pass_session

SPARE = ("Labels", "Preset", "Account", "Engine")


@click.command(name="list")
@selection_options
@sort_option("account or engine_version")
@output_option("csv")
@pass_session
def list_(session: Session, /, sort: str | None, output: str, **options: Any) -> None:
    """List the specs of a folder, with what they inherit.

    Reads only files. NAME may have * and ?; without one all are listed that the options select.

    \b
    Examples:
      aurora-cli fleet list -d clusters
      aurora-cli fleet list 'orders-*' --where preset=production,label.team=payments
      aurora-cli fleet list --changed-since origin/main -o json
      aurora-cli fleet list -d clusters --sort engine_version -o csv >clusters.csv
    """
    from aurora_cli.operations.fleet.columns import texts
    from aurora_cli.operations.fleet.specs import COLUMNS

    check_sort(COLUMNS, sort)
    members = sorted_by(COLUMNS, selected_members(session, options), sort)
    if output in ("table", "csv"):
        print_cells(session, COLUMNS, texts(COLUMNS, members), output, SPARE)
    else:
        document = {"schema_version": SCHEMA_VERSION, "members": [member.to_dict() for member in members]}
        print_data(session, document, output)
