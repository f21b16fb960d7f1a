"""Shows the events of an operation on stderr while it runs, and a sign of life at a steady pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol

from aurora_cli import events as ops
from aurora_cli.redact import redact_text
from aurora_cli.terraform.output import events as tf
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.ui.console import Consoles, lead, symbols
from aurora_cli.ui.progress.activity import Activity
from aurora_cli.ui.progress.lines import LineDisplay
from aurora_cli.ui.progress.live import LiveDisplay
from aurora_cli.ui.progress.text import UNIMPORTANT_WARNINGS, interrupt_text, warning_text
from aurora_cli.ui.text import clean


class Ticker:
    """Calls `tick` every `interval_s` seconds between `start` and `stop`; `stop` waits for the thread to end."""

    def __init__(self, interval_s: float, tick: Callable[[], None]) -> None:
        self._interval_s = interval_s
        self._tick = tick
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; may be called once."""
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; no call of `tick` is made or running afterwards."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._ended.wait(self._interval_s):
            self._tick()


class Clock(Protocol):
    """Seconds that only grow."""

    def monotonic(self) -> float:
        """Now."""


class Progress:
    """A context manager that takes events, from any thread.

    On a terminal it redraws a short list; elsewhere it prints a line per change and a heartbeat every 30 seconds. It holds the
    terminal only while a step is open, and `paused` (or `Consoles.still`) frees it for a question. When stderr goes away the
    display ends and the operation does not: a half-made cluster costs more than unread progress.
    """

    def __init__(self, consoles: Consoles, clock: Clock = time, *, name: str | None = None) -> None:
        self._consoles = consoles
        self._marks = symbols(consoles.err)
        self._activity = Activity(clock.monotonic, cluster=name)
        display = LiveDisplay if consoles.animated else LineDisplay
        self._display: LiveDisplay | LineDisplay = display(consoles, self._activity)
        self._lock = threading.RLock()
        self._ticker = Ticker(self._display.interval_s, self.tick)
        self._told: set[tuple[str, str | None]] = set()
        self._pauses = 0
        self._deaf = False

    def __enter__(self) -> Progress:
        self._consoles.animations.append(self)
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ticker.stop()
        self._consoles.animations.remove(self)
        self._guarded(lambda: self._display.close(failed=kind is not None))

    def handle(self, event: Any) -> None:
        """Takes one event of an operation or of Terraform; others are ignored."""
        handler = _HANDLERS.get(type(event))
        if handler:
            self._guarded(lambda: handler(self, event))

    def expect(self, name: str, plan: Plan) -> None:
        """Takes the names of the resources, and what is to come, from the plan that was shown for the cluster `name`."""
        with self._lock:
            self._activity.expect(name, plan)

    def tick(self) -> None:
        """Redraws, or prints the heartbeat if it is due. Called by the ticker."""
        self._guarded(lambda: None if self._pauses else self._display.tick())

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing moves inside the block."""
        with self._lock:
            self._pauses += 1
        self._guarded(self._display.hide)
        try:
            yield
        finally:
            with self._lock:
                self._pauses -= 1

    def _guarded(self, action: Callable[[], None]) -> None:
        with self._lock:
            if self._deaf:
                return
            try:
                action()
            except OSError:
                # EPIPE or EIO: whoever read along has gone.
                self._deaf = True

    def _step_started(self, event: ops.StepStarted) -> None:
        self._activity.step_started(event)
        self._display.step_started(self._activity.steps[-1])

    def _step_finished(self, event: ops.StepFinished) -> None:
        step = self._activity.step_finished(event)
        if step:
            self._display.step_finished(step, event)

    def _note(self, event: ops.Note) -> None:
        mark, style, word = (
            (self._marks.warning, "warning", "warning: ")
            if event.level == "warning"
            else (self._marks.info, "busy", "")
        )
        self._say(mark, style, word, event.text)
        if event.hint:
            self._display.say(lead("  hint: ", "busy").append(clean(event.hint)), hanging=4)

    def _waiting(self, event: ops.Waiting) -> None:
        if self._activity.waiting(event):
            self._display.waiting_changed(self._activity.steps[-1])

    def _diagnostic(self, event: tf.DiagnosticEvent) -> None:
        """Warnings only, each once: an error comes back as the failure of the command, in better words."""
        found = event.diagnostic
        known = (found.summary, found.address) in self._told or found.summary.startswith(UNIMPORTANT_WARNINGS)
        if not (found.is_error or known):
            self._told.add((found.summary, found.address))
            self._say(self._marks.warning, "warning", "warning: ", redact_text(warning_text(found)))

    def _interrupt(self, event: tf.InterruptRequested) -> None:
        self._say(self._marks.warning, "warning", "", interrupt_text(event.count))

    def _say(self, mark: str, style: str, word: str, text: str) -> None:
        self._display.say(lead(f"{mark} {word}", style).append(clean(text)))

    def _ended(self, event: tf.ResourceComplete | tf.ResourceErrored) -> None:
        self._display.changed(self._activity.ended(event))


_HANDLERS: dict[type, Callable[[Progress, Any], None]] = {
    ops.StepStarted: Progress._step_started,
    ops.StepFinished: Progress._step_finished,
    ops.Note: Progress._note,
    ops.Waiting: Progress._waiting,
    ops.TaskStarted: lambda p, e: p._activity.task_started(e),
    ops.TaskEnded: lambda p, e: p._display.changed(p._activity.task_ended(e)),
    tf.PlannedChange: lambda p, e: p._activity.planned(e),
    tf.ChangeSummary: lambda p, e: p._activity.summary(e),
    tf.RefreshStart: lambda p, e: p._activity.reading(e),
    tf.RefreshComplete: lambda p, e: p._activity.reading(e),
    tf.ResourceStart: lambda p, e: p._activity.started(e),
    tf.ResourceProgress: lambda p, e: p._activity.progressed(e),
    tf.ResourceComplete: Progress._ended,
    tf.ResourceErrored: Progress._ended,
    tf.DiagnosticEvent: Progress._diagnostic,
    tf.InterruptRequested: Progress._interrupt,
}
