"""From the plans of a `fleet plan` to a run that applies them: which, and what may be lost."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import GuardRefused, Interrupted, InvalidInput
from aurora_cli.fleet.members import Member, read_files
from aurora_cli.json_input import as_dataclass
from aurora_cli.operations.fleet.places import Places, located
from aurora_cli.operations.fleet.plan import RISKS, MemberPlan, member_plan
from aurora_cli.operations.fleet.rollout.record import (
    FAILED,
    UNCHANGED,
    ClusterRecord,
    ClusterState,
    RolloutRecord,
    RolloutRun,
)
from aurora_cli.operations.fleet.rollout.start import begin_rollout, rollout_runs
from aurora_cli.operations.fleet.rollout.waves import limits_of, refuse_frozen, waves_of
from aurora_cli.operations.fleet.runs import FleetRun, runs_of

if TYPE_CHECKING:
    from datetime import datetime

    from aurora_cli.context import AppContext


@dataclass(frozen=True)
class Planned:
    """A run of `fleet plan`, as it is applied.

    Attributes:
        plans: the worst first, with the specs as they are now.
        specs: digest of each resolved spec that was planned, by name.
        places: where the specs were; None in records of version 0.1.
    """

    run: FleetRun
    plans: tuple[MemberPlan, ...]
    specs: Mapping[str, str]
    places: Places | None


def plan_run(app: AppContext, name: str | None) -> FleetRun:
    """The run of `fleet plan` that is to be applied; default: the newest one. Raises InvalidInput."""
    plans = [run for run in runs_of(app) if run.command == "plan"]
    found = [run for run in plans if name in (None, run.id)]
    if not found:
        hint = "List the runs: aurora-cli fleet runs" if plans else "Plan first: aurora-cli fleet plan"
        raise InvalidInput(
            f"There is no run {name} of fleet plan." if name else "There are no plans to apply.", hint=hint
        )
    run = found[-1]
    applied = next((one for one in rollout_runs(app) if one.applies == run.id), None)
    if applied is not None:
        way = f"Resume it: aurora-cli fleet resume {applied.id}. " if applied.progress.outcome != "done" else ""
        raise InvalidInput(
            f"The plans of {run.id} were applied by the run {applied.id}.", hint=f"{way}{_plan_again(run)}"
        )
    ends = [run.result(name).end for name in run.clusters]
    missing = sum(end is None or end.status == Interrupted.exit_status for end in ends)
    if missing:
        raise InvalidInput(
            f"The run {run.id} has no plan of {missing} of {len(ends)} clusters: it was interrupted, or still runs.",
            hint=f"Wait for its end, or: {_plan_again(run)}",
        )
    return run


def planned(run: FleetRun, folders: Sequence[Path] = ()) -> Planned:
    """The plans of a run.

    Args:
        folders: where the specs are now, as in `located`.

    Raises:
        InvalidInput.
    """
    specs, places = _specs(run), places_of(run)
    files = located(places, [one["file"] for one in specs.values()], folders)
    members = {str(member.path): member for member in read_files(map(Path, files))}
    found = [
        member_plan(_named(members[file], name), run.result(name)) for name, file in zip(specs, files, strict=True)
    ]
    found.sort(key=lambda one: (RISKS.index(one.risk), str(one.member.name)))
    digests = {name: one["spec"] for name, one in specs.items()}
    return Planned(run, tuple(found), digests, places and places.moved(folders))


def apply_record(
    found: Planned,
    now: datetime,
    allow: Sequence[str] = (),
    max_failures: int = 0,
    *,
    during_freeze: bool = False,
) -> RolloutRecord:
    """What applying plans comes to; nothing is written or changed.

    Args:
        allow: `CLUSTER=ADDRESS`: what the plans may delete or replace.

    Raises:
        InvalidInput: `allow` names what no plan has, or specs of two `fleet.yaml` with waves are in the run.
        GuardRefused: something would be lost that `allow` does not name, or it is the time of a freeze.
    """
    changing = {_name(one): one for one in found.plans if one.risk not in ("failed", UNCHANGED)}
    allowed = _allowed(changing, allow)
    _refuse_losses(changing.values(), allowed)
    members = [one.member for _, one in sorted(changing.items())]
    if not during_freeze:
        refuse_frozen(
            {str(one.name): one for one in members if one.valid}, now, "Apply later, or with --during-freeze."
        )
    clusters = {_name(one): _cluster(one, found.specs[_name(one)], allowed.get(_name(one), ())) for one in found.plans}
    return RolloutRecord(found.run.id, waves_of(members), clusters, max_failures, found.places)


def begin_apply(app: AppContext, record: RolloutRecord, plans: Sequence[MemberPlan]) -> RolloutRun:
    """A run that was approved. Raises InvalidInput where the home cannot be used."""
    states = {_name(one): ClusterState(UNCHANGED) for one in plans if one.risk == UNCHANGED}
    states |= {_name(one): ClusterState(FAILED, error=one.error) for one in plans if one.error}
    return begin_rollout(app, "apply", record, states)


def places_of(run: FleetRun) -> Places | None:
    """Where the specs of a run were; None where its record does not say."""
    try:
        return as_dataclass(Places, run.record["places"])
    except (KeyError, TypeError):
        return None


def _plan_again(run: FleetRun) -> str:
    places = places_of(run)
    return f"Plan again: {shlex.join(('aurora-cli', 'fleet', 'plan', *(places.words if places else ())))}"


def _specs(run: FleetRun) -> dict[str, dict[str, str]]:
    found = run.record.get("specs")
    good = isinstance(found, Mapping) and all(
        isinstance(one, dict) and {"file", "spec"} <= one.keys() for one in found.values()
    )
    if not good:
        raise InvalidInput(f"The record of the run {run.id} is not complete.", hint=_plan_again(run))
    return dict(run.record["specs"])


def _named(member: Member, name: str) -> Member:
    """The cluster that was planned, whatever its file says now: that makes it stale."""
    return replace(member, values={**member.values, "name": name})


def _name(plan: MemberPlan) -> str:
    return str(plan.member.name)


def _cluster(plan: MemberPlan, spec: str, allow: tuple[str, ...]) -> ClusterRecord:
    member, region = plan.member, plan.member.values.get("region")
    found = ClusterRecord(
        str(member.path), region, member.account, plan.risk, spec, plan.digest, allow, limits_of(member)
    )
    return replace(found, words=found.command)


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
