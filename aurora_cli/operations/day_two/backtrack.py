"""Take an Aurora MySQL cluster back in time, in place: all databases of it, in minutes, without a restore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.restore.backtrack import Window, go_back, read_window
from aurora_cli.errors import Declined, InvalidInput, OperationFailed
from aurora_cli.events import Emit, StepFinished, StepStarted, waiting
from aurora_cli.operations.blue_green.active import refuse_in_deployment
from aurora_cli.operations.core.history import recorded
from aurora_cli.operations.core.results import about
from aurora_cli.operations.core.specs import existing_stack, stored_spec
from aurora_cli.operations.core.unfinished import refuse_destroying, refuse_unfinished

if TYPE_CHECKING:
    from aurora_cli.context import AppContext


@dataclass(frozen=True)
class BacktrackReview:
    """A backtrack before it happens.

    Attributes:
        to: the moment; what was written after it is undone.
        earliest: the oldest moment that is kept.
        undone_s: seconds of writes that are undone.
        instances: all lose their connections.
    """

    name: str
    region: str
    target: str
    to: datetime
    earliest: datetime
    undone_s: int
    instances: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            **about(self),
            "operation": "backtrack",
            "to": self.to.isoformat(),
            "earliest": self.earliest.isoformat(),
            "undone_s": self.undone_s,
            "instances": list(self.instances),
        }


@dataclass(frozen=True)
class BacktrackResult:
    """What a backtrack did; `elapsed_s` seconds during which the cluster could not be used, None after a dry run."""

    review: BacktrackReview
    changed: bool
    dry_run: bool
    elapsed_s: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {**self.review.to_dict(), "changed": self.changed, "dry_run": self.dry_run, "elapsed_s": self.elapsed_s}


Confirm = Callable[[BacktrackReview], bool]
"""Shows what is undone and has the cluster's name typed; False declines."""


def backtrack(
    app: AppContext,
    name: str,
    *,
    to: datetime | None = None,
    by_s: int | None = None,
    confirm: Confirm,
    emit: Emit,
    dry_run: bool = False,
) -> BacktrackResult:
    """Take the cluster back to a moment, or by some seconds; one of both is given.

    Raises:
        InvalidInput: it is no Aurora MySQL, has no window, or the moment is outside of it. Declined.
        ClusterNotFound, StackLocked, OperationUnfinished, OperationFailed, WaitTimeout, AwsFailed.
    """
    stack = existing_stack(app, name)
    spec = stored_spec(stack).spec
    app.begin(emit)
    with stack.lock("backtrack"):
        refuse_destroying(stack)
        if not dry_run:
            refuse_unfinished(stack)
        rds = app.aws(spec.region).client("rds")
        refuse_in_deployment(rds, name, "a backtrack breaks it")
        window, now = read_window(rds, name), app.clock.now()
        moment = to if to is not None else now - timedelta(seconds=by_s or 0)
        earliest = _checked(name, window, moment, now)
        undone = int((now - moment).total_seconds())
        review = BacktrackReview(name, spec.region, app.target, moment, earliest, undone, window.instances)
        if dry_run:
            return BacktrackResult(review, changed=False, dry_run=True)
        if not confirm(review):
            raise Declined("Nothing was changed: the name was not confirmed.")
        with recorded(app, stack, "backtrack") as entry:
            started = monotonic()
            emit(StepStarted("backtrack", f"Rewinding {name} to {moment.isoformat(timespec='seconds')}"))
            reached = go_back(rds, name, moment, clock=app.clock, waiting=waiting(emit))
            elapsed = monotonic() - started
            emit(StepFinished("backtrack", elapsed))
            entry.finish("succeeded", {}, f"back to {reached.isoformat()}")
    return BacktrackResult(review, changed=True, dry_run=False, elapsed_s=round(elapsed, 1))


def _checked(name: str, window: Window, moment: datetime, now: datetime) -> datetime:
    """The start of the window, once all is well."""
    if window.engine != "aurora-mysql":
        raise InvalidInput(
            f"{name} cannot be rewound in place: backtrack requires Aurora MySQL, and this is {window.engine}.",
            hint="Restore it to a point in time instead, into a new cluster: aws rds restore-db-cluster-to-point-in-time",
        )
    if not window.seconds or window.earliest is None:
        raise InvalidInput(
            f"{name} cannot be rewound in place: it was created without a backtrack window, and AWS does not add one later.",
            hint="Set backup.backtrack on a new cluster, restored or cloned from this one.",
        )
    if window.status != "available":
        raise OperationFailed(
            f"{name} is {window.status}; only an available cluster can be rewound.",
            hint=f"Wait, and check with `aurora-cli status {name}`.",
        )
    earliest = window.earliest.astimezone(timezone.utc)
    if moment >= now:
        raise InvalidInput(f"{moment.isoformat()} is not in the past.", hint="Specify a time in the past, or --by 10m.")
    if moment < earliest:
        raise InvalidInput(
            f"{name} cannot be rewound to {moment.isoformat(timespec='seconds')}: its backtrack window begins at "
            f"{earliest.isoformat(timespec='seconds')}.",
            hint="Choose a later time, or restore to a point in time, into a new cluster.",
        )
    return earliest
