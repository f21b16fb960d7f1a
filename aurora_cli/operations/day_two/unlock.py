"""Take away a lock that a dead process left, and none that a living one holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import Declined, StackLocked, StateLocked
from aurora_cli.events import Emit
from aurora_cli.operations.core.history import recorded
from aurora_cli.operations.core.results import SCHEMA_VERSION
from aurora_cli.operations.core.specs import existing_stack
from aurora_cli.stacks.state_lock import info_file, is_held, read_info
from aurora_cli.terraform.run.run_folder import unfinished_runs
from aurora_cli.terraform.state.state import local_state_file

if TYPE_CHECKING:
    from pathlib import Path

    from aurora_cli.context import AppContext
    from aurora_cli.stacks.stack import Stack


@dataclass(frozen=True)
class StateLock:
    """A lock of Terraform's state.

    Attributes:
        id: what `force-unlock` wants; empty where the lock file cannot be read.
        who: user and host that took it.
        operation: what it was taken for.
        since: when.
        local: whether the state is a file in the stack's folder.
    """

    id: str
    who: str
    operation: str
    since: str
    local: bool


@dataclass(frozen=True)
class UnlockResult:
    """What was found and done; `lock` is None when nothing was locked."""

    name: str
    lock: StateLock | None
    changed: bool

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        lock = vars(self.lock) if self.lock else None
        return {"schema_version": SCHEMA_VERSION, "name": self.name, "changed": self.changed, "lock": lock}


Confirm = Callable[[StateLock], bool]
"""Shows the lock and has its ID, or the cluster's name, typed; False declines."""


def unlock(app: AppContext, name: str, *, confirm: Confirm, emit: Emit) -> UnlockResult:
    """Take away the lock on the cluster's state.

    The lock of the stack itself is the system's, and goes with the process that holds it: there is never one to take away.

    Raises:
        ClusterNotFound.
        StackLocked: a process on this host still works on it, or Terraform does.
        Declined: nothing was changed. TerraformFailed: the backend does not give the lock up.
    """
    stack = existing_stack(app, name)
    app.begin(emit)
    with stack.lock("unlock"):
        _refuse_living(stack)
        lock = _find(app, stack, emit)
        if lock is None:
            return UnlockResult(name, None, changed=False)
        if not confirm(lock):
            raise Declined("Nothing was unlocked: the lock was not confirmed.")
        with recorded(app, stack, "unlock") as entry:
            _take_away(app, stack, lock, emit)
            entry.finish("succeeded", {}, f"lock {lock.id} of {lock.who}, since {lock.since}")
    return UnlockResult(name, lock, changed=True)


def _refuse_living(stack: Stack) -> None:
    for run in unfinished_runs(stack.runs_dir):
        if run.is_alive():
            raise StackLocked(
                f"Terraform is still running on {stack.name} (process {run.pid()}, {run.record.operation}, "
                f"since {run.record.started_at}).",
                hint=f"Wait for it: `aurora-cli plan {stack.name}` follows it to its end.",
            )


def _find(app: AppContext, stack: Stack, emit: Emit) -> StateLock | None:
    local = local_state_file(stack.terraform_dir)
    if local is not None:
        return _local(stack, local)
    terraform = app.terraform(stack, emit, lock_timeout="0s")
    terraform.init()
    try:
        terraform.plan(refresh=False)
    except StateLocked as error:
        facts = error.details.get("facts") or {}
        held = facts.get("id") or facts.get("held")  # of a lock at an HTTP address, Terraform names the ID alone
        if held is None:
            raise
        return StateLock(
            str(held),
            str(facts.get("who", "somebody")),
            str(facts.get("operation", "unknown")),
            str(facts.get("created", "unknown")),
            local=False,
        )
    finally:
        terraform.plan_file.unlink(missing_ok=True)
    return None


def _local(stack: Stack, state: Path) -> StateLock | None:
    info = read_info(state)
    who = str((info or {}).get("Who") or "somebody")
    since = str((info or {}).get("Created") or "unknown")
    if is_held(state):
        raise StateLocked(
            f"A running Terraform of {who} holds the state lock of {stack.name}, since {since}.",
            hint="Wait for it to end, or end it; the lock is then released.",
        )
    if info is None:
        return None
    operation = str(info.get("Operation") or "unknown").removeprefix("OperationType")
    return StateLock(str(info.get("ID") or ""), who, operation, since, local=True)


def _take_away(app: AppContext, stack: Stack, lock: StateLock, emit: Emit) -> None:
    """Terraform refuses to unlock a local state; what a dead process left there is the file alone."""
    local = local_state_file(stack.terraform_dir)
    if lock.local and local is not None:
        info_file(local).unlink(missing_ok=True)
        return
    app.terraform(stack, emit).force_unlock(lock.id)
