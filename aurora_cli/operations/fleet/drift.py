"""What was changed outside Terraform, in each cluster of a fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import ClusterNotFound
from aurora_cli.events import Emit
from aurora_cli.operations.fleet.columns import Column, of_the_spec
from aurora_cli.operations.fleet.each import Answer, Work, ask_each

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.fleet.members import Member
    from aurora_cli.operations.fleet.executors.executor import Executor

FAILED, DRIFTED, NOT_CREATED, IN_SYNC = "failed", "drifted", "not created", "in sync"
STATES = (FAILED, DRIFTED, NOT_CREATED, IN_SYNC)


@dataclass(frozen=True)
class MemberDrift:
    """One cluster.

    Attributes:
        answer: what `aurora-cli drift NAME -o json` said.
    """

    answer: Answer

    @property
    def member(self) -> Member:
        """Its spec."""
        return self.answer.member

    @property
    def state(self) -> str:
        """One of `STATES`."""
        problem = self.answer.problem
        if problem:
            return NOT_CREATED if problem["code"] == ClusterNotFound.code else FAILED
        return DRIFTED if self.answer.document.get("drift") else IN_SYNC

    @property
    def resources(self) -> list[Mapping[str, Any]]:
        """As in `drift`."""
        found: list[Mapping[str, Any]] = self.answer.document.get("resources") or []
        return found

    @property
    def said(self) -> list[str]:
        """A line for each resource that drifted, or why there is no answer; none of a cluster in sync."""
        problem = self.answer.problem
        return [str(problem["message"])] if problem else [_said_of(one) for one in self.resources]

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        error = self.answer.problem if self.state == FAILED else None
        return {**self.answer.to_dict(), "state": self.state, "resources": self.resources, "error": error}


@dataclass(frozen=True)
class FleetDrift:
    """The drift of a run; what needs a look comes first."""

    run: str
    members: tuple[MemberDrift, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many clusters are in each state."""
        found = Counter(member.state for member in self.members)
        return {state: found[state] for state in STATES}

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {"run": self.run, "summary": self.counts, "members": [member.to_dict() for member in self.members]}


def fleet_drift(
    app: AppContext, members: Sequence[Member], words: Sequence[str], executor: Executor, emit: Emit
) -> FleetDrift:
    """Compare Terraform's state with AWS, for every cluster; what fails is reported and stops no other.

    Args:
        words: global options for each command.

    Raises:
        InvalidInput: the home cannot be used. Interrupted.
    """
    title = f"Comparing {len(members)} cluster{'s' * (len(members) != 1)} with AWS"
    work = Work("drift", lambda member: (*words, "drift", str(member.name), "-o", "json"), title, "clusters")
    run, answers = ask_each(app, members, work, executor, emit)
    found = sorted(map(MemberDrift, answers), key=lambda one: (STATES.index(one.state), one.member.name or ""))
    return FleetDrift(run, tuple(found))


def _said_of(resource: Mapping[str, Any]) -> str:
    """`aws_rds_cluster.this: backup_retention_period expected 7, is 1`."""
    if resource["gone"]:
        return f"{resource['address']} was deleted."
    changes = [
        one["path"]
        if one["sensitive"]
        else f"{one['path']} expected {_shown(one['expected'])}, is {_shown(one['actual'])}"
        for one in resource["attributes"]
    ]
    return f"{resource['address']}: {'; '.join(changes)}"


def _shown(value: Any) -> str:
    """As JSON has it, without quotes."""
    from json import dumps

    return "nothing" if value in (None, "") else value if isinstance(value, str) else dumps(value, ensure_ascii=False)


def _member(row: MemberDrift) -> Member:
    return row.member


def _region(row: MemberDrift) -> str | None:
    return row.answer.region


LIVE: dict[str, Column[MemberDrift]] = {
    "state": Column("State", lambda row: row.state, lambda row: STATES.index(row.state)),
    "differences": Column("What differs", lambda row: " ".join(row.said) or None, lambda row: -len(row.resources)),
}
"""What `--where` knows beside the facts of specs: no field of a spec has such a name."""
COLUMNS = {**of_the_spec(_member), "region": Column("Region", _region), **LIVE}
