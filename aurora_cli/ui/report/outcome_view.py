"""The last screen of an operation: the answer to what was asked for, and no more. Printed on stdout; `status` shows the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from aurora_cli.operations.core.results import ClusterReport
from aurora_cli.operations.core.review import ChangeResult
from aurora_cli.ui.console import Consoles, echo, lead, prose, symbols
from aurora_cli.ui.report.next_steps import command_line
from aurora_cli.ui.report.report_view import print_parts, print_report
from aurora_cli.ui.text import listed, moment

Sentences = Callable[[ChangeResult], Iterator[str]]

PARTS: dict[str, tuple[str, ...]] = {
    "scale": ("instances", "endpoints"),
    "allow": (),
    "deny": (),
    "migrate": ("instances", "endpoints"),
    "restore": ("instances", "endpoints"),
    "add-region": ("regions", "endpoints"),
    "remove-region": ("regions", "endpoints"),
    "rename": ("endpoints",),
    "promote": ("endpoints",),
    "upgrade": ("pending",),
    "blue-green create": (),
    "blue-green switchover": ("endpoints",),
    "blue-green cleanup": (),
}
"""What an operation ends with, of the cluster's report, under its headline and before its warnings."""


def print_outcome(consoles: Consoles, result: ChangeResult, operation: str, *, options: Sequence[str] = ()) -> None:
    """Prints what an operation has done; the whole report after one that makes a cluster.

    Args:
        operation: the command that was run.
        options: global options to repeat in the commands proposed at the end.
    """
    report: ClusterReport = result.report
    if operation in _ANSWERS:
        mark = lead(f"{symbols(consoles.out).done} ", "good")
        for number, sentence in enumerate(_ANSWERS[operation](result)):
            prose(consoles.out, mark.append(sentence) if number == 0 else sentence, indent=2 * bool(number), hanging=2)
        if operation == "stop":
            echo(consoles.out, f"  Start it: {command_line(report.target, ['start', report.name], options)}")
    elif operation in PARTS:
        print_parts(consoles, report, operation, PARTS[operation], options=options)
        if result.without_writer_s is not None:
            echo(consoles.out)
            prose(consoles.out, f"There was no writer for at most {result.without_writer_s:.1f} s.")
    else:
        print_report(consoles, report, operation, options=options)


def _writer(result: ChangeResult) -> Iterator[str]:
    writer = next((i.id for i in result.report.instances if i.role == "writer"), None)
    if writer is None:
        yield f"{result.report.name} has no writer now."
    elif not result.changed:
        yield f"{writer} is already the writer: nothing was changed."
    else:
        yield f"{writer} is the writer now{_without(result)}."


def _without(result: ChangeResult) -> str:
    seconds = result.without_writer_s
    return "" if seconds is None else f"; there was no writer for at most {seconds:.1f} s"


def _rebooted(result: ChangeResult) -> Iterator[str]:
    done = [step.name for step in result.sequence if step.elapsed_s is not None]
    restarted = [name.removeprefix("reboot ") for name in done if name.startswith("reboot ")]
    if not restarted:
        yield f"No instance of {result.report.name} is pending a reboot: nothing was changed."
        return
    yield f"{listed(restarted)} restarted."
    if result.without_writer_s is not None:
        yield from _writer(result)


def _power(result: ChangeResult) -> Iterator[str]:
    name, status = result.report.name, result.report.status
    yield f"{name} is {status}." if result.changed else f"{name} is already {status}: nothing was changed."


def _stopped(result: ChangeResult) -> Iterator[str]:
    yield from _power(result)
    yield "AWS starts it automatically after seven days."


def _certified(result: ChangeResult) -> Iterator[str]:
    report: ClusterReport = result.report
    by_authority: dict[tuple[str, str | None], list[str]] = {}
    for instance in report.instances:
        by_authority.setdefault((instance.certificate or "none", moment(instance.certificate_ends)), []).append(
            instance.id
        )
    for (authority, ends), names in by_authority.items():
        until = f", until {ends}" if ends else ""
        have = "has a certificate" if len(names) == 1 else "have certificates"
        yield f"{listed(names)} {have} of {authority}{until}."
    if not result.changed:
        yield "Nothing was changed."


_ANSWERS: dict[str, Sentences] = {
    "failover": _writer,
    "reboot": _rebooted,
    "stop": _stopped,
    "start": _power,
    "rotate-ca": _certified,
}
