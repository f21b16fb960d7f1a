"""What a plan would change on an adopted cluster: bookkeeping, or a difference that refuses the adoption."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aurora_cli.errors import NotAdoptable
from aurora_cli.spec.layers.arguments import field_of
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

_TERRAFORM_ONLY = frozenset({"skip_final_snapshot", "final_snapshot_identifier", "delete_automated_backups"})
"""Arguments of the cluster whose change sends no call (provider, update of aws_rds_cluster)."""
_TAGS = ("tags", "tags_all")


@dataclass(frozen=True)
class Difference:
    """A value that a plan would change.

    Attributes:
        address, path: the resource and its attribute.
        in_aws: the value that is there.
        in_spec: the value that the spec leads to.
        field: where the spec says it; None where it has no place.
    """

    address: str
    path: str
    in_aws: Any
    in_spec: Any
    field: str | None

    @property
    def text(self) -> str:
        """One sentence."""
        where = f"set {self.field}" if self.field else "the spec has no field for it"
        return f"{self.address}: {self.path} is {_plain(self.in_aws)} in AWS, and would become {_plain(self.in_spec)} ({where})"


def differences_of(plan: Plan) -> tuple[Difference, ...]:
    """Everything in the plan that is more than bookkeeping."""
    return tuple(found for change in plan.changes for found in _of(change))


def tagged_by(plan: Plan) -> dict[str, dict[str, str]]:
    """Address -> tags that the plan adds to it."""
    added = {}
    for change in plan.changes:
        before, after = _tags(change.before), _tags(change.after)
        new = {key: value for key, value in after.items() if key not in before}
        if new and change.action == "update":
            added[change.address] = new
    return added


def refuse_differences(name: str, plan: Plan) -> None:
    """Raise NotAdoptable if the plan would change more than bookkeeping; every difference is listed."""
    found = differences_of(plan)
    if not found:
        return
    count = "1 value differs" if len(found) == 1 else f"{len(found)} values differ"
    raise NotAdoptable(
        f"{name} cannot be adopted unchanged: {count}. " + "; ".join(one.text for one in found) + ".",
        hint="Specify the value in AWS with --set FIELD=VALUE, or change it in AWS first. Nothing was changed.",
        details={"differences": [{**vars(one), "text": one.text} for one in found]},
    )


def _of(change: ResourceChange) -> Iterator[Difference]:
    if change.action != "update":
        planned = {"create": "made", "delete": "deleted", "replace": "replaced", "forget": "forgotten"}
        wanted = planned.get(change.action, change.action)
        paths = ", ".join(change.replace_paths)
        yield Difference(
            change.address, paths or "the resource", "not there" if wanted == "made" else "there", wanted, None
        )
        return
    for one in change.changed:
        top = one.path.partition(".")[0].partition("[")[0]
        if top in _TERRAFORM_ONLY or (top in _TAGS and _only_adds(change)):
            continue
        yield Difference(change.address, one.path, one.before, one.after, field_of(change.type, top))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _only_adds(change: ResourceChange) -> bool:
    before, after = _tags(change.before), _tags(change.after)
    return all(after.get(key) == value for key, value in before.items())


def _tags(values: Mapping[str, Any]) -> dict[str, str]:
    tags = values.get("tags_all") or values.get("tags") or {}
    return dict(tags) if isinstance(tags, Mapping) else {}
