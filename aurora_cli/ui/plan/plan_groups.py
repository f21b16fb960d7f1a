"""Sorts a plan into what a person asks: what is made, what changes, what restarts, what is replaced, what is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aurora_cli.operations.core.review import Effect, Finding, PlanReview
from aurora_cli.terraform.plan.plan import Plan, ResourceChange
from aurora_cli.ui.labels.attribute_labels import Line, label_of, lines_of, plain_words
from aurora_cli.ui.labels.resource_labels import HOLDS_DATA, Name, name_of, rank_of
from aurora_cli.ui.text import clean, listed, moment, sentence


@dataclass(frozen=True)
class Entry:
    """One resource, or one consequence without a resource of its own.

    Attributes:
        name: what it is called.
        address: Terraform address, secondary.
        lines: fields that change.
        notes: sentences: reasons and consequences.
    """

    name: Name
    address: str
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Entries under one heading.

    Attributes:
        title: the heading.
        mark: name of the symbol in `Symbols`.
        style: name of the style in the theme.
        entries: what is shown.
        brief: True when addresses are of little use and may be left out where there is no room.
    """

    title: str
    mark: str
    style: str
    entries: tuple[Entry, ...]
    brief: bool = False


_VERSION = ("engine_version", "engine_version_actual")


def groups_of(review: PlanReview) -> list[Group]:
    """The groups that have entries; the gravest last, next to the question that follows."""
    return [group for group in _all_groups(review) if group.entries]


def drift_of(plan: Plan) -> Group:
    """What was changed outside since the last run, as far as the plan takes it back or deals with it.

    AWS's own bookkeeping is no news, and neither is a value that the plan leaves as it is: an upgrade, say, which the RDS API has
    carried out for us.
    """
    acted_on = {c.address: c for c in plan.changes}
    entries = tuple(
        Entry(_name(c, plan), clean(c.address), _undone(c, acted_on[c.address]), _gone(c))
        for c in _ordered(plan.drift)
        if c.address in acted_on and (c.action != "update" or _undone(c, acted_on[c.address]))
    )
    return Group("Changed outside Terraform since the last run", "warning", "warning", entries)


def _gone(change: ResourceChange) -> tuple[str, ...]:
    return ("was deleted",) if change.action == "delete" else ()


def _undone(drifted: ResourceChange, planned: ResourceChange) -> tuple[Line, ...]:
    """Without the role, which moves with every failover, and the version of what goes, which moves with the cluster's."""
    if planned.action == "update":
        kept = {name for name in drifted.after if planned.after.get(name) == drifted.after[name]}
        left = tuple(one for one in drifted.changed if re.split(r"[.\[]", one.path)[0] not in kept)
        drifted = replace(drifted, changed=left)
    elif planned.action == "delete":
        drifted = replace(drifted, changed=tuple(one for one in drifted.changed if one.path not in _VERSION))
    return tuple(line for line in _lines(drifted) if line.label != "writer")


def source_of(plan: Plan) -> str | None:
    """Where the data of the cluster that the plan makes comes from, e.g. `a clone of orders`; None for an empty one."""
    made = [c for c in plan.changes if c.type == "aws_rds_cluster" and c.action == "create"]
    for values in (change.after for change in made):
        for block in values.get("restore_to_point_in_time") or ():
            source = _short(block.get("source_cluster_identifier") or block.get("source_cluster_resource_id"))
            if block.get("restore_type") == "copy-on-write":
                return f"a clone of {source}"
            return f"a restore of {source} to {moment(block.get('restore_to_time'), exact=True) or 'the latest time'}"
        if values.get("snapshot_identifier"):
            return f"a restore of the snapshot {_short(values['snapshot_identifier'])}"
        if values.get("replication_source_identifier"):
            return f"a replica of {_short(values['replication_source_identifier'])}"
    return None


def _short(identifier: Any) -> str:
    """The name in an ARN of RDS; else the text as it is."""
    text = clean(identifier or "another cluster")
    return text.split(":", 6)[-1] if text.startswith("arn:") else text


def removed_name(change: ResourceChange, plan: Plan) -> Name:
    """The friendly name of what a plan deletes."""
    return _name(change, plan)


def _all_groups(review: PlanReview) -> Iterator[Group]:
    plan, findings = review.plan, review.findings
    yield Group("To create", "made", "made", _entries(plan, "create"), brief=True)
    yield Group("To change in place", "changed", "changed", _changed(plan))
    yield Group("To keep in AWS, no longer managed", "kept", "changed", _entries(plan, "forget"))
    yield Group("Restarts and failovers", "warning", "warning", _consequences(findings, ("restart", "failover")))
    yield Group("Less protected", "warning", "warning", _consequences(findings, ("exposed",)))
    yield Group("To replace: destroyed and recreated", "replaced", "lost", _replaced(plan))
    yield Group("To destroy", "removed", "lost", _removed(plan, findings))
    yield Group("LOST", "lost", "lost", _lost(plan, findings))


def _entries(plan: Plan, action: str) -> tuple[Entry, ...]:
    return tuple(Entry(_name(c, plan), clean(c.address)) for c in _ordered(_with(plan, action)))


def _changed(plan: Plan) -> tuple[Entry, ...]:
    entries = (Entry(_name(c, plan), clean(c.address), _lines(c)) for c in _ordered(_with(plan, "update")))
    return tuple(e if e.lines else Entry(e.name, e.address, notes=("only values that AWS computes",)) for e in entries)


def _replaced(plan: Plan) -> tuple[Entry, ...]:
    def entry(change: ResourceChange) -> Entry:
        forced = {label_of(p) for p in change.replace_paths}
        lines = tuple(line for line in _lines(change) if not forced or line.label in forced)
        return Entry(_name(change, plan), clean(change.address), lines, (_reason(change),))

    return tuple(entry(c) for c in _ordered(_with(plan, "replace")))


def _reason(change: ResourceChange) -> str:
    if change.replace_paths:
        labels = list(dict.fromkeys(label_of(p) for p in change.replace_paths))
        return f"because {listed(labels)} cannot be changed in place"
    return _REASONS.get(change.reason or "", "because AWS cannot change it in place")


_REASONS = {
    "replace_because_tainted": "because an earlier run left it partially created",
    "replace_by_request": "because it was requested",
    "replace_by_triggers": "because something it depends on is replaced",
}


def _removed(plan: Plan, findings: Sequence[Finding]) -> tuple[Entry, ...]:
    refused = {f.address for f in findings if f.refused}
    changes = [c for c in _with(plan, "delete") if c.type not in HOLDS_DATA and c.address not in refused]
    return tuple(Entry(_name(c, plan), clean(c.address), notes=_texts(findings, c.address)) for c in _ordered(changes))


def _lost(plan: Plan, findings: Sequence[Finding]) -> tuple[Entry, ...]:
    removed = {e.address for e in _removed(plan, findings)}
    deleted = [c for c in _with(plan, "delete") if clean(c.address) not in removed]
    told = {c.address for c in deleted}
    entries = [Entry(_name(c, plan), clean(c.address), notes=_texts(findings, c.address)) for c in _ordered(deleted)]
    others = [f for f in findings if f.effect == "lost" and f.address not in told and clean(f.address) not in removed]
    return (*entries, *_of_findings(others))


def _consequences(findings: Sequence[Finding], effects: Sequence[Effect]) -> tuple[Entry, ...]:
    return _of_findings([f for f in findings if f.effect in effects])


def _of_findings(findings: Iterable[Finding]) -> tuple[Entry, ...]:
    return tuple(Entry(Name(plain_words(f.text)), clean(f.address)) for f in findings)


def _texts(findings: Sequence[Finding], address: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(sentence(plain_words(f.text)) for f in findings if f.address == address and f.effect == "lost")
    )


def _with(plan: Plan, action: str) -> list[ResourceChange]:
    return [c for c in plan.resource_changes if c.action == action and not c.data]


def _ordered(changes: Iterable[ResourceChange]) -> list[ResourceChange]:
    return sorted(changes, key=rank_of)


def _name(change: ResourceChange, plan: Plan) -> Name:
    values = {**change.before, **change.after} if change.action != "delete" else change.before
    name = name_of(change, values, among=plan.resource_changes)
    return Name(f"{name.text}, left over from an unfinished replacement", name.detail) if change.deposed else name


def _lines(change: ResourceChange) -> tuple[Line, ...]:
    return tuple(lines_of(change))
