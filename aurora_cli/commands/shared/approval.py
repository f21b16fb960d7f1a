"""Who says yes: a flag given beforehand, or a person at a terminal. Asked before anything runs, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from aurora_cli.commands.shared.session import Session
from aurora_cli.errors import ApprovalRequired, InvalidInput, PlanStale

if TYPE_CHECKING:
    from aurora_cli.operations.core.review import Approve, PlanReview
    from aurora_cli.operations.destroy.destroy import DestroyReview


def require_approver(session: Session, *, yes: bool, dry_run: bool) -> None:
    """Make sure that the plan can be approved, before Terraform, the sandbox or AWS is touched.

    Raises:
        ApprovalRequired: no --yes and nobody to ask.
    """
    if not (yes or dry_run or session.consoles.interactive):
        raise ApprovalRequired(
            "There is no terminal to prompt on, and --yes was not given.",
            hint=f"Add --yes to proceed{_or_dry_run()}.",
        )


def _or_dry_run() -> str:
    """The other way, of a command that has it."""
    command = click.get_current_context().command
    return ", or --dry-run to see the plan" if any(param.name == "dry_run" for param in command.params) else ""


def approve_with(session: Session, *, yes: bool, approved: str | None = None) -> Approve:
    """A callback that shows the plan, and asks unless `yes`; one whose digest is `approved` was shown and approved before.

    The callback raises PlanStale for a plan with another digest, unless it is what is left of that one.
    """

    def approve(review: PlanReview) -> bool:
        from aurora_cli.ui import prompts
        from aurora_cli.ui.plan import plan_view

        plan_view.print_review(session.consoles, review)
        if approved is not None and not _holds(session, review, approved):
            raise PlanStale(
                f"Nothing was changed: the plan of {review.name} is not the one that was approved.",
                hint=f"Approve this one: --approved {review.digest}",
                details={"digest": review.digest, "approved": approved},
            )
        return yes or approved is not None or prompts.confirm(session.consoles, "Proceed?")

    return approve


def _holds(session: Session, review: PlanReview, digest: str) -> bool:
    from aurora_cli.operations.guard.approved import is_rest, remember_approved

    stack = session.app.registry.get(review.name)
    if review.digest != digest:
        return is_rest(stack, review, digest)
    remember_approved(stack, review)
    return True


def forget_approved(session: Session, name: str) -> None:
    """What was approved of a cluster is applied."""
    from aurora_cli.operations.guard import approved

    approved.forget_approved(session.app.registry.get(name))


def approve_by_name(session: Session, name: str, *, confirm: str | None) -> Approve:
    """A callback that shows the plan, and has the cluster's name typed unless `confirm` holds it."""

    def approve(review: PlanReview) -> bool:
        from aurora_cli.ui import prompts
        from aurora_cli.ui.plan import plan_view

        plan_view.print_review(session.consoles, review)
        return confirm == name or prompts.type_name(session.consoles, name)

    return approve


def require_confirmation(
    session: Session, name: str, *, confirm: str | None, yes: bool, dry_run: bool, doing: str = "Destroying"
) -> None:
    """Make sure that what needs the cluster's name can be confirmed, before anything runs.

    Raises:
        InvalidInput: --confirm names another cluster.
        ApprovalRequired: no --confirm and nobody to ask; --yes does not count.
    """
    if confirm is not None and confirm != name:
        raise InvalidInput(
            f"--confirm is '{confirm}', but the cluster is '{name}'.", hint=f"To proceed: --confirm {name}"
        )
    if confirm or dry_run or session.consoles.interactive:
        return
    what = "a destroy" if doing == "Destroying" else "this"
    reason = f"--yes alone does not confirm {what}" if yes else "there is no terminal to prompt on"
    raise ApprovalRequired(
        f"{doing} '{name}' needs its name as confirmation; {reason}.",
        hint=f"Add --confirm {name}{_or_dry_run()}.",
    )


def confirm_with(session: Session, name: str, *, confirm: str | None) -> Callable[[DestroyReview], bool]:
    """A callback that shows what goes, and has the name typed unless `confirm` holds it."""

    def confirmed(review: DestroyReview) -> bool:
        from aurora_cli.ui import prompts
        from aurora_cli.ui.plan import destroy_view

        destroy_view.print_destroy_review(session.consoles, review)
        return confirm == name or prompts.type_name(session.consoles, name)

    return confirmed


def offer_with(session: Session, question: str) -> Callable[[], bool]:
    """A callback that asks the question at a terminal, and declines where there is none."""

    def offered() -> bool:
        if not session.consoles.interactive:
            return False
        from aurora_cli.ui import prompts

        return prompts.confirm(session.consoles, question)

    return offered
