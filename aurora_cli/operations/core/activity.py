"""What runs on a stack now, or what the operation before left: how it ended, and the command that resumes it.

The stack's lock says whether an operation runs, its record and journal whether one has not ended, and the folder of its last run
how Terraform ended, which outlives its command.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.operations.core.history import operations_of
from aurora_cli.operations.core.unfinished import unfinished
from aurora_cli.stacks.history import ENDED_BY
from aurora_cli.terraform.run.run_folder import unfinished_runs

if TYPE_CHECKING:
    from aurora_cli.stacks.history import HistoryEntry
    from aurora_cli.stacks.lock import Holder
    from aurora_cli.stacks.stack import Stack

RUNNING, KILLED, INTERRUPTED = "running", "killed", "interrupted"
ENDED_BADLY = (KILLED, INTERRUPTED, "failed")
_WORDS = {KILLED: "was killed", INTERRUPTED: "was interrupted", "failed": "failed"}
_RESUMES = {"creating": "apply", "changing": "apply", "destroying": "destroy"}
"""Status in the record -> the command that resumes an operation without a journal: it works from the stored spec."""
_LOOKS = ("plan", "drift")
"""Holders of the lock that change nothing."""


@dataclass(frozen=True)
class Activity:
    """An operation that runs, or one that has not ended.

    Attributes:
        name: of the cluster.
        operation: what it is called in the history.
        state: `running`, `interrupted`, `killed` or `failed`.
        started_at, started_by: when (RFC 3339 in UTC) and by whom; None where that is not known.
        pid, host: of the process that runs: the command, or Terraform that outlived it.
        terraform: `running`, `succeeded` or `failed`, for Terraform that outlived its command; else None.
        command: the command line that resumes it; None while it runs.
        left: what the steps that are left do.
        ended_by: name of the signal that ended its process, where that is known.
    """

    name: str
    operation: str
    state: str
    started_at: str | None = None
    started_by: str | None = None
    pid: int | None = None
    host: str | None = None
    terraform: str | None = None
    command: str | None = None
    left: tuple[str, ...] = ()
    ended_by: str | None = None

    @property
    def text(self) -> str:
        """One or two sentences for people."""
        since = f" (since {self.started_at}, by {self.started_by})" if self.started_at else ""
        if self.state == RUNNING:
            where = f": process {self.pid} on {self.host}" if self.pid else ""
            return f"'{self.operation}' is running{where}{since}."
        how = f"was ended by {self.ended_by}" if self.ended_by else _WORDS[self.state]
        said = f"is in progress and {how} (left: {'; '.join(self.left)})" if self.left else f"{how}{since}"
        after = ""
        if self.terraform == RUNNING:
            after = f" Terraform continues (process {self.pid})."
        elif self.terraform:
            after = f" Terraform ran on without it, and {self.terraform}."
        return f"'{self.operation}' {said}.{after} Resume: {self.command}"

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {key: value for key, value in vars(self).items() if key not in ("name", "left", "ended_by")} | {
            "text": self.text
        }


def activity_of(stack: Stack) -> Activity | None:
    """What runs on the stack, or what has not ended; None when there is nothing. Raises StackDamaged."""
    holder = stack.locked_by()
    if holder is not None and holder.operation not in _LOOKS:
        return _running(stack, holder)
    journal, status = unfinished(stack), stack.record.status
    if journal is None and status == "ready":
        return None
    last = next((one for one in reversed(operations_of(stack)) if one.outcome in (*ENDED_BADLY, "succeeded")), None)
    ended = last if last and last.outcome in ENDED_BADLY else None
    terraform, pid = _terraform(stack)
    return Activity(
        name=stack.name,
        operation=journal.operation if journal else ended.operation if ended else _RESUMES[status],
        state=ended.outcome if ended else INTERRUPTED,
        started_at=journal.started_at if journal else ended.when if ended else None,
        started_by=journal.started_by if journal else ended.who if ended else None,
        pid=pid,
        terraform=terraform,
        command=journal.command if journal else f"aurora-cli {_RESUMES[status]} {stack.name}",
        left=journal.in_words(journal.left) if journal else (),
        ended_by=_signal_of(ended) if ended else None,
    )


def _running(stack: Stack, holder: Holder) -> Activity:
    operation = holder.operation or "another command"
    return Activity(
        stack.name,
        operation,
        RUNNING,
        holder.since or None,
        holder.user or None,
        holder.pid or None,
        holder.host or None,
    )


def _signal_of(ended: HistoryEntry) -> str | None:
    return ended.summary.removeprefix(ENDED_BY).rstrip(".") if ended.summary.startswith(ENDED_BY) else None


def _terraform(stack: Stack) -> tuple[str | None, int | None]:
    """How an apply goes or went that had no command following it, and its process id while it runs."""
    left = [run for run in unfinished_runs(stack.runs_dir) if run.record.operation == "apply"]
    if not left:
        return None, None
    if left[-1].is_alive():
        return RUNNING, left[-1].pid()
    status = left[-1].exit_status()
    return (None if status is None else "succeeded" if status == 0 else "failed"), None
