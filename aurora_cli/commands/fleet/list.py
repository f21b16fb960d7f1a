"""`aurora-cli fleet list`."""

from __future__ import annotations

from typing import Any

import click

from aurora_cli.commands.fleet.selecting import selected_members, selection_options
from aurora_cli.commands.shared.options import output_option
from aurora_cli.commands.shared.output import SCHEMA_VERSION, print_data, print_rows
from aurora_cli.commands.shared.session import Session, pass_session

COLUMNS = ("Name", "Account", "Region", "Engine", "Version", "Preset", "Labels", "File")
SPARE = ("Labels", "Preset", "Account", "Engine")


@click.command(name="list")
@selection_options
@output_option()
@pass_session
def list_(session: Session, /, output: str, **options: Any) -> None:
    """List the specs of a folder, with what they inherit.

    Reads only files. NAME may have * and ?; without one all are listed that the options select.

    \b
    Examples:
      aurora-cli fleet list -d clusters
      aurora-cli fleet list 'orders-*' --where preset=production,label.team=payments
      aurora-cli fleet list --changed-since origin/main -o json
    """
    members = selected_members(session, options)
    if output != "table":
        document = {"schema_version": SCHEMA_VERSION, "members": [member.to_dict() for member in members]}
        print_data(session, document, output)
        return
    rows = [
        [
            member.name,
            member.account,
            *(member.values.get(key) for key in ("region", "engine", "engine_version", "preset")),
            " ".join(f"{name}={value}" for name, value in sorted(member.labels.items())) or None,
            member.file if member.valid else f"{member.file} (not valid)",
        ]
        for member in members
    ]
    print_rows(session, "", COLUMNS, rows, spare=SPARE)
