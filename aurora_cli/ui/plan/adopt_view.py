"""An adoption: what is taken over, what stays in other hands, the spec. Shown before the question, and after a dry run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from aurora_cli.ui import prompts
from aurora_cli.ui.console import Consoles, echo, lead, prose, section, symbols
from aurora_cli.ui.errors_view import print_problems
from aurora_cli.ui.plan.plan_view import print_headline
from aurora_cli.ui.report import report_view
from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.operations.adopt.review import AdoptResult, AdoptReview
    from aurora_cli.operations.from_state.handover import Handover


def approve(consoles: Consoles, review: AdoptReview, *, yes: bool) -> bool:
    """Shows the review on stderr, and asks unless `yes`."""
    print_review(consoles, review)
    return yes or prompts.confirm(consoles, "Import it?")


def print_review(consoles: Consoles, review: AdoptReview) -> None:
    """Prints on stderr what an adoption would do."""
    with consoles.still():
        console = consoles.err
        print_headline(console, review.target, "Import {name}", review.name, review.region)
        _list(console, "Imported, without changes", [(i.address, i.id) for i in review.imports])
        _list(console, "Used unchanged, and not managed", [(f"{u.kind} {u.name}", u.note) for u in review.unmanaged])
        if review.handover:
            _print_other_state(console, review.handover)
        _print_tags(console, review)
        section(console, "The spec")
        for line in review.spec.splitlines():
            echo(console, Text(f"  {clean(line)}"))
        if review.warnings:
            echo(console)
            print_problems(console, review.warnings)
        echo(console)
        for text in review.advice:
            prose(console, lead(f"{symbols(console).info} ", "second").append(clean(text)), hanging=2)


def print_result(consoles: Consoles, result: AdoptResult, *, options: Sequence[str]) -> None:
    """Prints on stdout the cluster after an adoption, or the review after a dry run."""
    if result.report is None:
        print_review(replace(consoles, err=consoles.out), result.review)
        _print_handover(consoles.out, result)
        prose(consoles.out, Text("Dry run: nothing was written."))
        return
    report_view.print_report(consoles, result.report, "adopt", options=list(options))
    if result.file:
        prose(consoles.out, lead("spec  ", "second").append(clean(result.file)))
    _print_handover(consoles.out, result)


def _print_other_state(console: Console, handover: Handover) -> None:
    _list(
        console,
        f"Leaves the Terraform state of {handover.source}",
        [(one.address, f"becomes {one.imported_as}" if one.imported_as else "not managed") for one in handover.leaving],
    )
    _list(console, "Remains in that state", [(one.address, one.id or "") for one in handover.staying])


def _print_handover(console: Console, result: AdoptResult) -> None:
    """What to do in the other configuration, whole lines to copy."""
    handover = result.review.handover
    if handover is None:
        return
    section(console, f"For the configuration of {handover.source}")
    for line in handover.text.splitlines():
        echo(console, Text(f"  {clean(line)}" if line else ""))
    if result.removed_file:
        echo(console)
        echo(console, lead("removed  ", "second").append(clean(result.removed_file)))
    echo(console)


def _list(console: Console, title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    section(console, f"{title} ({len(rows)})")
    for first, second in rows:
        line, more = Text(f"  {clean(first)}"), lead(f"  {clean(second)}" if second else "", "second")
        if line.cell_len + more.cell_len <= console.width:
            echo(console, line.append_text(more))
        else:
            echo(console, line)
            if " " in second:
                prose(console, more, indent=2, hanging=2)
            else:  # what people copy stays whole
                echo(console, Text("  ").append_text(more))


def _print_tags(console: Console, review: AdoptReview) -> None:
    echo(console)
    if not review.tags:
        prose(console, Text("Nothing changes in AWS."))
        return
    pairs = sorted({f"{key} = {value}" for tags in review.tags.values() for key, value in tags.items()})
    resources = "1 resource" if len(review.tags) == 1 else f"{len(review.tags)} resources"
    prose(console, Text(f"The one change in AWS: tags are added to {resources} ({clean(', '.join(pairs))})."))
