"""From the plans that were made to a run that applies them: which, what may be lost, in which waves, and whether now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import GuardRefused, InvalidInput
from aurora_cli.fleet.fleet_file import NAME
from aurora_cli.fleet.inherited import fleet_of
from aurora_cli.fleet.members import Member, read_files
from aurora_cli.fleet.rollout import Wave, divided
from aurora_cli.operations.fleet.plan import RISKS, MemberPlan, member_plan
from aurora_cli.operations.fleet.rollout.record import (
    FAILED,
    UNCHANGED,
    ApplyRecord,
    ApplyRun,
    ClusterRecord,
    ClusterState,
    WaveRecord,
)
from aurora_cli.operations.fleet.runs import FleetRun, begin_run, runs_of
from aurora_cli.spec.text.load import shown_path

if TYPE_CHECKING:
    from datetime import datetime

    from aurora_cli.context import AppContext


def apply_runs(app: AppContext) -> list[ApplyRun]:
    """The runs of `fleet apply`, the oldest first."""
    found = [ApplyRun(run.folder) for run in runs_of(app) if run.command == "apply"]
    return [run for run in found if run.started]


def apply_run(app: AppContext, name: str | None) -> ApplyRun:
    """A run of `fleet apply`; default: the newest one. Raises InvalidInput."""
    runs = apply_runs(app)
    found = [run for run in runs if name in (None, run.id)]
    if not found:
        hint = "List the runs: aurora-cli fleet runs" if runs else "Apply the newest plans: aurora-cli fleet apply"
        raise InvalidInput(
            f"There is no run {name} of fleet apply." if name else "No fleet apply was run here.", hint=hint
        )
    return found[-1]


def plan_run(app: AppContext, name: str | None) -> FleetRun:
    """The run of `fleet plan` that is to be applied; default: the newest one. Raises InvalidInput."""
    plans = [run for run in runs_of(app) if run.command == "plan"]
    found = [run for run in plans if name in (None, run.id)]
    if not found:
        hint = "List the runs: aurora-cli fleet runs" if plans else "Plan first: aurora-cli fleet plan"
        raise InvalidInput(
            f"There is no run {name} of fleet plan." if name else "There are no plans to apply.", hint=hint
        )
    applied = next((run for run in apply_runs(app) if run.applies == found[-1].id), None)
    if applied is not None:
        way = f"Resume it: aurora-cli fleet resume {applied.id}. " if applied.progress.outcome != "done" else ""
        raise InvalidInput(
            f"The plans of {found[-1].id} were applied by the run {applied.id}.",
            hint=f"{way}Plan again: aurora-cli fleet plan",
        )
    return found[-1]


def planned(run: FleetRun) -> list[MemberPlan]:
    """The plans of a run, the worst first, with the specs as they are now. Raises InvalidInput."""
    specs = _specs(run)
    members = {str(member.path): member for member in read_files(Path(one["file"]) for one in specs.values())}
    found = [member_plan(_named(members[one["file"]], name), run.result(name)) for name, one in specs.items()]
    return sorted(found, key=lambda one: (RISKS.index(one.risk), str(one.member.name)))


def apply_record(
    run: FleetRun,
    plans: Sequence[MemberPlan],
    now: datetime,
    allow: Sequence[str] = (),
    max_failures: int = 0,
    *,
    during_freeze: bool = False,
) -> ApplyRecord:
    """What applying plans comes to; nothing is written or changed.

    Args:
        run: of `fleet plan`.
        plans: of that run.
        allow: `CLUSTER=ADDRESS`: what the plans may delete or replace.

    Raises:
        InvalidInput: `allow` names what no plan has, or specs of two `fleet.yaml` with waves are in the run.
        GuardRefused: something would be lost that `allow` does not name, or it is the time of a freeze.
    """
    changing = {_name(one): one for one in plans if one.risk not in ("failed", UNCHANGED)}
    allowed = _allowed(changing, allow)
    _refuse_losses(changing.values(), allowed)
    members = [one.member for _, one in sorted(changing.items())]
    reason = None if during_freeze else frozen(members, now)
    if reason:
        raise GuardRefused(f"Nothing was changed: {reason}", hint="Apply later, or with --during-freeze.")
    specs = _specs(run)
    waves = tuple(
        WaveRecord(wave.name, tuple(str(one.name) for one in taken), wave.bake, wave.max_parallel, wave.max_replica_lag)
        for wave, taken in divided(_waves_of(members), members)
    )
    clusters = {_name(one): _cluster(one, specs[_name(one)]["spec"], allowed.get(_name(one), ())) for one in plans}
    return ApplyRecord(run.id, waves, clusters, max_failures)


def begin_apply(app: AppContext, record: ApplyRecord, plans: Sequence[MemberPlan]) -> ApplyRun:
    """A run that was approved. Raises InvalidInput where the home cannot be used."""
    states = {_name(one): ClusterState(UNCHANGED) for one in plans if one.risk == UNCHANGED}
    states |= {_name(one): ClusterState(FAILED, error=one.error) for one in plans if one.error}
    run = ApplyRun(begin_run(app, "apply", list(record.clusters)).folder)
    run.begin(record, states)
    return run


def members_of(run: ApplyRun) -> dict[str, Member]:
    """The specs of a run as they are now, by name; those that are not valid are left out."""
    found = read_files(Path(one.file) for one in run.plan.clusters.values())
    return {str(member.name): member for member in found if member.valid}


def frozen(members: Sequence[Member], now: datetime) -> str | None:
    """Why some of the clusters may not be changed now; None for nothing."""
    for member in members:
        for freeze in fleet_of(member.path.parent).file.freezes:
            if freeze.covers(now) and freeze.concerns(member):
                return f"{member.name} is frozen until {freeze.until}: {freeze.reason.rstrip('.')}."
    return None


def _specs(run: FleetRun) -> dict[str, dict[str, str]]:
    found = run.record.get("specs")
    good = isinstance(found, Mapping) and all(
        isinstance(one, dict) and {"file", "spec"} <= one.keys() for one in found.values()
    )
    if not good:
        raise InvalidInput(f"The record of the run {run.id} is not complete.", hint="Plan again: aurora-cli fleet plan")
    return dict(run.record["specs"])


def _named(member: Member, name: str) -> Member:
    """The cluster that was planned, whatever its file says now: that makes it stale."""
    return replace(member, values={**member.values, "name": name})


def _name(plan: MemberPlan) -> str:
    return str(plan.member.name)


def _cluster(plan: MemberPlan, spec: str, allow: tuple[str, ...]) -> ClusterRecord:
    member, region = plan.member, plan.member.values.get("region")
    limits = fleet_of(member.path.parent).file.limits.of(member.account, region)
    return ClusterRecord(str(member.path), region, member.account, plan.risk, spec, plan.digest, allow, limits)


def _allowed(changing: Mapping[str, MemberPlan], allow: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in allow:
        name, equals, address = text.partition("=")
        plan = changing.get(name)
        changes: Any = plan.plan.get("resource_changes") if plan else None
        if not equals or address not in {one.get("address") for one in changes or ()}:
            what = f"{name} has no such resource in its plan" if plan else f"the plans do not change a cluster '{name}'"
            raise InvalidInput(
                f"--allow cannot be '{text}': {what}.",
                hint="Write CLUSTER=ADDRESS with the address of the plan, in quotes: --allow 'orders=aws_rds_cluster.this'",
            )
        found[name] = (*found.get(name, ()), address)
    return found


def _refuse_losses(plans: Any, allowed: Mapping[str, tuple[str, ...]]) -> None:
    refused = [
        (_name(plan), str(one.get("address")), str(one.get("text")))
        for plan in plans
        for one in plan.findings
        if one.get("refused") and one.get("address") not in allowed.get(_name(plan), ())
    ]
    if refused:
        words = " ".join(f"--allow '{name}={address}'" for name, address, _ in dict.fromkeys(refused))
        said = " ".join(f"{name}: {text}" for name, _, text in refused)
        raise GuardRefused(f"Nothing was changed. {said}", hint=f"If that is what you want: {words}")


def _waves_of(members: Sequence[Member]) -> list[Wave]:
    fleets = {fleet.folder: fleet for member in members if (fleet := fleet_of(member.path.parent)).file.waves}
    if len(fleets) > 1:
        names = ", ".join(shown_path(str(folder / NAME)) for folder in sorted(fleets))
        raise InvalidInput(
            f"Two files say in which waves: {names}.", hint="Plan and apply their folders one after the other."
        )
    return [wave for fleet in fleets.values() for wave in fleet.file.waves]
