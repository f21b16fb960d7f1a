"""Which executor a command uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.operations.fleet.executors.processes import Processes

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.fleet.executors.executor import Executor


def executor_of(app: AppContext, parallel: int | None) -> Executor:
    """Who runs the commands of a fleet.

    Args:
        parallel: how many at a time; None for one a processor.
    """
    return Processes(app.given_environ, parallel)
