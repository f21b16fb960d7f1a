"""The steps of an operation: what is done in which order, what each interrupts, what has ended already."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from aurora_cli.operations.core.review import PlanReview
from aurora_cli.operations.core.unfinished import Unfinished
from aurora_cli.ui.console import Consoles, echo, lead, prose, section, symbols
from aurora_cli.ui.text import clean, moment, sentence


def print_sequence(console: Console, review: PlanReview) -> None:
    """Prints the steps of the review, and its remarks; nothing for an operation without steps."""
    if review.sequence:
        section(console, "Steps, in this order")
    for number, step in enumerate(review.sequence, start=1):
        line = Text(f"{number}. {sentence(clean(step.text))}")
        if step.done:
            line.append(f" {symbols(console).done} already done", style="good")
        prose(console, line, indent=2, hanging=3)
        if step.interruption and not step.done:
            interrupts = lead("interrupts: ", "warning").append(clean(step.interruption))
            prose(console, interrupts, indent=5, hanging=2)
    for remark in review.remarks:
        echo(console)
        prose(console, lead(f"{symbols(console).info} ", "busy").append(clean(remark)), hanging=2)


def print_unfinished(consoles: Consoles, unfinished: Unfinished) -> None:
    """Prints the operation that is under way: what is done, what is left, how to go on."""
    with consoles.still():
        console = consoles.err
        echo(console)
        who = f"begun {moment(unfinished.started_at)} by {unfinished.started_by}"
        line = lead(f"Unfinished: {clean(unfinished.operation)} of {clean(unfinished.name)}", "heading")
        prose(console, line.append(f"  {clean(who)}", style="second"))
        for title, names in (("done", unfinished.done), ("left", unfinished.left)):
            if names:
                words = "; ".join(unfinished.in_words(names))
                prose(console, lead(f"{title}: ", "second").append(clean(words)), indent=2, hanging=6)
        prose(console, Text("To resume it instead:"), indent=2)
        echo(console, Text("    ").append(clean(unfinished.command), style="command"))
