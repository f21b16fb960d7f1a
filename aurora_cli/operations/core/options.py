"""How a change is to be carried out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from aurora_cli.events import Emit
from aurora_cli.operations.core.review import Approve


@dataclass(frozen=True)
class RunOptions:
    """How a change is to be carried out.

    Attributes:
        operation: create, apply, scale or plan; as shown and as kept in the history.
        approve: shows the review and asks.
        emit: takes progress events.
        allow: Terraform addresses that the guard may let through.
        dry_run: stop after the plan, leave nothing behind.
        password: a master password from standard input.
        renew_password: send a new password although the cluster has one.
        skip_checks: names of checks that are left out.
    """

    operation: str
    approve: Approve
    emit: Emit
    allow: Collection[str] = ()
    dry_run: bool = False
    password: str | None = field(default=None, repr=False)
    renew_password: bool = False
    skip_checks: Collection[str] = ()
