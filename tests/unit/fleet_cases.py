"""What tests of runs in waves share: an executor that runs nothing, a clock, and what commands say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from aurora_cli.operations.fleet.executors.executor import Ended, Task
from aurora_cli.operations.fleet.rollout.record import RolloutRun


class Time:
    """A clock that sleeping moves; of two runs one is older."""

    def __init__(self) -> None:
        self.seconds, self.runs = 0.0, 0

    def now(self) -> datetime:
        self.runs += 1
        return datetime(2026, 12, 24, 12, tzinfo=timezone.utc) + timedelta(seconds=self.runs - 1)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Killed(BaseException):
    """The controller is killed at this point."""


@dataclass(kw_only=True)
class Simulated:
    """An executor whose tasks end one by one, each as `run` says. `log` has what was asked of which cluster."""

    log: list[str] = field(default_factory=list)
    waiting: list[Task] = field(default_factory=list)
    interrupts: list[bool] = field(default_factory=list)
    before: Callable[[Task], None] = lambda task: None

    def run(self, task: Task) -> tuple[int | None, dict[str, Any]]:
        """Exit status and document of a command."""
        raise NotImplementedError

    def submit(self, task: Task) -> None:
        self.waiting.append(task)

    def watch(self) -> Iterator[Ended]:
        while self.waiting:
            task = self.waiting.pop(0)
            task.log.write_text("")
            self.before(task)
            status, document = self.run(task)
            task.out.write_text(json.dumps(document))
            yield Ended(task, status, 2.0)

    def cancel(self, *, running: bool = True) -> None:
        self.waiting.clear()
        self.interrupts.append(running)

    def close(self) -> None:
        pass


def error(code: str, message: str, **details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "hint": None, "details": details}}


def states(run: RolloutRun) -> dict[str, str]:
    return {name: one.state for name, one in run.states().items()}
