"""How a change is to be carried out, what is shown and asked before anything happens, and what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from aurora_cli.events import Emit
from aurora_cli.problem import Problem
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

Effect = Literal["lost", "replaced", "restart", "failover", "exposed"]


@dataclass(frozen=True)
class Finding:
    """One consequence of the plan that a person must know before saying yes.

    Attributes:
        effect: `lost` (data or the way to it goes), `replaced` (made anew), `restart`, `failover`, or `exposed`
            (reachable from more places, or less protected).
        address: Terraform address, e.g. `aws_rds_cluster.this`.
        text: one sentence, e.g. "demo-1 (the writer) restarts: its class changes from db.r7g.large to db.r7g.xlarge".
        refused: True when the guard stops the run unless the address is allowed by name.
        allowed: True when the user allowed this address.
    """

    effect: Effect
    address: str
    text: str
    refused: bool = False
    allowed: bool = False


@dataclass(frozen=True)
class PlannedStep:
    """One step of an operation, as it is shown.

    Attributes:
        name: stable short name, e.g. `resize demo-2`.
        text: what is done.
        interruption: what stops meanwhile and for how long, or None.
        done: whether it has ended already, in an earlier run or by itself.
        elapsed_s: seconds that it took in this run; None when it was not run.
    """

    name: str
    text: str
    interruption: str | None = None
    done: bool = False
    elapsed_s: float | None = None


@dataclass(frozen=True)
class PlanReview:
    """A plan and what it means.

    Attributes:
        name, region: the cluster.
        operation: create, apply, scale, destroy or plan.
        target: `aws` or `sandbox`.
        plan: the Terraform plan as data; `plan.empty` when nothing changes.
        findings: consequences, refused ones first.
        warnings: doubtful values in the spec.
        resumed: True when an earlier run stopped half-way and this one goes on.
        again: True when this is the second showing, since the first plan went stale.
        steps: what happens beside Terraform's changes, in order, e.g. "fail over to demo-2".
        sequence: the steps of an operation that takes several; those already done are among them.
        remarks: sentences about this operation that a person should read.
        behind: what the steps do more exactly, as in `Shown`.
        cost: the estimated monthly cost of the spec at the end, and the difference, in its JSON form; None without such a spec.
        to: what an operation leads to, e.g. the engine version; None where it has no such target.
        account: number of the AWS account that the plan is about; None where nobody asked.
    """

    name: str
    region: str
    operation: str
    target: str
    plan: Plan
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Problem, ...] = ()
    resumed: bool = False
    again: bool = False
    steps: tuple[str, ...] = ()
    sequence: tuple[PlannedStep, ...] = ()
    remarks: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    cost: dict[str, Any] | None = None
    to: str | None = None
    account: str | None = None

    @property
    def changes(self) -> bool:
        """Whether anything would be done, by Terraform or beside it."""
        return not self.plan.empty or bool(self.steps) or any(not step.done for step in self.sequence)

    @property
    def refused(self) -> tuple[Finding, ...]:
        """Findings that stop the run."""
        return tuple(f for f in self.findings if f.refused and not f.allowed)

    @property
    def digest(self) -> str:
        """The same for two plans that do the same to the same cluster: what was approved of one holds for the other."""
        changes = [[change.to_dict(), _made(change), change.importing] for change in self.plan.changes]
        where = (self.name, self.account, self.region, self.target, *([self.to] if self.to else []))
        what = (*where, changes, [(f.effect, f.address, f.text) for f in self.findings])
        left = [(step.name, step.interruption) for step in self.sequence if not step.done]
        steps = (self.steps, self.behind, left)
        text = json.dumps([*what, *steps], default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        from aurora_cli.operations.core.results import about

        return {
            **about(self),
            "digest": self.digest,
            "operation": self.operation,
            "changed": False,
            "changes": self.changes,
            "summary": self.plan.counts(),
            "resource_changes": [c.to_dict() for c in self.plan.resource_changes if c.action not in ("no-op", "read")],
            "findings": [vars(f) for f in self.findings],
            "warnings": [{k: v for k, v in vars(p).items() if v is not None} for p in self.warnings],
            "resumed": self.resumed,
            "steps": list(self.steps) or [step.text for step in self.sequence if not step.done],
            "sequence": [vars(step) for step in self.sequence],
            "remarks": list(self.remarks),
            "cost": self.cost,
            **({"to": self.to} if self.to else {}),
        }


def _made(change: ResourceChange) -> dict[str, Any]:
    """The values of a resource that is created, which are not in `changed`. Until a stack exists, each plan draws a name anew."""
    made = change.after if change.action == "create" else {}
    return {name: value for name, value in made.items() if name != "final_snapshot_identifier"}


Approve = Callable[[PlanReview], bool]
"""Shows the review and asks; True goes on, False declines. Called for every plan that changes something, also with --yes."""


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
        file: the spec file that the spec comes from, as in `SpecRequest`; None for a command that changes the stored spec.
        write: write what the spec file says otherwise back into it.
        in_place: change the class of all instances at the same time, where one after another is the way otherwise.
        parallel: how many readers may get another class at the same time, where they do so one after another.
    """

    operation: str
    approve: Approve
    emit: Emit
    allow: Collection[str] = ()
    dry_run: bool = False
    password: str | None = field(default=None, repr=False)
    renew_password: bool = False
    skip_checks: Collection[str] = ()
    file: str | None = None
    write: bool = False
    in_place: bool = False
    parallel: int = 1


@dataclass(frozen=True)
class ChangeResult:
    """What a changing command did.

    Attributes:
        report: the cluster afterwards (a `ClusterReport`), or None for a dry run of a cluster that does not exist.
        review: the plan that was shown; None when nothing had to be planned.
        changed: whether anything was changed.
        dry_run: whether it stopped after the plan.
        summary: resources added, changed and destroyed by Terraform.
        sequence: the steps of an operation that takes several, with the seconds that each took.
        without_writer_s: seconds without a writer in this run, as seen from here and so at most; None when no step of it
            takes the writer away.
        spec_file: what the spec file says otherwise than the cluster has now (a `SpecFile`); None where nothing.
        verified: whether the last plan was empty, with no apply after it; False where none was made.
    """

    report: Any
    review: PlanReview | None
    changed: bool
    dry_run: bool = False
    summary: dict[str, int] = field(default_factory=dict)
    sequence: tuple[PlannedStep, ...] = ()
    without_writer_s: float | None = None
    spec_file: Any = None
    verified: bool = False


@dataclass(frozen=True)
class ReviewRefused:
    """Event: the guard is about to stop the run; the review shows why."""

    review: PlanReview
