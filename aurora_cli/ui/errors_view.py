"""What a failure looks like: one sentence, the way out, and with --debug everything that is known."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from aurora_cli.errors import AuroraError, SpecInvalid
from aurora_cli.problem import Problem
from aurora_cli.redact import redact, redact_text
from aurora_cli.ui.console import Consoles, echo, lead, prose, section, symbols
from aurora_cli.ui.text import clean, clean_lines


def print_error(consoles: Consoles, error: AuroraError, debug: bool = False) -> None:
    """Prints an error on stderr: `error:`, each problem of the spec if there are any, `hint:`.

    Args:
        debug: also print the details and the traceback, with secrets taken out.
    """
    console = consoles.err
    _labelled(console, "error:", "error", redact_text(error.message))
    if isinstance(error, SpecInvalid):
        print_problems(console, error.problems)
        _print_equivalent(console, error.equivalent)
    if error.hint:
        _labelled(console, "hint:", "busy", redact_text(error.hint))
    if debug:
        _print_details(console, error)


def print_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Prints each problem of a spec: its path, where it was written, how its check is skipped, what is wrong, a legal value."""
    from aurora_cli.spec.rules.all import check_names

    marks = symbols(console)
    for problem in problems:
        refused = problem.severity == "error"
        mark, word, style = (marks.failed, "error", "error") if refused else (marks.warning, "warning", "warning")
        line = Text("  ").append(f"{mark} {word} ", style=style)
        line.append(clean(problem.path or "the whole spec"), style="heading")
        where = _where(problem)
        if where:
            line.append(f"  {where}", style="second")
        if problem.check in check_names():
            line.append(f"  --skip-check {problem.check}", style="second")
        prose(console, line, hanging=4)
        prose(console, Text(clean(redact_text(problem.message))), indent=4)
        if problem.hint:
            prose(console, lead("hint: ", "busy").append(clean(redact_text(problem.hint))), indent=4)


def _print_equivalent(console: Console, text: str | None) -> None:
    """A spec to take instead, as it stands: each line whole, so that it can be copied."""
    if text is None:
        return
    section(console, "An equivalent spec, ready to use:")
    for line in clean_lines(redact_text(text)):
        echo(console, Text(f"  {line}".rstrip()))


def _print_diagnostics(console: Console, diagnostics: Sequence[Mapping[str, Any]]) -> None:
    """Prints what Terraform said, in its own words."""
    echo(console, Text("Terraform said:", style="heading"))
    for found in diagnostics:
        place = "  ".join(clean(found[key]) for key in ("address", "file") if found.get(key))
        line = Text("  ").append(f"{clean(found.get('severity', 'error'))}: ", style="error")
        prose(
            console,
            line.append(clean(found.get("summary", ""))).append(f"  {place}".rstrip(), style="second"),
            hanging=2,
        )
        for text in clean_lines(found.get("detail", "")):
            echo(console, Text(f"    {text}".rstrip()))


def _where(problem: Problem) -> str:
    """`orders.yaml:12`, `--readers`, or nothing."""
    source = clean(problem.source or "")
    if problem.line is None:
        return source
    return f"{source}:{problem.line}" if source else f"line {problem.line}"


def _labelled(console: Console, label: str, style: str, message: str) -> None:
    for number, line in enumerate(clean_lines(message) or [""]):
        if number == 0:
            prose(console, lead(f"{label} ", style).append(line), hanging=2)
        elif line:
            prose(console, Text(line), indent=2)


def _print_details(console: Console, error: AuroraError) -> None:
    details = redact(error.details)
    diagnostics = details.pop("diagnostics", None)
    if isinstance(diagnostics, list):
        _print_diagnostics(console, [d for d in diagnostics if isinstance(d, Mapping)])
    if details:
        echo(console, Text("details:", style="heading"))
        for line in json.dumps(details, indent=2, ensure_ascii=False, default=str).splitlines():
            echo(console, Text(f"  {clean(line)}", style="second"))
    text = "".join(traceback.format_exception(error))
    echo(console, Text("traceback:", style="heading"))
    for line in clean_lines(redact_text(text)):
        echo(console, Text(f"  {line}", style="second"))
