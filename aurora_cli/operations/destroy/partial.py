"""Where a destroy stands that did not get to its end: what is gone, what is still there, and what is without its protection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.modify.reader_scaling import read_bounds, set_bounds
from aurora_cli.aws.modify.settings import is_open, protect

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.plan.plan import Plan

GLOBAL_PREFIX = "global:"
_NAMES = {
    "aws_rds_cluster": "cluster_identifier",
    "aws_rds_cluster_instance": "identifier",
    "aws_rds_global_cluster": "global_cluster_identifier",
}


@dataclass(frozen=True)
class PartialDestroy:
    """The middle of a destroy.

    Attributes:
        name: of the cluster.
        gone, left: clusters and instances by identifier, other resources by address.
        status: AWS's of the home Region's cluster; None if it is gone.
        protection: `off` where the destroy has lifted it, `restored` where it was set back, `on` where somebody else did so;
            None where there is none to speak of.
    """

    name: str
    gone: tuple[str, ...]
    left: tuple[str, ...]
    status: str | None
    protection: str | None

    def sentence(self) -> str:
        """For people."""
        cluster = [f"the cluster {self.name} ({self.status})"] if self.status else []
        others = [name for name in self.left if name != self.name]
        there = ", ".join([*cluster, *([_some(others)] if others else [])]) or "nothing"
        text = f"Already deleted: {_some(self.gone)}. Remaining: {there}."
        if self.protection == "on":
            text += " Its deletion protection is on: it was enabled meanwhile."
        return text

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"gone": list(self.gone), "left": list(self.left), "status": self.status, "protection": self.protection}


def _some(names: Iterable[str]) -> str:
    """Clusters and instances by name, the rest by number."""
    names = list(names)
    known = [name for name in names if not _is_address(name)]
    more = len(names) - len(known)
    rest = [f"{more} other resource{'s' if more > 1 else ''}"] if more else []
    return ", ".join([*known, *rest]) or "nothing"


def _is_address(name: str) -> bool:
    return "." in name


def parts(
    plan: Plan, state: Iterable[str], before: Iterable[str], now: Topology | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(gone, left) of what was to go.

    Args:
        plan: Terraform's, as it was when the destroy began.
        state: addresses that Terraform's state holds now.
        before: identifiers of the instances that ran when it began; some of them Terraform may not know.
        now: the live cluster of the home Region.
    """
    held = set(state)
    ours = {c.address: _name(c.type, c.before, c.address) for c in plan.resource_changes if c.action == "delete"}
    gone = [name for address, name in ours.items() if address not in held]
    left = [name for address, name in ours.items() if address in held]
    alive = {member.id for member in now.members if member.status != "deleting"} if now else set()
    gone += [name for name in before if name not in alive and name not in (*gone, *left)]
    left += [name for name in sorted(alive) if name not in (*gone, *left)]
    return tuple(gone), tuple(left)


def _name(kind: str, values: Any, address: str) -> str:
    return str(values.get(_NAMES[kind]) or address) if kind in _NAMES else address


def unprotected(app: AppContext, stack: Stack) -> list[str]:
    """What the destroy has lifted the protection of, as far as it is still there and still open.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    return [what for what in stack.record.unprotected if is_open(*_place(app, stack, what), is_global=_is_global(what))]


def set_back(app: AppContext, stack: Stack) -> list[str]:
    """Protect again what the destroy has opened, and let readers scale as before; gives what is protected now.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    found = unprotected(app, stack)
    for what in found:
        protect(*_place(app, stack, what), is_global=_is_global(what))
    was = stack.record.scaled_between
    scaling = app.aws(stack.record.region).client("application-autoscaling") if len(was) == 2 else None
    if scaling is not None and read_bounds(scaling, stack.name) == (0, 0):
        set_bounds(scaling, stack.name, (was[0], was[1]))
    return found


def _is_global(what: str) -> bool:
    return what.startswith(GLOBAL_PREFIX)


def _place(app: AppContext, stack: Stack, what: str) -> tuple[Any, str]:
    region = stack.record.region if _is_global(what) else what.split(":")[3]
    return app.aws(region).client("rds"), what.removeprefix(GLOBAL_PREFIX).rpartition(":")[2]
