"""Progress on a terminal: headings of steps, and under them the resources with their state and time, redrawn in place.

At most 24 lines. What is done, and what has not begun, folds into one line each when there is no room. When a step ends, its
area goes and a plain list of what was done stays.

Lines at the bottom of a terminal that are redrawn in place.

rich's own `Live` counts the lines as they were when drawn. A terminal that was made narrower has wrapped them since, and what
was counted too few stays on the screen for good. So this counts them again, at the width of now.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from aurora_cli.events import StepFinished
from aurora_cli.ui.console import Consoles, echo, lead, prose, symbols
from aurora_cli.ui.progress.activity import TASK, Activity, Step, Work
from aurora_cli.ui.progress.text import step_line, waiting_text, work_line
from aurora_cli.ui.text import clean, duration


class LiveArea:
    """An area of lines above the cursor. Not for several threads at once: the caller holds a lock."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._widths: list[int] = []
        self._shown: tuple[int, list[str]] = (0, [])

    @property
    def room(self) -> int:
        """Lines that the area may have, so that its first one never leaves the screen."""
        return max(1, self._console.height - 2)

    def draw(self, lines: Sequence[Text]) -> None:
        """Replaces what the area shows; each line is cut at the width of the terminal."""
        width = max(1, self._console.width - 1)
        if self._shown == (width, [line.plain for line in lines]):
            return
        self._shown = (width, [line.plain for line in lines])
        with self._console:
            self._erase()
            if lines and not self._widths:
                self._console.show_cursor(False)
            for line in lines:
                line.truncate(width, overflow="ellipsis")
                echo(self._console, line)
        self._widths = [line.cell_len for line in lines]

    def clear(self) -> None:
        """Takes the area off the screen and gives the cursor back."""
        with self._console:
            self._erase()
            if self._widths:
                self._console.show_cursor(True)
        self._widths = []
        self._shown = (0, [])

    def _erase(self) -> None:
        width = max(1, self._console.width)
        rows = sum(max(1, -(-cells // width)) for cells in self._widths)
        if rows:
            up = ((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)) * rows
            self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *up))


SLOWEST = 10
"""Clusters that stay on the screen when the wave of a fleet is done, beside those that failed."""
MOST_LINES = 24


class LiveDisplay:
    """Draws an `Activity` on a terminal. The caller holds a lock."""

    interval_s = 0.25

    def __init__(self, consoles: Consoles, activity: Activity) -> None:
        self._console = consoles.err
        self._symbols = symbols(consoles.err)
        self._activity = activity
        self._area = LiveArea(consoles.err)

    def tick(self) -> None:
        """Redraws with the time of now."""
        self._area.draw(self.lines(min(MOST_LINES, self._area.room)))

    def hide(self) -> None:
        """Takes everything that moves off the screen."""
        self._area.clear()

    def step_started(self, step: Step) -> None:
        """Shows the new step."""
        self.tick()

    def step_finished(self, step: Step, event: StepFinished) -> None:
        """Leaves the list of what was done, and a line for the step."""
        self._area.clear()
        self._leave_works()
        mark, style = (self._symbols.failed, "error") if event.failed else (self._symbols.done, "good")
        line = lead(f"{mark} ", style).append(clean(step.text))
        line.append(f"  {duration(event.elapsed_s)}", style="second")
        if event.text:
            line.append(f"  {clean(event.text)}", style="second")
        prose(self._console, line, hanging=2)
        self.tick()

    def changed(self, work: Work | None = None) -> None:
        """Something in the list changed: the next tick shows it."""

    def waiting_changed(self, step: Step) -> None:
        """What is waited for changed: the next tick shows it."""

    def say(self, line: Text, *, hanging: int = 2) -> None:
        """Prints a sentence above the area."""
        self._area.clear()
        prose(self._console, line, hanging=hanging)
        self.tick()

    def close(self, *, failed: bool) -> None:
        """Leaves a plain list: also of what was under way when the operation stopped, and of the step that failed."""
        self._area.clear()
        self._leave_works()
        for step in self._activity.steps if failed else ():
            line = lead(f"{self._symbols.failed} {clean(step.text)}", "error")
            line.append(f"  not finished  {duration(self._activity.now() - step.started)}", style="second")
            prose(self._console, line, hanging=2)

    def lines(self, most: int) -> list[Text]:
        """The lines to draw, at most `most`."""
        activity = self._activity
        if not activity.steps:
            return []
        head = [step_line(step, activity) for step in activity.steps][-max(1, most // 2) :]
        last = activity.steps[-1]
        if last.waiting:
            head.append(lead(f"  {self._symbols.running} waiting for ", "busy").append(waiting_text(last)))
        return (head + self._work_lines(most - len(head)))[:most]

    def _work_lines(self, room: int) -> list[Text]:
        done, waiting = self._activity.with_state("done"), self._activity.with_state("waiting")
        active = [one for state in ("failed", "stale", "running") for one in self._activity.with_state(state)]
        fold_done = len(done) > 1 and len(done) + len(active) + min(1, len(waiting)) > room
        shown_done = 1 if fold_done else len(done)
        fold_waiting = len(waiting) > 1 and shown_done + len(active) + len(waiting) > room
        lines = self._folded("done", done) if fold_done else self._listed(done)
        spare = room - len(lines) - (1 if waiting else 0)
        lines += self._fitted(active, spare)
        return lines + (self._folded("waiting", waiting) if fold_waiting else self._listed(waiting))

    def _fitted(self, works: Sequence[Work], room: int) -> list[Text]:
        if len(works) <= room:
            return self._listed(works)
        shown = works[: max(0, room - 1)]
        return [
            *self._listed(shown),
            Text(f"  {self._symbols.running} {len(works) - len(shown)} more running", style="busy"),
        ]

    def _listed(self, works: Sequence[Work]) -> list[Text]:
        now, width = self._activity.now(), self._name_width()
        return [work_line(work, self._symbols, now, width, cut=True) for work in works]

    def _folded(self, state: str, works: Sequence[Work]) -> list[Text]:
        mark, style = getattr(self._symbols, state), "good" if state == "done" else "second"
        return [Text(f"  {mark} {len(works)} {state}", style=style)]

    def _name_width(self) -> int:
        """One column for all names, but never so wide that the times fall off a narrow screen."""
        names = [clean(w.name) for w in (*self._activity.works.values(), *self._activity.with_state("waiting"))]
        return min(max((Text(n).cell_len for n in names), default=0), max(10, self._console.width - 24))

    def _leave_works(self) -> None:
        now, width = self._activity.now(), self._name_width()
        works = self._activity.clear()
        quick = _quick(works)
        for work in (one for one in works if one.name not in quick):
            line = work_line(work, self._symbols, now, width)
            if work.state == "running":
                line.append("  not finished", style="warning")
            echo(self._console, line)
        if quick:
            echo(self._console, Text(f"  {self._symbols.done} {len(quick)} more done, each in less time", style="good"))


def _quick(works: Sequence[Work]) -> set[str]:
    """Clusters of a fleet that are done, without the slowest: a list of hundreds would hide what failed."""
    done = [work for work in works if work.action == TASK and work.state == "done"]
    return {work.name for work in sorted(done, key=lambda work: -work.elapsed_s)[SLOWEST:]}
