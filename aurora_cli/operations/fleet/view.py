"""The plans and the drift of a fleet for a pull request, and for what reads JUnit."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.fleet.markdown import row
from aurora_cli.fleet.report import Case, junit
from aurora_cli.operations.fleet.drift import DRIFTED, FAILED, FleetDrift
from aurora_cli.operations.fleet.plan import FleetPlan, MemberPlan

TITLE = "aurora-cli fleet plan"
_LONGEST = 60_000
"""Characters: GitHub takes 65,536 in a comment."""


def said_of(plan: MemberPlan) -> str:
    """What a plan would do, in one line."""
    if plan.error:
        return str(plan.error["message"])
    texts = [str(one.get("text")) for one in plan.findings]
    if texts:
        return " ".join(texts)
    counts = [(plan.count(action), action) for action in ("create", "update", "replace", "delete")]
    changes = ", ".join(f"{number} to {action}" for number, action in counts if number)
    return changes or " ".join(plan.remarks) or "matches its spec"


def as_markdown(plan: FleetPlan) -> str:
    """A summary that fits a comment on a pull request: counts, then a row for each cluster that is not unchanged."""
    counts = ", ".join(f"{number} {risk}" for risk, number in plan.counts.items() if number)
    lines = [f"**{TITLE}**: {counts or 'no clusters'}", ""]
    rows = list(_rows(plan))
    if rows:
        lines += ["| Cluster | Account | Region | Risk | What would happen |", "|---|---|---|---|---|"]
    length = sum(map(len, lines))
    for at, line in enumerate(rows):
        length += len(line) + 1
        if length > _LONGEST:
            lines += ["", f"{len(rows) - at} more are in the run `{plan.run}`."]
            break
        lines.append(line)
    return "\n".join(lines) + "\n"


def _rows(plan: FleetPlan) -> Iterator[str]:
    for one in plan.members:
        if one.risk != "unchanged" or one.remarks:
            yield row((one.member.name, one.member.account, one.member.values.get("region"), one.risk, said_of(one)))


def as_junit(plan: FleetPlan) -> str:
    """A test case for each cluster, failed where there is no plan, or where something would be lost or replaced."""
    severe = ("failed", "lost", "replaced")
    cases = [
        Case(str(one.member.name), one.member.file, *(([said], ()) if one.risk in severe else ((), [said])))
        for one in plan.members
        for said in [said_of(one)]
    ]
    return junit(TITLE, cases)


def drift_as_junit(drift: FleetDrift) -> str:
    """A test case for each cluster, failed where it has drifted or could not be compared."""
    cases = [
        Case(
            str(one.member.name),
            one.member.file,
            *((one.said, ()) if one.state in (FAILED, DRIFTED) else ((), one.said)),
        )
        for one in drift.members
    ]
    return junit("aurora-cli fleet drift", cases)
