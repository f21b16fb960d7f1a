"""The tasks that wait, and what those that run count against: the same limits whoever runs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aurora_cli.operations.fleet.executors.executor import Task


class Backlog:
    """Tasks in the order in which they came; one that a limit holds back lets the next ones pass."""

    def __init__(self) -> None:
        self._waiting: list[Task] = []
        self._used: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, task: Task) -> None:
        """Another one that waits."""
        self._waiting.append(task)

    def clear(self) -> None:
        """None waits any more."""
        self._waiting.clear()

    def take(self, room: int) -> Iterator[Task]:
        """Those that may run now.

        Args:
            room: how many at most.
        """
        for task in list(self._waiting):
            if room <= 0:
                return
            if all(self._used[limit] < most for limit, most in task.limits):
                room -= 1
                self._waiting.remove(task)
                self._used.update(limit for limit, _ in task.limits)
                yield task

    def release(self, task: Task) -> None:
        """One that was taken has ended."""
        self._used.subtract(limit for limit, _ in task.limits)
