"""The plans of the clusters of a fleet, by what they would do to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.events import Emit
from aurora_cli.operations.fleet.each import Answer, Work, answer, ask_each

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executors.executor import Executor
    from aurora_cli.operations.fleet.places import Places
    from aurora_cli.operations.fleet.runs import Result

RISKS = ("failed", "lost", "replaced", "failover", "restart", "exposed", "changed", "created", "unchanged")
"""What a plan would do, the worst first; `failed` where there is no plan."""


@dataclass(frozen=True)
class MemberPlan:
    """The plan of one cluster.

    Attributes:
        member: its spec.
        risk: one of `RISKS`.
        plan: as `aurora-cli plan -o json` gives it; empty where there is none.
        error: `{code, message, hint, exit_status}` of what went wrong, or None.
        log: file with the standard error of the command.
    """

    member: Member
    risk: str
    plan: Mapping[str, Any]
    error: Mapping[str, Any] | None
    log: str

    @property
    def digest(self) -> str | None:
        """As in `PlanReview`; None where there is no plan."""
        found = self.plan.get("digest")
        return found if isinstance(found, str) else None

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        """What a person must know before saying yes."""
        found = self.plan.get("findings")
        return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []

    @property
    def remarks(self) -> list[str]:
        """What else a person should know, e.g. that the profile changes."""
        found = self.plan.get("remarks")
        return [str(one) for one in found] if isinstance(found, list) else []

    def count(self, action: str) -> int:
        """Resources that the plan would `create`, `update`, `replace` or `delete`."""
        summary = self.plan.get("summary")
        found = summary.get(action) if isinstance(summary, Mapping) else None
        return found if isinstance(found, int) else 0

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        about = self.member.to_dict()
        kept = {key: about[key] for key in ("name", "file", "region", "account", "labels")}
        shown = (
            {key: self.plan.get(key) for key in ("summary", "resource_changes", "findings", "steps", "remarks")}
            if self.plan
            else {}
        )
        return {**kept, "risk": self.risk, "digest": self.digest, **shown, "error": self.error, "log": self.log}


@dataclass(frozen=True)
class FleetPlan:
    """The plans of a run, the worst first."""

    run: str
    members: tuple[MemberPlan, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many clusters have each risk."""
        found = Counter(member.risk for member in self.members)
        return {risk: found[risk] for risk in RISKS}

    @property
    def changes(self) -> bool:
        """Whether any plan has changes."""
        return any(member.risk not in ("failed", "unchanged") for member in self.members)

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {"run": self.run, "summary": self.counts, "members": [member.to_dict() for member in self.members]}


def fleet_plan(
    app: AppContext,
    members: Sequence[Member],
    words: Sequence[str],
    executor: Executor,
    emit: Emit,
    places: Places | None = None,
) -> FleetPlan:
    """Plan every cluster, by its own command; what fails is reported and stops no other.

    Args:
        members: valid ones.
        words: global options for each command.
        places: where the specs are.

    Raises:
        InvalidInput: the home cannot be used. SandboxFailed: the emulator does not start. Interrupted.
    """
    record: dict[str, Any] = {"places": asdict(places)} if places else {}
    specs = {str(member.name): {"file": str(member.path), "spec": member.digest} for member in members}
    app.begin(emit)  # one emulator for all, before they all look for it
    title = f"Planning {len(members)} cluster{'s' * (len(members) != 1)}"
    work = Work(
        "plan",
        lambda member: (*words, "plan", "-f", str(member.path), "-o", "json"),
        title,
        "plans",
        {"specs": specs, **record},
    )
    run, answers = ask_each(app, members, work, executor, emit)
    return as_plan(run, answers)


def as_plan(run: str, answers: Sequence[Answer]) -> FleetPlan:
    """The plans of a run, the worst first."""
    found = map(_member_plan, answers)
    return FleetPlan(run, tuple(sorted(found, key=lambda one: (RISKS.index(one.risk), str(one.member.name)))))


def member_plan(member: Member, result: Result) -> MemberPlan:
    """The plan of a cluster, from what its command has written."""
    return _member_plan(answer(member, result))


def _member_plan(found: Answer) -> MemberPlan:
    risk = "failed" if found.problem else risk_of(found.document)
    return MemberPlan(found.member, risk, found.document, found.problem, str(found.log))


def risk_of(plan: Mapping[str, Any]) -> str:
    """One of `RISKS`, of a plan as `-o json` gives it."""
    findings = plan.get("findings") or []
    effects = {one.get("effect") for one in findings}
    for risk in RISKS[1:6]:
        if risk in effects:
            return risk
    summary = plan.get("summary") or {}
    if not plan.get("changes"):
        return "unchanged"
    return "created" if not any(summary.get(action) for action in ("update", "replace", "delete")) else "changed"
