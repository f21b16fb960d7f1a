"""A destroy that fails or is stopped half-way says where it stands, and offers to set the deletion protection back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError, Interrupted, InvalidInput
from aurora_cli.events import Emit, Note
from aurora_cli.operations.core.history import recorded
from aurora_cli.operations.core.results import about
from aurora_cli.operations.core.specs import existing_stack
from aurora_cli.operations.destroy.partial import PartialDestroy, parts, set_back, unprotected

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.destroy.context import DestroyContext

Offer = Callable[[], bool]
"""Asks whether the protection shall be set back; False where there is nobody to ask."""


@contextmanager
def offering(work: DestroyContext, offer: Offer) -> Iterator[None]:
    """Once the destroy has begun, its failure or a Ctrl-C says what is gone and what is left, and offers the protection back.

    Raises:
        The failure itself, with a hint and `details["destroy"]`; Interrupted for a Ctrl-C.
    """
    try:
        yield
    except (AuroraError, KeyboardInterrupt) as stopped:
        if work.stack.record.status != "destroying":
            raise
        error = stopped if isinstance(stopped, AuroraError) else Interrupted("Interrupted.")
        _tell(work, error, offer)
        if error is not stopped:
            raise error from None
        raise


def _tell(work: DestroyContext, error: AuroraError, offer: Offer) -> None:
    """Say where it stands. What cannot be read is left out: the failure is what counts."""
    try:
        found = _stand(work)
        work.emit(Note(found.sentence(), level="warning"))
        if found.protection == "off" and offer():
            set_back(work.app, work.stack)
            found = replace(found, protection="restored")
            work.emit(Note("The deletion protection is enabled again."))
    except AuroraError as problem:
        work.emit(Note(f"Its progress cannot be read: {problem.message}", level="warning"))
        return
    except KeyboardInterrupt:
        return
    error.details["destroy"] = found.to_dict()
    error.hint = " ".join(filter(None, (error.hint, _way_out(work, found))))


def _way_out(work: DestroyContext, found: PartialDestroy) -> str:
    go_on = f"Resume: aurora-cli destroy {work.spec.name}."
    if found.protection != "off":
        return go_on
    return f"{go_on} Or re-enable its deletion protection: aurora-cli destroy {work.spec.name} --restore-protection"


def _stand(work: DestroyContext) -> PartialDestroy:
    work.look_again()
    resources = work.terraform.state_resources()
    gone, left = parts(work.plan, (r.address for r in resources), work.members, work.topology)
    return PartialDestroy(
        work.spec.name, gone, left, work.topology.status if work.topology else None, _protection(work)
    )


def _protection(work: DestroyContext) -> str | None:
    if unprotected(work.app, work.stack):
        return "off"
    lifted = bool(work.stack.record.unprotected)
    return "on" if lifted and work.topology and work.topology.deletion_protection else None


@dataclass(frozen=True)
class Protected:
    """What `destroy --restore-protection` did.

    Attributes:
        protected: ARNs of the clusters, and `global:` with the identifier of a global cluster, that are protected again.
    """

    name: str
    region: str
    target: str
    protected: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            **about(self),
            "changed": bool(self.protected),
            "protected": list(self.protected),
        }


def restore_protection(app: AppContext, name: str, *, emit: Emit) -> Protected:
    """Set back the protection that a destroy has lifted which did not get to its end. It may be repeated, and so may the destroy.

    Raises:
        ClusterNotFound, StackLocked, CredentialsError, AccessDenied, AwsFailed; InvalidInput: no destroy is half-way.
    """
    stack = existing_stack(app, name)
    with stack.lock("destroy"):
        if stack.record.status != "destroying":
            raise InvalidInput(
                f"No destroy of {name} is in progress, so there is no protection to re-enable.",
                hint=f"To protect the cluster: aurora-cli apply {name} --set deletion_protection=true",
            )
        app.begin(emit)
        with recorded(app, stack, "restore protection") as entry:
            found = tuple(set_back(app, stack))
            entry.finish("succeeded", {"add": 0, "change": 0, "destroy": 0}, f"protected {len(found)}")
    return Protected(name, stack.record.region, app.target, found)
