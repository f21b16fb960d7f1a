"""What a destroy would take down, and what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aurora_cli.operations.core.results import InstanceInfo, about
from aurora_cli.terraform.plan.plan import Plan


@dataclass(frozen=True)
class DestroyReview:
    """What a destroy would take down.

    Attributes:
        instances: the live instances that go.
        plan: Terraform's destroy plan.
        final_snapshot_identifier: name of the snapshot that stays, or None when none is taken.
        deletion_protection: True when the protection is on and will be lifted.
        kept: sentences on what stays.
        resumed: True when an earlier destroy stopped half-way.
        dependants: sentences on the clones and replicas that hang on the cluster.
        remarks: sentences on what comes first, and on what Terraform does not know.
    """

    name: str
    region: str
    target: str
    instances: tuple[InstanceInfo, ...]
    plan: Plan
    final_snapshot_identifier: str | None
    deletion_protection: bool
    kept: tuple[str, ...] = ()
    resumed: bool = False
    dependants: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            **about(self),
            "operation": "destroy",
            "instances": [i.to_dict() for i in self.instances],
            "summary": self.plan.counts(),
            "resource_changes": [c.to_dict() for c in self.plan.changes],
            "final_snapshot_identifier": self.final_snapshot_identifier,
            "deletion_protection": self.deletion_protection,
            "kept": list(self.kept),
            "resumed": self.resumed,
            "dependants": list(self.dependants),
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True)
class DestroyResult:
    """What a destroy did.

    Attributes:
        final_snapshot_identifier: the snapshot that was kept, or None.
        restore_hint: how to get the data back, or None when there is no snapshot.
        log_groups: `region` and `name` of the log groups that stay, and the command that deletes each.
    """

    name: str
    region: str
    target: str
    changed: bool
    dry_run: bool
    final_snapshot_identifier: str | None
    review: DestroyReview
    restore_hint: str | None = None
    log_groups: tuple[dict[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            **about(self),
            "changed": self.changed,
            "dry_run": self.dry_run,
            "status": "destroyed" if self.changed else "unchanged",
            "final_snapshot_identifier": self.final_snapshot_identifier,
            "restore_hint": self.restore_hint,
            "log_groups": [dict(group) for group in self.log_groups],
            "review": self.review.to_dict(),
        }


Confirm = Callable[[DestroyReview], bool]
"""Shows the review and lets the user type the name; True goes on, False declines."""
