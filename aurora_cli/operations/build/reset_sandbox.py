"""Empty the sandbox: the local AWS and the clusters that lived in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


def reset(app: AppContext) -> list[str]:
    """Forget the clusters of the sandbox, then everything in the local AWS; gives the names of the forgotten.

    Args:
        app: a context of the sandbox. The stacks of a real account are never touched.

    Raises:
        StackLocked: another command works on one of them. SandboxFailed: the emulator does not answer.
    """
    if not app.sandbox:
        raise AssertionError("reset applies only to the sandbox")
    stacks = app.registry.list()
    for stack in stacks:
        with stack.lock("reset"):
            app.registry.remove(stack)
    app.sandbox_manager.reset()
    return [stack.name for stack in stacks]
