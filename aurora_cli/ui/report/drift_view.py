"""What was changed outside, by resource, and what to do about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.text import Text

from aurora_cli.ui.console import Consoles, echo, lead, prose, symbols
from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.operations.inspect.drift import Drifted, DriftReport


def print_drift(consoles: Consoles, report: DriftReport) -> None:
    """Prints the report on stdout."""
    console = consoles.out
    name = clean(report.name)
    if not report.drifted:
        prose(
            console,
            lead(f"{symbols(console).done} ", "good").append(
                f"No drift: nothing of {name} was changed outside Terraform."
            ),
        )
        return
    for one in report.resources:
        echo(
            console,
            Text(clean(one.id or one.address), style="heading").append(f"  {clean(one.address)}", style="second"),
        )
        if one.gone:
            prose(console, Text("  deleted outside Terraform", style="lost"))
        for attribute in one.attributes:
            echo(console, Text("  ").append(clean(attribute.path)).append(_values(attribute)))
    echo(console)
    prose(console, Text(f"To revert it: aurora-cli apply {name}"))
    fields = sorted({a.field for one in report.resources for a in one.attributes if a.field})
    if fields:
        prose(console, Text(f"To keep it: set {clean(', '.join(fields))} in the spec, then apply."))


def _values(attribute: Drifted) -> str:
    return f"  expected {_plain(attribute.expected)}, is {_plain(attribute.actual)}"


def _plain(value: Any) -> str:
    return clean(value if isinstance(value, str) else json.dumps(value, default=str))
