"""The steps of one run of an operation: each is noted in the journal before and after, and looked for before it is run."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from aurora_cli.errors import AuroraError, AwsFailed, Interrupted
from aurora_cli.events import Note, StepFinished, StepStarted
from aurora_cli.operations.core.review import PlannedStep

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.operations.pipeline.step import Operation, Step
    from aurora_cli.stacks.journal import Journal

_AGAIN = "Run the same command again: it resumes from here."


class StepRun:
    """The steps, and how far they are.

    Attributes:
        all: every step, in order.
        ended: names of those that need not be run any more.
        seconds: name -> seconds, of those that were run.
    """

    def __init__(self, context: OperationContext, operation: Operation, steps: Sequence[Step]) -> None:
        self.context, self.operation, self.all, self.emit = context, operation, steps, context.emit
        journal = context.journal
        self.ended = {s.name for s in steps if (journal.step(s.name).finished if journal else s.done())}
        self.seconds: dict[str, float] = {}

    def left(self) -> set[str]:
        """Names of the steps that are still to be run."""
        return {step.name for step in self.all} - self.ended

    def sequence(self) -> tuple[PlannedStep, ...]:
        """As they are shown."""
        return tuple(
            PlannedStep(s.name, s.text, s.interruption, s.name in self.ended, self.seconds.get(s.name))
            for s in self.all
        )

    def summary(self, leave_out: str) -> str:
        """What was run, and how long each step took."""
        return ", ".join(f"{name} ({seconds:.0f} s)" for name, seconds in self.seconds.items() if name != leave_out)

    def without_writer(self) -> float | None:
        """Seconds without a writer; None where no step takes it away."""
        away = [self.seconds[s.name] for s in self.all if s.without_writer and s.name in self.seconds]
        return round(sum(away), 1) if away else None

    def take(self) -> None:
        """Run what is left, in order. Raises what a step raises; Interrupted says how far it came."""
        for number, step in enumerate(self.all, start=1):
            if step.name not in self.ended:
                self._take(step, number)

    def _take(self, step: Step, number: int) -> None:
        """One step: wait until the cluster is stable, look whether the step is done, run it."""
        started = monotonic()
        self.emit(StepStarted(step.name, f"Step {number} of {len(self.all)}: {step.text}"))
        try:
            remark = "already done" if self._done_at_rest(step) else self._run(step)
        except KeyboardInterrupt as stop:
            self._say_stopped(number)
            raise Interrupted(self._how_far("Stopped by request"), hint=_AGAIN) from stop
        except AuroraError as error:
            if isinstance(error, Interrupted):
                error.message = self._how_far(error.message.partition(";")[0])
            self._say_stopped(number)
            raise
        self.context.saved = None
        seconds = self.seconds.get(step.name)
        self.context.save(self._journal().with_step(step.name, finished=self._now(), elapsed_s=seconds))
        self.ended.add(step.name)
        self.emit(StepFinished(step.name, monotonic() - started, remark))

    def _say_stopped(self, number: int) -> None:
        again = shlex.join(("aurora-cli", *self.operation.command))
        self.emit(Note(f"Stopped at step {number} of {len(self.all)}.", level="warning", hint=f"Resume: {again}"))

    def _how_far(self, stopped: str) -> str:
        return f"{stopped}; {len(self.ended)} of {len(self.all)} steps are done."

    def _run(self, step: Step) -> str | None:
        self.context.save(self._journal().with_step(step.name, began=self._now()))
        started, applied = monotonic(), self.context.applied
        try:
            remark = step.run()
        except AwsFailed as error:
            # The library repeats a call whose answer was lost, and AWS refuses the second one.
            if "InvalidDB" not in str(error.details.get("aws_code")) or not self._done_at_rest(step):
                raise
            remark = None
        if self.context.applied is applied:  # it has changed something outside Terraform
            self.context.applied = None
        self.seconds[step.name] = round(monotonic() - started, 1)
        return remark

    def _done_at_rest(self, step: Step) -> bool:
        self.context.wait_until_stable()
        with self.context.sharing_looks(seen=True):
            return step.done()

    def _journal(self) -> Journal:
        if self.context.journal is None:
            raise AssertionError("a step is taken after the journal was begun")
        return self.context.journal

    def _now(self) -> str:
        return self.context.app.clock.now().isoformat(timespec="microseconds")
