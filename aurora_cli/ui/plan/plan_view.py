"""What a plan looks like to a person who does not know Terraform. Printed on stderr, before the question."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from aurora_cli.operations.core.review import PlanReview
from aurora_cli.prices.words import planned
from aurora_cli.ui.console import PROSE_WIDTH, Consoles, echo, lead, prose, section, symbols
from aurora_cli.ui.errors_view import print_problems
from aurora_cli.ui.labels.attribute_labels import Line
from aurora_cli.ui.plan.plan_groups import Entry, Group, drift_of, groups_of, source_of
from aurora_cli.ui.plan.steps_view import print_sequence
from aurora_cli.ui.text import clean, sentence

_HEADLINES = {
    "create": "Create {name}",
    "apply": "Change {name}",
    "scale": "Scale {name}",
    "allow": "Change who may connect to {name}",
    "deny": "Change who may connect to {name}",
    "adopt": "Import {name}",
    "rotate-password": "Change the master password of {name}",
    "plan": "What would change in {name}",
    "destroy": "Destroy {name}",
    "failover": "Fail over {name}",
    "reboot": "Restart instances of {name}",
    "rotate-ca": "Change the certificate authority of {name}",
    "stop": "Stop {name}",
    "start": "Start {name}",
    "rename": "Rename {name}",
    "upgrade": "Upgrade {name}",
    "migrate": "Convert the instances of {name}",
    "promote": "Promote {name} to a standalone cluster",
    "restore": "Restore {name} in place",
    "add-region": "Add a Region to {name}",
    "remove-region": "Remove a Region from {name}",
    "blue-green create": "Create a green cluster for {name}",
    "blue-green switchover": "Switch {name} over to its green cluster",
    "blue-green cleanup": "Clean up the blue/green deployment of {name}",
}
_MAKING = ("create", "apply", "plan")


def _headline(review: PlanReview) -> str:
    """What the plan does to the cluster; of a new one with data, also where the data comes from."""
    source = source_of(review.plan) if review.operation in _MAKING else None
    if source is None:
        return _HEADLINES.get(review.operation, "Plan for {name}")
    return f"Create {{name}}, {source.replace('{', '{{').replace('}', '}}')}"


def print_review(consoles: Consoles, review: PlanReview) -> None:
    """Prints the plan: what is made, changed, restarted, replaced and lost, what is doubtful, and what the guard refuses."""
    with consoles.still():
        console = consoles.err
        print_headline(console, review.target, _headline(review), review.name, review.region)
        _print_notices(console, review)
        for group in groups_of(review):
            print_group(console, group)
        _print_steps(console, review.steps)
        print_sequence(console, review)
        _print_warnings(console, review)
        _print_counts(console, review)
        _print_cost(console, review)
        _print_refused(console, review)
    consoles.expect(review.name, review.plan)


def print_headline(console: Console, target: str, headline: str, name: str, region: str) -> None:
    """Prints what is about to happen to which cluster, with a banner when it is the sandbox."""
    echo(console)
    if target == "sandbox":
        banner = lead(" SANDBOX ", "sandbox").append(" on this machine; nothing in AWS is touched")
        prose(console, banner)
    text = lead(headline.format(name=clean(name)), "heading")
    prose(console, text.append(f"  {symbols(console).dot} {clean(region)}", style="second"))


def print_group(console: Console, group: Group) -> None:
    """Prints one group of entries under its heading."""
    mark = getattr(symbols(console), group.mark)
    section(console, f"{group.title} ({len(group.entries)})", group.style)
    column = _address_column(console, group)
    for entry in group.entries:
        _print_entry(console, entry, mark, group, column)


def _address_column(console: Console, group: Group) -> int | None:
    """Where the addresses of this group begin; None when a column of them does not fit."""
    widest = max((Text(e.name.full).cell_len for e in group.entries), default=0) + 8
    longest = max((Text(e.address).cell_len for e in group.entries), default=0)
    return widest if widest + longest <= min(console.width, PROSE_WIDTH + 40) else None


def _print_entry(console: Console, entry: Entry, mark: str, group: Group, column: int | None) -> None:
    line = Text("  ").append(f"{mark} ", style=group.style).append(entry.name.text)
    if entry.name.detail:
        line.append(f" ({entry.name.detail})", style="second")
    if column is not None:
        line.append(" " * max(2, column - line.cell_len)).append(entry.address, style="second")
        echo(console, line)
    else:
        prose(console, line, hanging=len(mark) + 3)
        if not group.brief:
            echo(console, Text(" " * (len(mark) + 3)).append(entry.address, style="second"))
    for note in entry.notes:
        prose(console, Text(note), indent=6)
    for change in entry.lines:
        _print_change(console, change)


def _print_change(console: Console, change: Line) -> None:
    line = lead(f"{change.label}: ", "second").append(change.before)
    line.append(f" {symbols(console).arrow} ", style="second").append(change.after, style="heading")
    prose(console, line, indent=6, hanging=2)


def _print_notices(console: Console, review: PlanReview) -> None:
    mark = symbols(console).info
    if review.again:
        _print_notice(
            console, mark, "The cluster changed after the first plan, so this is a new plan. Review it again."
        )
    if review.resumed:
        _print_notice(
            console, mark, "An earlier run was interrupted. This one resumes it: existing resources are kept."
        )
    drift = drift_of(review.plan)
    if drift.entries:
        print_group(console, drift)


def _print_notice(console: Console, mark: str, text: str) -> None:
    prose(console, lead(f"{mark} ", "busy").append(text), hanging=2)


def _print_steps(console: Console, steps: Sequence[str]) -> None:
    if not steps:
        return
    section(console, "Steps, in this order")
    for number, step in enumerate(steps, start=1):
        prose(console, Text(f"{number}. {sentence(clean(step))}"), indent=2, hanging=3)


def _print_warnings(console: Console, review: PlanReview) -> None:
    if review.warnings:
        section(console, "Warnings about the spec", "warning")
        print_problems(console, review.warnings)


def _print_counts(console: Console, review: PlanReview) -> None:
    if review.plan.empty and review.changes:
        return  # the steps have said it all
    echo(console)
    if review.plan.empty:
        mark = symbols(console).done
        words = "It already matches its spec: nothing to do."
        prose(console, lead(f"{mark} ", "good").append(words), hanging=2)
        return
    summary = review.plan.summary()
    line = lead("In short: ", "heading")
    for number, (key, word, style) in enumerate(_COUNTS):
        line.append(", " if number else "")
        line.append(f"{summary.get(key, 0)} {word}", style=style if summary.get(key) else "second")
    prose(console, line)


def _print_cost(console: Console, review: PlanReview) -> None:
    if review.cost is not None and review.changes:
        prose(console, lead("Cost: ", "heading").append(f"{planned(review.cost, review.region)}."))


_COUNTS = (
    ("create", "to create", "made"),
    ("update", "to change", "changed"),
    ("replace", "to replace", "lost"),
    ("delete", "to destroy", "lost"),
)


def _print_refused(console: Console, review: PlanReview) -> None:
    if not review.refused:
        return
    echo(console)
    mark = symbols(console).failed
    stop = lead(f"{mark} STOPPED ", "lost").append(
        "The guard refuses this plan, because it would lose data or availability. Nothing was changed.", style="none"
    )
    prose(console, stop, hanging=2)
    prose(console, Text("Change the spec if you can. To accept the loss, run the command again with:"), indent=2)
    for address in dict.fromkeys(f.address for f in review.refused):
        echo(console, Text("    ").append(allow_option(address), style="command"))


def allow_option(address: str) -> str:
    """The option that allows an address, quoted for a POSIX shell: `--allow 'aws_x.y["1"]'`."""
    quoted = clean(address).replace("'", "'\"'\"'")
    return f"--allow '{quoted}'"
