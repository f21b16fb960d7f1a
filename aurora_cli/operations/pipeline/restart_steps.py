"""The step that restarts one instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aurora_cli.aws.modify.reboot import last_restart, reboot
from aurora_cli.operations.pipeline.step import Step

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Member
    from aurora_cli.operations.pipeline.context import OperationContext

WRITER_ALONE = (
    "It is the writer: no writes until it is back, usually within a minute or two; connections to it end. Without a reader "
    "there are no reads either."
)
READER = "Connections to it end; the other instances serve meanwhile."


def restart_step(context: OperationContext, identifier: str, *, waited: bool, writer: bool) -> Step:
    """Restart an instance and wait until it is back.

    Args:
        waited: whether parameters waited for the restart when the operation began: it is done when they no longer do.
        writer: whether it is the writer at that moment.
    """
    name = f"reboot {identifier}"

    def done() -> bool:
        if waited:
            member = context.member(identifier)
            return member is not None and not member.waits_for_reboot
        return _has_restarted(context, identifier)

    def run() -> str | None:
        context.healthy()
        context.remember(**{_fact(identifier): _last_restart(context, identifier)})
        reboot(context.rds, identifier)
        context.wait(lambda: _look(context, identifier), f"{identifier} to be back")
        return None

    return Step(name, f"Restart {identifier}", done, run, WRITER_ALONE if writer else READER, without_writer=writer)


def _fact(identifier: str) -> str:
    return f"restart of {identifier} before"


def _last_restart(context: OperationContext, identifier: str) -> str:
    """By the clock of AWS, since ours may go wrong; empty for none."""
    last = last_restart(context.rds, identifier)
    return last.isoformat() if last else ""


def _has_restarted(context: OperationContext, identifier: str) -> bool:
    before = context.fact(_fact(identifier))
    return before is not None and _last_restart(context, identifier) != before


def _look(context: OperationContext, identifier: str) -> tuple[Member | None, str | None]:
    """RDS says `available` for a moment after the call, so the event of the restart is waited for as well."""
    member = context.member(identifier)
    if member is not None and member.status != "available":
        return member, member.status
    return member, None if _has_restarted(context, identifier) else "not yet restarted"
