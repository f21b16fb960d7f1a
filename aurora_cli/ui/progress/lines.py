"""Progress in a log file or a pipe: one line per change, and a sign of life while something takes long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from aurora_cli.events import StepFinished
from aurora_cli.ui.console import Consoles, echo, prose
from aurora_cli.ui.progress.activity import Activity, Step, Work
from aurora_cli.ui.progress.text import DOING, how_far, waiting_text, word_of
from aurora_cli.ui.text import clean, duration

HEARTBEAT_S = 30.0
_NAMED = 4


class LineDisplay:
    """Prints an `Activity` as lines that stay. The caller holds a lock."""

    interval_s = 1.0

    def __init__(self, consoles: Consoles, activity: Activity) -> None:
        self._console = consoles.err
        self._activity = activity
        self._last_line_at = activity.now()

    def tick(self) -> None:
        """Prints the heartbeat when something runs and nothing was printed for 30 seconds."""
        if self._activity.now() - self._last_line_at >= HEARTBEAT_S:
            text = self._still()
            if text:
                self._print(Text(text))

    def hide(self) -> None:
        """Nothing moves here."""

    def step_started(self, step: Step) -> None:
        """`Planning the change ...`."""
        self._print(Text(f"{clean(step.text)} ..."))

    def step_finished(self, step: Step, event: StepFinished) -> None:
        """`done     Planning the change  3s`."""
        self._activity.clear()
        tail = f"  {clean(event.text)}" if event.text else ""
        word = "failed" if event.failed else "done"
        self._print(Text(f"{word:<9}{clean(step.text)}  {duration(event.elapsed_s)}{tail}"))

    def changed(self, work: Work | None = None) -> None:
        """`created  instance demo-1  12s`, once it is done, has failed or is left out."""
        if work is not None and work.state in ("done", "failed", "stale"):
            seconds = duration(work.seconds(self._activity.now()))
            self._print(Text(f"{word_of(work):<9}{clean(work.name)}  {seconds}"))

    def waiting_changed(self, step: Step) -> None:
        """`waiting  for demo-2 to become the writer (now: available)`."""
        self._print(Text(f"{'waiting':<9}for {waiting_text(step)}"))

    def say(self, line: Text, *, hanging: int = 2) -> None:
        """Prints a sentence."""
        prose(self._console, line, hanging=hanging)
        self._last_line_at = self._activity.now()

    def close(self, *, failed: bool) -> None:
        """Says what was under way when the operation stopped, and which step failed."""
        for work in self._activity.clear():
            if work.state == "running":
                seconds = duration(work.seconds(self._activity.now()))
                self._print(Text(f"not finished: {word_of(work)} {clean(work.name)}  {seconds}"))
        for step in self._activity.steps if failed else ():
            self._print(Text(f"not finished: {clean(step.text)}  {duration(self._activity.now() - step.started)}"))

    def _print(self, line: Text) -> None:
        echo(self._console, line)
        self._last_line_at = self._activity.now()

    def _still(self) -> str:
        now = self._activity.now()
        running = self._activity.with_state("running")
        if running:
            step = self._activity.steps[-1] if self._activity.steps else None
            far = f"; {how_far(step, self._activity)}" if step and step.tasks else ""
            return f"still {'; '.join(self._named(running[:_NAMED], now))}{_more(len(running) - _NAMED)}{far}"
        if not self._activity.steps:
            return ""
        step = self._activity.steps[-1]
        since = duration(now - step.started)
        return f"still {f'waiting for {waiting_text(step)}' if step.waiting else f'busy: {clean(step.text)}'} ({since})"

    def _named(self, works: Sequence[Work], now: float) -> Iterator[str]:
        """`creating: instance demo-1 (1m30s), instance demo-2 (12s)`, one text for each action."""
        for action in dict.fromkeys(w.action for w in works):
            names = [f"{clean(w.name)} ({duration(w.seconds(now))})" for w in works if w.action == action]
            yield f"{DOING.get(action, action)}: {', '.join(names)}"


def _more(number: int) -> str:
    return f", and {number} more" if number > 0 else ""
