"""The plans of the clusters of a fleet, by what they would do to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import Interrupted
from aurora_cli.events import Emit, Waiting, timed
from aurora_cli.operations.fleet.runs import FleetRun, Result, begin_run

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executor import Executor

RISKS = ("failed", "lost", "replaced", "failover", "restart", "exposed", "changed", "created", "unchanged")
"""What a plan would do, the worst first; `failed` where there is no plan."""
_TOLD = 20
"""How often it is told how many are done."""


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
            {key: self.plan.get(key) for key in ("summary", "resource_changes", "findings", "steps")}
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
    app: AppContext, members: Sequence[Member], words: Sequence[str], executor: Executor, emit: Emit
) -> FleetPlan:
    """Plan every cluster, by its own command; what fails is reported and stops no other.

    Args:
        members: valid ones.
        words: global options for each command.

    Raises:
        InvalidInput: the home cannot be used. SandboxFailed: the emulator does not start. Interrupted.
    """
    specs = {str(member.name): {"file": str(member.path), "spec": member.digest} for member in members}
    run = begin_run(app, "plan", list(specs), {"specs": specs})
    app.begin(emit)  # one emulator for all, before they all look for it
    with timed(emit, "plan", f"Planning {len(members)} cluster{'s' * (len(members) != 1)}"):
        for member in members:
            command = (*words, "--no-input", "plan", "-f", str(member.path), "-o", "json")
            executor.submit(run.task(str(member.name), command))
        _watch(run, executor, len(members), emit)
    found = [member_plan(member, run.result(str(member.name))) for member in members]
    return FleetPlan(run.id, tuple(sorted(found, key=lambda one: (RISKS.index(one.risk), str(one.member.name)))))


def _watch(run: FleetRun, executor: Executor, total: int, emit: Emit) -> None:
    """Until all have ended. The first Ctrl-C is passed on to those that run."""
    started, done, interrupted = monotonic(), 0, False
    while True:
        try:
            for ended in executor.watch():
                run.note(ended)
                done += 1
                if done * _TOLD // total != (done - 1) * _TOLD // total:
                    emit(Waiting("the plans", f"{done} of {total}", monotonic() - started))
            break
        except KeyboardInterrupt:
            if interrupted:
                raise
            interrupted = True
            executor.cancel()
    if interrupted:
        raise Interrupted(f"Interrupted after {done} of {total} plans; nothing was changed.")


def member_plan(member: Member, result: Result) -> MemberPlan:
    """The plan of a cluster, from what its command has written."""
    error = result.error
    plan = {} if error else result.document
    return MemberPlan(member, "failed" if error else _risk_of(plan), plan, error, str(result.log))


def _risk_of(plan: Mapping[str, Any]) -> str:
    findings = plan.get("findings") or []
    effects = {one.get("effect") for one in findings}
    for risk in RISKS[1:6]:
        if risk in effects:
            return risk
    summary = plan.get("summary") or {}
    if not plan.get("changes"):
        return "unchanged"
    return "created" if not any(summary.get(action) for action in ("update", "replace", "delete")) else "changed"
