"""Which executor a command uses."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.operations.fleet.executors.processes import Processes

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executors.executor import Executor

INSTALL = "pip install 'rds-aurora-cli[fleet]'"


def executor_of(
    app: AppContext, parallel: int | None, scheduler: str | None, members: Sequence[Member], emit: Emit
) -> Executor:
    """Who runs the commands of a fleet; it is to be closed.

    Args:
        parallel: how many at a time; None for one a processor, or a thread of the workers.
        scheduler: address of a Dask scheduler; None for processes here.
        members: the clusters that the commands are about.

    Raises:
        InvalidInput: a cluster's state has no lock, Dask is not installed, the address or a worker cannot be used.
        OperationFailed: the scheduler does not answer. WaitTimeout: it has no worker.
    """
    if scheduler is None:
        return Processes(app.given_environ, parallel)
    alone = [member.file for member in members if member.valid and not _has_lock(member)]
    if alone:
        raise InvalidInput(
            f"Workers need a state that they reach and lock, and these specs have none: {', '.join(alone)}.",
            hint="Set `backend` in fleet.yaml, e.g. `type: s3`; of type `http` it needs a `lock_address`.",
        )
    if find_spec("distributed") is None:
        raise InvalidInput("--scheduler requires Dask distributed, which is not installed.", hint=INSTALL)
    from aurora_cli.operations.fleet.executors.dask_client import connected

    return connected(app, scheduler, parallel, emit)


def _has_lock(member: Member) -> bool:
    """Whether Terraform locks the state of a cluster for all machines."""
    backend = member.values.get("backend") or {}
    kind = backend.get("type", "local")
    return kind != "local" and (kind != "http" or bool(backend.get("lock_address")))
