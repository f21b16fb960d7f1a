"""What an adoption shows before it asks, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.operations.adopt.unmanaged import Unmanaged
from aurora_cli.operations.core.results import ClusterReport, about

if TYPE_CHECKING:
    from aurora_cli.hcl.adoption import Import
    from aurora_cli.operations.from_state.handover import Handover
    from aurora_cli.problem import Problem


@dataclass(frozen=True)
class AdoptReview:
    """An adoption before it happens.

    Attributes:
        spec: the spec as YAML, without defaults.
        imports: what Terraform takes over.
        tags: address -> tags that are added; the only change.
        unmanaged: what stays in other hands.
        advice: sentences on what to do next, e.g. to turn deletion protection on.
        warnings: doubtful values of the spec.
        handover: what to do where the cluster was managed before; None without --from-state.
    """

    name: str
    region: str
    target: str
    spec: str
    imports: tuple[Import, ...]
    tags: dict[str, dict[str, str]]
    unmanaged: tuple[Unmanaged, ...]
    advice: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    handover: Handover | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {
            **about(self),
            "operation": "adopt",
            "spec": self.spec,
            "imports": [{"address": one.address, "id": one.id} for one in self.imports],
            "tags": self.tags,
            "unmanaged": [vars(one) for one in self.unmanaged],
            "advice": list(self.advice),
            "warnings": [{k: v for k, v in vars(p).items() if v is not None} for p in self.warnings],
            "from_state": self.handover.to_dict() if self.handover else None,
        }


@dataclass(frozen=True)
class AdoptResult:
    """What an adoption did.

    Attributes:
        report: None after a dry run.
        file: the spec file that was written.
        removed_file: where the `removed` blocks for the other configuration are kept.
    """

    review: AdoptReview
    report: ClusterReport | None
    dry_run: bool
    file: str | None = None
    removed_file: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        document = self.review.to_dict()
        if self.report is not None:
            document["cluster"] = self.report.to_dict()
        if self.review.handover is not None:
            document["from_state"]["file"] = self.removed_file
        return {**document, "changed": self.report is not None, "dry_run": self.dry_run, "file": self.file}


ApproveAdoption = Callable[[AdoptReview], bool]
"""Shows the review and asks; False declines."""
