"""An earlier command may have died while Terraform worked on. Before anything else, that run is followed to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.errors import StateAtRisk
from aurora_cli.events import Emit, Note

if TYPE_CHECKING:
    from aurora_cli.terraform.runner import Terraform

_ENDINGS = {
    "succeeded": "and has ended well",
    "failed": "and has failed; resuming from what it did",
    "interrupted": "and was stopped; resuming from what it did",
    "unknown": "and how it ended is not known; resuming from its state",
}


def follow_up(terraform: Terraform, emit: Emit) -> bool:
    """Follow a run that was left alone to its end, and say so; True if there was one. The stack's lock is held.

    Raises:
        StateAtRisk: it made what its state does not hold. Said once: the next command goes on from the state.
        Interrupted: we were asked to stop meanwhile.
    """
    run = terraform.recover()
    if run is None or not run.changes or run.ending == "not-started":
        return False
    if run.unrecorded:
        made = ", ".join(f"{address} ({identifier or 'id unknown'})" for address, identifier in run.unrecorded)
        raise StateAtRisk(
            f"Terraform was killed in an earlier run, and its state does not hold what it had just created: {made}.",
            hint="Look for these in AWS and delete them, or import them; then run the same command again.",
            details={"unrecorded": [list(pair) for pair in run.unrecorded]},
        )
    went_on = "continued after its command died" if run.followed else "had no command following it"
    emit(Note(f"An earlier {run.operation} {went_on}, {_ENDINGS[run.ending]}."))
    if run.in_flight and run.ending == "unknown":
        emit(
            Note(
                f"It may have been at work on {', '.join(run.in_flight)}; check AWS for resources that are not in the state.",
                level="warning",
            )
        )
    return True
