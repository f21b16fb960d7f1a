"""The words of the progress display, the same on a terminal and in a log."""

from __future__ import annotations

from rich.text import Text

from aurora_cli.terraform.output.events import Diagnostic
from aurora_cli.ui.console import lead
from aurora_cli.ui.progress.activity import Activity, Step, Work
from aurora_cli.ui.symbols import Symbols
from aurora_cli.ui.text import clean, count, duration

DOING = {
    "create": "creating",
    "update": "changing",
    "replace": "replacing",
    "delete": "deleting",
    "forget": "forgetting",
    "import": "importing",
    "apply": "applying",
}
DONE = {
    "create": "created",
    "update": "changed",
    "replace": "replaced",
    "delete": "deleted",
    "forget": "forgotten",
    "import": "imported",
    "apply": "applied",
}
_STYLES = {"running": "busy", "done": "good", "failed": "error", "stale": "warning", "waiting": "second"}

INTERRUPTS = {
    1: "Stopping safely: Terraform finishes its running operations and saves its state. This can take "
    "minutes. Press Ctrl-C again only if you cannot wait.",
    2: "Terraform is still finishing its running operations. If you press Ctrl-C once more, it is killed: AWS may then have "
    "resources that are not in Terraform state.",
    3: "Terraform was killed, and its last changes may be missing from its state. Run the same command again: it checks the "
    "existing resources and resumes.",
}


# Told to people who keep Terraform's own files in git, develop providers or type -target; the folder of a stack is ours.
UNIMPORTANT_WARNINGS = (
    "Incomplete lock file information",
    "Provider development overrides",
    "Resource targeting is in effect",
    "Applied changes may be incomplete",
)
_LONGEST_DETAIL = 240


def warning_text(found: Diagnostic) -> str:
    """Summary and first paragraph of a warning: the whole text is in the log of the run."""
    detail = " ".join(found.detail.split("\n\n")[0].split())
    if len(detail) > _LONGEST_DETAIL:
        detail = f"{detail[:_LONGEST_DETAIL]}..."
    return ": ".join(part for part in (found.summary, detail) if part)


def interrupt_text(number: int) -> str:
    """What the n-th Ctrl-C does."""
    return INTERRUPTS[min(max(number, 1), 3)]


def word_of(work: Work) -> str:
    """`created`, `creating`, `failed`, `stale` or `waiting`."""
    if work.state == "running":
        return DOING.get(work.action, work.action)
    return DONE.get(work.action, work.action) if work.state == "done" else work.state


def work_line(work: Work, symbols: Symbols, now: float, name_width: int, *, cut: bool = False) -> Text:
    """`✓ created   instance demo-1  12s`, with the names in a column of `name_width` cells; longer ones cut if `cut`."""
    mark = symbols.warning if work.state == "stale" else getattr(symbols, work.state)
    line = Text("  ").append(f"{mark} {word_of(work):<9} ", style=_STYLES[work.state])
    name = Text(clean(work.name))
    if cut:
        name.truncate(name_width, overflow="ellipsis")
    line.append_text(name)
    if work.state != "waiting":
        line.append(" " * max(2, name_width + 2 - name.cell_len))
        line.append(duration(work.seconds(now)), style="second")
    return line


def step_line(step: Step, activity: Activity) -> Text:
    """The heading of an open step, with its time and how far it is."""
    line = lead(clean(step.text), "heading")
    line.append(f"  {duration(activity.now() - step.started)}", style="second")
    far = how_far(step, activity)
    return line.append(f"  {far}", style="second") if far else line


def waiting_text(step: Step) -> str:
    """`demo-2 to become the writer (now: backing-up)`."""
    if step.waiting is None:
        return ""
    status = f" (now: {step.waiting.status})" if step.waiting.status else ""
    return clean(f"{step.waiting.what}{status}")


def how_far(step: Step, activity: Activity) -> str:
    """`3 of 40 done, 1 failed, 2 stale`; empty where there is nothing to count."""
    if step is not activity.steps[-1]:
        return ""
    if step.tasks:
        found = [f"{len(activity.with_state('done'))} of {step.tasks} done"]
        bad = ((state, len(activity.with_state(state))) for state in ("failed", "stale"))
        return ", ".join(found + [f"{number} {state}" for state, number in bad if number])
    if activity.works:
        done = len(activity.with_state("done"))
        return f"{done} of {len(activity.works) + len(activity.with_state('waiting'))} done"
    if activity.read[0]:
        return f"looked at {activity.read[1]} of {count(activity.read[0], 'resource')}"
    return ""
