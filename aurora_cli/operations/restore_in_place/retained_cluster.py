"""The cluster that stands beside a stack's own: what the stack's record says of it, and what it gets called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from aurora_cli.errors import SpecConflict
from aurora_cli.hcl.names import bounded

if TYPE_CHECKING:
    from aurora_cli.stacks.stack import Stack

Kind = Literal["restored", "old"]
_LONGEST = 63


@dataclass(frozen=True)
class RetainedCluster:
    """A cluster that no Terraform manages, kept for now.

    Attributes:
        cluster: its identifier.
        kind: `restored` before it has taken the place of the stack's own, `old` for one whose place was taken.
        since: RFC 3339 in UTC.
        instances: identifier that an instance has, or had, in the stack -> its identifier now.
    """

    cluster: str
    kind: Kind
    since: str
    instances: Mapping[str, str] = field(default_factory=dict)

    def keep(self, stack: Stack) -> None:
        """Write it into the stack's record."""
        stack.update_record(aside=asdict(self))


def aside_of(stack: Stack) -> RetainedCluster | None:
    """The cluster that stands beside the stack's own, or None."""
    kept: Mapping[str, Any] = stack.record.aside
    return RetainedCluster(**kept) if kept else None


def beside(name: str, word: str, now: datetime) -> str:
    """A name beside that one: `orders-old-260301083000`; a long name is cut, and told apart from others by a hash."""
    ending = f"-{word}-{now:%y%m%d%H%M%S}"
    return bounded(name, _LONGEST - len(ending)) + ending


def sentence(stack_name: str, aside: RetainedCluster) -> str:
    """For `status`: what it is, and what can be done with it."""
    discard = f"aurora-cli restore {stack_name} --discard-old"
    if aside.kind == "restored":
        return f"{aside.cluster} was restored but never replaced {stack_name}. To delete it: {discard}"
    return (
        f"{aside.cluster} holds the data from before {aside.since[:16]}Z, and is billed. To go back to it: "
        f"aurora-cli restore {stack_name} --undo. To delete it: {discard}"
    )


def refuse_aside(stack: Stack, doing: str) -> None:
    """Raise SpecConflict while a cluster stands beside the stack's own and uses what the stack made."""
    aside = aside_of(stack)
    if aside is not None:
        raise SpecConflict(
            f"{aside.cluster} is retained beside {stack.name} and uses its network and parameter groups: {doing} {stack.name} is "
            "refused.",
            hint=f"Delete that one first: aurora-cli restore {stack.name} --discard-old",
        )
