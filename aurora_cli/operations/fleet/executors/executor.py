"""Who runs the commands of a fleet. The truth about a cluster is in its stack; an executor only knows processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Task:
    """One command line on one cluster.

    Attributes:
        name: of the cluster.
        words: the command line after `aurora-cli`.
        out: file for standard output.
        log: file for standard error.
        limits: what it counts against, e.g. `account 111111111111`, with the number of tasks that may run for each.
    """

    name: str
    words: tuple[str, ...]
    out: Path
    log: Path
    limits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Ended:
    """A task that has ended.

    Attributes:
        task: which.
        status: exit status; None where nobody knows it: the process was killed, which says nothing about Terraform's.
        seconds: how long it ran.
        starts: how often it was started; more than once where a worker was lost.
    """

    task: Task
    status: int | None
    seconds: float
    starts: int = 1


class Executor(Protocol):
    """Runs tasks."""

    def submit(self, task: Task) -> None:
        """Run it as soon as there is room, while `watch` is asked; after `cancel` not at all."""

    def watch(self) -> Iterator[Ended]:
        """Every task once it has ended, in that order, until none is left. May be called again after more were submitted."""

    def cancel(self, *, running: bool = True) -> None:
        """Start no more, neither what was submitted nor what is submitted from now on. May be called from another thread.

        Args:
            running: ask those that run to stop as Ctrl-C does, too. `watch` gives what becomes of these.
        """

    def close(self) -> None:
        """Give back what the executor holds. What still runs goes on."""
