"""Bring a cluster to a spec in one step, Terraform's apply of the plan that was approved: create, apply and plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aurora_cli.operations.pipeline.concerns import APPLY
from aurora_cli.operations.pipeline.engine import run_on_stack
from aurora_cli.operations.pipeline.run import opened_stack
from aurora_cli.operations.pipeline.step import Decision, Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult, RunOptions
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack


@dataclass(frozen=True)
class Apply(Operation):
    """The operation; the state and the live cluster decide what it takes."""

    desired: Resolved
    name = "apply"
    one_step = True
    concerns = APPLY

    def decide(self, context: OperationContext) -> Decision:
        """The spec."""
        return Decision(desired=self.desired)


def apply_spec(app: AppContext, stack: Stack, desired: Resolved, options: RunOptions) -> ChangeResult:
    """Bring the cluster of `stack` to the desired spec.

    Args:
        app: the composition root; `begin` has been called.
        stack: the stack, which may be new and empty. Its lock is held.
        desired: the spec to reach, with the origins of its values and its warnings.
        options: how.

    Returns:
        The report of the live cluster and whether anything was changed.

    Raises:
        what `engine.run_on_stack` raises.
    """
    return run_on_stack(app, stack, Apply(desired), options, desired.spec)


def apply_edited(app: AppContext, name: str, options: RunOptions, edit: Callable[[Stack], Resolved]) -> ChangeResult:
    """Edit the stored spec of a cluster, which is read anew where others apply to it too, and bring the cluster to it.

    Args:
        edit: gives the spec to reach; refuses by raising.

    Raises:
        What `opened_stack`, `edit` and `apply_spec` raise.
    """
    with opened_stack(app, name, options.operation, options.emit) as stack:
        return apply_spec(app, stack, edit(stack), options)
