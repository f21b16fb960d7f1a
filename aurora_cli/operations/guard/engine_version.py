"""What a plan may do to the engine version: never back, and a major version or a global database's only by `upgrade`.

AWS refuses a downgrade and a major version without its flag, in the middle of an apply; the provider takes the members of a
global database along in an order that AWS does not want. Sources: RDS API, ModifyDBCluster; provider issues 27240, 30358.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aurora_cli.errors import SpecConflict
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.spec.facts.versions import goes_back, major_version
from aurora_cli.terraform.plan.plan import Plan

CLUSTER, GLOBAL = "aws_rds_cluster", "aws_rds_global_cluster"


@dataclass(frozen=True)
class VersionChange:
    """A change of the engine version in a plan."""

    type: str
    engine: str
    before: str
    after: str

    @property
    def back(self) -> bool:
        """Whether it leads to an older version."""
        return goes_back(self.before, self.after)

    @property
    def major(self) -> bool:
        """Whether the major version changes."""
        return major_version(self.engine, self.before) != major_version(self.engine, self.after)


def version_changes(plan: Plan) -> Iterator[VersionChange]:
    """The changes of engine versions of clusters that stay."""
    for change in plan.resource_changes:
        if change.type not in (CLUSTER, GLOBAL) or change.action != "update":
            continue
        before, after = change.before.get("engine_version"), change.after.get("engine_version")
        if isinstance(before, str) and isinstance(after, str) and before != after:
            yield VersionChange(change.type, str(change.before.get("engine")), before, after)


def refuse_backwards(plan: Plan, name: str) -> None:
    """Raise SpecConflict for a plan that leads to an older version: AWS has upgraded the cluster, or somebody has."""
    for change in version_changes(plan):
        if change.back:
            raise SpecConflict(
                f"{name} runs {change.before}, newer than {change.after} in the spec, and Aurora does not support downgrades.",
                hint=f"Update the spec to the running version: aurora-cli upgrade {name} --to {change.before}",
                details={"running": change.before, "spec": change.after},
            )


def refuse_versions(plan: Plan, name: str) -> None:
    """Raise SpecConflict for a change of version that a plain apply must not make."""
    refuse_backwards(plan, name)
    for change in version_changes(plan):
        hint = f"Upgrade first, and change the spec then: aurora-cli upgrade {name} --to {change.after}"
        if change.major:
            raise SpecConflict(
                f"{change.before} to {change.after} is a major upgrade: it needs a snapshot, new parameter groups and an outage.",
                hint=hint,
            )
        if change.type == GLOBAL and not f"{change.before}.".startswith(f"{change.after}."):
            raise SpecConflict(
                f"{name} is a global database: its Regions are upgraded one after another, the primary last.", hint=hint
            )


class NoDowngrade(Concern):
    """For operations that may change the version."""

    def review(self, plan: Plan) -> Shown:
        """Refuse an older version."""
        refuse_backwards(plan, self.spec.name)
        return Shown()


class SameVersion(Concern):
    """For an apply, which leaves the version to `upgrade`."""

    def review(self, plan: Plan) -> Shown:
        """Refuse another version."""
        refuse_versions(plan, self.spec.name)
        return Shown()
