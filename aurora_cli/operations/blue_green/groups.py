"""The parameter groups of the green cluster: those that Terraform would make, read from its own plan and made by the API.

Terraform cannot make them itself: it would drop the old ones in the same run, and the blue cluster uses them until the cleanup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.engine.parameter_groups import Group, Kind
from aurora_cli.errors import InvalidInput

if TYPE_CHECKING:
    from aurora_cli.terraform.plan.plan import Plan, ResourceChange

_KINDS: dict[str, Kind] = {"aws_rds_cluster_parameter_group": "cluster", "aws_db_parameter_group": "instance"}
CLUSTER_GROUP, INSTANCE_GROUP = "aws_rds_cluster_parameter_group.this", "aws_db_parameter_group.this"
_EXPECTED = {
    "aws_rds_cluster": {"engine_version", "engine_version_actual", "db_cluster_parameter_group_name"},
    "aws_rds_cluster_instance": {"engine_version", "engine_version_actual", "db_parameter_group_name"},
}
"""What the green cluster brings along: attributes that differ in the plan of its spec until the switchover."""


@dataclass(frozen=True)
class NewGroups:
    """The groups that are made (by address), and those that they take the place of: (address, kind, name)."""

    made: tuple[tuple[str, Group], ...] = ()
    replaced: tuple[tuple[str, Kind, str], ...] = ()

    def name_at(self, address: str) -> str | None:
        """Name of the group that is made for an address; None if none is."""
        return next((group.name for where, group in self.made if where == address), None)


def groups_in(plan: Plan) -> NewGroups:
    """The groups that a plan makes or replaces."""
    changes = [c for c in plan.changes if c.type in _KINDS and c.action in ("create", "replace")]
    replaced = [(c.address, _KINDS[c.type], str(c.before["name"])) for c in changes if c.before]
    return NewGroups(tuple((c.address, _group(c)) for c in changes), tuple(replaced))


def refuse_other_differences(name: str, plan: Plan) -> None:
    """Raise InvalidInput when the cluster is not as its spec says: the plan after the switchover could not be empty."""
    unexpected = [c.address for c in plan.changes if not _is_expected(c)]
    if unexpected:
        raise InvalidInput(
            f"Nothing was changed: {name} differs from its spec in {', '.join(sorted(unexpected))}.",
            hint=f"Check with `aurora-cli drift {name}`, and apply its spec first: aurora-cli apply {name}",
        )


def _is_expected(change: ResourceChange) -> bool:
    if change.type in _KINDS:
        return change.action in ("create", "replace")
    paths = {one.path for one in change.changed}
    return change.action == "update" and paths <= _EXPECTED.get(change.type, set())


def _group(change: ResourceChange) -> Group:
    after = change.after
    parameters: list[dict[str, Any]] = list(after.get("parameter") or [])
    return Group(
        kind=_KINDS[change.type],
        name=str(after["name"]),
        family=str(after["family"]),
        description=str(after.get("description") or "Managed by Terraform"),
        parameters=tuple((p["name"], str(p["value"]), p.get("apply_method") or "immediate") for p in parameters),
        tags=dict(after.get("tags_all") or after.get("tags") or {}),
    )
