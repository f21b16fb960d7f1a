"""After the last apply: the next plan is empty, or it is said what it would change.

An apply that succeeds does not show that AWS has what the files say: a value that AWS keeps in another form, or a setting that
the provider leaves out, is planned again for ever. One plan more shows it. An operation that changes AWS beside Terraform makes
it anyhow.
"""

from __future__ import annotations

import json
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from aurora_cli.errors import AuroraError, Interrupted, PlanNotEmpty
from aurora_cli.events import Note, timed
from aurora_cli.operations.core.specs import stored_spec

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.terraform.plan.plan import Plan, ResourceChange

_SHOWN = 5


def verify(context: OperationContext) -> AuroraError | None:
    """Make sure that the plan after an operation is empty: the one that it has made after its last apply, or one more if asked.

    Returns:
        Why it is not, or why that cannot be said: for the history, and to be raised once the rest is done.

    Raises:
        Interrupted.
    """
    name, operation, asked = context.stack.name, context.options.operation, context.app.verifies
    if asked and context.terraform.settled is False and context.unsettled is None:
        try:
            with timed(context.emit, "verify", "Verifying that the next plan is empty"):
                context.keep_differences(_next_plan(context))
        except Interrupted:
            raise
        except AuroraError as error:
            error.message = f"'{operation}' of {name} ended, and the plan after it failed: {error.message}"
            return error
    if context.unsettled is None:
        return None
    found = _not_empty(name, operation, context.unsettled)
    if asked:
        return found
    context.emit(Note(found.message, level="warning", hint=f"aurora-cli plan {name}"))
    return None


def _next_plan(context: OperationContext) -> Plan:
    """As the next command would make it: of the stored spec, with nothing that only this one was given."""
    next_one = copy(context)
    next_one.options = replace(context.options, allow=(), password=None, renew_password=False)
    return next_one.plan(stored_spec(context.stack).spec, context.stack.record.instance_keys)


def _not_empty(name: str, operation: str, plan: Plan) -> PlanNotEmpty:
    several = [_in_words(one) for one in plan.changes[:_SHOWN]]
    more = len(plan.changes) - len(several)
    what = "; ".join(several) + (f"; and {more} more" if more else "")
    return PlanNotEmpty(
        f"'{operation}' of {name} ended, and the next plan is not empty: {what}.",
        hint=f"Nothing is lost. To see the plan: aurora-cli plan {name}. To apply it: aurora-cli apply {name}",
        details={"operation": operation, "resource_changes": [one.to_dict() for one in plan.changes]},
    )


def _in_words(change: ResourceChange) -> str:
    values = ", ".join(f"{one.path}: {_value(one.before)} -> {_value(one.after, one.known)}" for one in change.changed)
    return f"{change.address} ({change.action}{': ' if values else ''}{values})"


def _value(value: object, known: bool = True) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if known else "(known after apply)"
