"""What was approved beforehand, by its digest: it is kept with the stack, so that an interrupted apply of it can be resumed.

What is left of a plan is another plan, with another digest. It counts as approved where it does nothing that the approved one
would not have done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aurora_cli.json_input import json_object, parse_json, read_json
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.operations.core.review import PlanReview
    from aurora_cli.stacks.stack import Stack

FILE = "approved.json"


def remember_approved(stack: Stack, review: PlanReview) -> None:
    """Keep what the plan does, just before it is applied. Raises OSError where the disk does not take it."""
    write_atomic(stack.folder / FILE, json.dumps({"digest": review.digest, **_doings(review)}, default=str) + "\n")


def forget_approved(stack: Stack) -> None:
    """It is applied: nothing is left of it, and what differs later is another change."""
    (stack.folder / FILE).unlink(missing_ok=True)


def is_rest(stack: Stack, review: PlanReview, digest: str) -> bool:
    """Whether a plan is what is left of the approved one: the same resources to the same values, no other step or effect.

    Steps of an operation change resources themselves, so that what is left for Terraform may have other addresses: of one that
    resumes from its journal, steps and effects are compared.

    Args:
        digest: of the plan that was approved.
    """
    now: dict[str, Any] = parse_json(json.dumps(_doings(review), default=str), json_object, lambda why: {})

    def compared(kept: dict[str, Any]) -> bool:
        effects, steps, changes = kept["effects"], kept["steps"], kept["changes"]
        told = all(one in effects for one in now["effects"]) and all(one in steps for one in now["steps"])
        told = told and all(one in kept["behind"] for one in now["behind"]) and kept["account"] == now["account"]
        stepped = review.resumed and bool(review.sequence)
        meant = stepped or all(_was_meant(changes.get(address), one) for address, one in now["changes"].items())
        return kept["digest"] == digest and told and meant

    return read_json(stack.folder / FILE, compared, lambda why: False)


def _doings(review: PlanReview) -> dict[str, Any]:
    return {
        "changes": {c.address: [c.action, dict(c.after), [*c.unknown, *c.partly]] for c in review.plan.changes},
        "effects": [[finding.effect, finding.address] for finding in review.findings],
        "steps": [*review.steps, *(step.name for step in review.sequence if not step.done)],
        "behind": list(review.behind),
        "account": review.account,
    }


def _was_meant(approved: Any, now: Any) -> bool:
    """An interrupted creation or replacement leaves a creation, or an update; values that AWS chose are known by now."""
    if approved is None:
        return False
    action, after, unknown = approved
    leaves: Mapping[str, tuple[str, ...]] = {"create": ("create", "update"), "replace": ("replace", "create", "update")}
    if now[0] not in leaves.get(action, (action,)):
        return False
    return all(_equal(after.get(name), value) for name, value in now[1].items() if name not in unknown)


def _equal(approved: Any, now: Any) -> bool:
    """Providers store what is not set as null, or as the empty value of its type once they have read the resource."""
    return bool(approved == now or (None in (approved, now) and not approved and not now))
