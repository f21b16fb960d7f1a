"""A cluster that the sandbox does not have: to look at it must not start an emulator without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.errors import ClusterNotFound
from aurora_cli.operations.core.activity import RUNNING, activity_of

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.events import Emit
    from aurora_cli.stacks.stack import Stack

LOST = "lost"


@dataclass(frozen=True)
class SandboxLoss:
    """What to say of it.

    Attributes:
        status: `lost`, or `not created` for a cluster that the sandbox never had.
        message, hint: what happened, and the way on.
    """

    status: str
    message: str
    hint: str


def sandbox_loss(app: AppContext, stack: Stack) -> SandboxLoss | None:
    """Why the sandbox does not have the cluster; None in an account, where it has it, and while an operation runs.

    Raises StackDamaged.
    """
    if not app.sandbox:
        return None
    name, sandbox = stack.name, app.sandbox_manager
    known, stopped = f"{stack.record.region}/{name}", sandbox.status().pid is None
    lost, stopped = known in sandbox.lost_clusters(), stopped and known not in sandbox.kept_clusters()
    activity = activity_of(stack) if lost or stopped else None
    if not (lost or stopped) or (activity is not None and activity.state == RUNNING):
        return None
    if not lost:
        hint = f"To create it: aurora-cli apply {name}"
        return SandboxLoss("not created", f"The sandbox is stopped, and {name} was not created in it.", hint)
    return SandboxLoss(
        LOST,
        f"The sandbox {'is' if stopped else 'was'} stopped, and its contents are lost: {name} does not exist any more.",
        f"To create {name} again, empty: aurora-cli apply {name}. To forget all of its clusters: aurora-cli sandbox reset",
    )


def begin_to_look(app: AppContext, stack: Stack, emit: Emit) -> None:
    """As `AppContext.begin`, for a command that looks at the live cluster. Raises ClusterNotFound if the sandbox has lost it."""
    loss = sandbox_loss(app, stack)
    if loss is not None:
        raise ClusterNotFound(loss.message, hint=loss.hint)
    app.begin(emit)
