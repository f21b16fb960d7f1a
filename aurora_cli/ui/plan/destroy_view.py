"""What a destroy takes down and what stays, shown before the name is asked for; and how to get it back, shown after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from aurora_cli.operations.core.results import InstanceInfo
from aurora_cli.ui.console import Consoles, echo, lead, prose, section, symbols
from aurora_cli.ui.labels.resource_labels import rank_of
from aurora_cli.ui.plan.plan_groups import Entry, Group, removed_name
from aurora_cli.ui.plan.plan_view import print_group, print_headline
from aurora_cli.ui.text import clean, sentence

if TYPE_CHECKING:
    from aurora_cli.operations.destroy.destroy import DestroyResult, DestroyReview
    from aurora_cli.operations.destroy.reprotecting import Protected


def print_destroy_review(consoles: Consoles, review: DestroyReview) -> None:
    """Prints on stderr what goes (with the live instances), what happens to the protection and the data, and what stays."""
    with consoles.still():
        console = consoles.err
        print_headline(console, review.target, "Destroy {name}", review.name, review.region)
        if review.resumed:
            _bullet(console, "info", "busy", "An earlier destroy was interrupted. This one resumes it.")
        _print_instances(console, review.instances)
        _print_resources(console, review)
        _print_protection(console, review)
        _print_kept(console, review)
    consoles.expect(review.name, review.plan)


def print_destroyed(consoles: Consoles, result: DestroyResult) -> None:
    """Prints on stdout how a destroy ended: that it is gone, which snapshot is left, and how to bring the data back."""
    console = consoles.out
    mark = symbols(console).done
    if result.dry_run:
        prose(console, Text("Dry run: nothing was destroyed."))
        return
    words = (
        f"{clean(result.name)} is destroyed."
        if result.changed
        else f"Nothing of {clean(result.name)} was left to destroy."
    )
    prose(console, lead(f"{mark} ", "good").append(words))
    if result.final_snapshot_identifier:
        echo(
            console,
            lead("  final snapshot  ", "second").append(clean(result.final_snapshot_identifier)),
        )
    if result.restore_hint:
        echo(console, lead("  restore it      ", "second").append(clean(result.restore_hint), style="command"))
    for group in result.log_groups:
        echo(console, lead("  log group kept  ", "second").append(clean(group["name"])))
        echo(console, lead("  to delete it    ", "second").append(clean(group["delete"]), style="command"))


def print_protected(consoles: Consoles, result: Protected) -> None:
    """Prints on stdout what is protected again."""
    mark = symbols(consoles.out).done
    words = "The deletion protection is enabled again" if result.protected else "There was no protection to re-enable"
    prose(consoles.out, lead(f"{mark} ", "good").append(f"{words}: {clean(result.name)}."))
    for what in result.protected:
        echo(consoles.out, lead("  ", "second").append(clean(what)))


def _print_instances(console: Console, instances: tuple[InstanceInfo, ...]) -> None:
    if not instances:
        return
    section(console, f"Instances, deleted permanently ({len(instances)})", "lost")
    mark = symbols(console).lost
    for instance in sorted(instances, key=lambda i: (i.role != "writer", i.zone or "~", i.id)):
        line = Text("  ").append(f"{mark} ", style="lost").append(clean(instance.id))
        facts = [instance.role, instance.class_, instance.zone or "", instance.status]
        line.append(f"  {clean(', '.join(f for f in facts if f))}", style="second")
        if not instance.managed:
            line.append("  created outside Terraform, also deleted", style="warning")
        prose(console, line, hanging=4)


def _print_resources(console: Console, review: DestroyReview) -> None:
    running = {i.id for i in review.instances}
    gone = [
        c
        for c in review.plan.changes
        if c.action in ("delete", "replace") and c.before.get("identifier") not in running
    ]
    entries = tuple(Entry(removed_name(c, review.plan), clean(c.address)) for c in sorted(gone, key=rank_of))
    if entries:
        print_group(
            console, Group("To delete with them" if running else "To delete", "removed", "lost", entries, brief=True)
        )


def _print_protection(console: Console, review: DestroyReview) -> None:
    echo(console)
    if review.deletion_protection:
        _bullet(console, "warning", "warning", "Deletion protection is on: it is disabled first.")
    for text in (*review.remarks, *review.dependants):
        _bullet(console, "warning", "warning", sentence(text))
    if review.final_snapshot_identifier is None:
        text = "LOST: no final snapshot is taken. All data of the cluster and its automated backups are deleted."
        _bullet(console, "lost", "lost", text)


def _print_kept(console: Console, review: DestroyReview) -> None:
    kept = list(review.kept)
    identifier = review.final_snapshot_identifier
    if identifier and not any(identifier in sentence_ for sentence_ in kept):
        kept.insert(0, f"The data as of now, in the final snapshot {identifier}.")
    if kept:
        echo(console, Text("What is kept", style="heading"))
    for text in kept:
        _bullet(console, "kept", "good", sentence(text), indent=2)


def _bullet(console: Console, mark: str, style: str, text: str, *, indent: int = 0) -> None:
    symbol = getattr(symbols(console), mark)
    prose(console, lead(f"{symbol} ", style).append(clean(text)), indent=indent, hanging=2)
