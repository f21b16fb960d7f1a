"""The steps of an upgrade: snapshot, groups of the new family, the version itself, the end of the old groups, restarts.

The version is moved by the RDS API and not by Terraform: `allow_major_version_upgrade` is then in no file and no state, an
exact version can be reached where Terraform is given only the major one, and a global database is upgraded cluster by
cluster. Groups are made and deleted by Terraform, whose they are. Afterwards it finds the version of its configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.engine.engine_upgrade import await_version, runs, upgrade_cluster, upgrade_global
from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.modify.reboot import reboot
from aurora_cli.aws.restore.snapshots import await_snapshot, list_snapshots, snapshot_exists
from aurora_cli.events import waiting
from aurora_cli.operations.pipeline.provider_fixes import keep_minor_version
from aurora_cli.operations.pipeline.step import Decision, Step
from aurora_cli.operations.upgrade.clusters import UpgradeUnit
from aurora_cli.operations.upgrade.parameter_groups import Groups

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext

MINOR = (
    "Every instance of {cluster} restarts, readers too: typically some tens of seconds without connections, and fewer where "
    "AWS can patch without downtime."
)
MAJOR = "The whole cluster {cluster} is down, readers too: ten minutes are common, and a large one takes much longer."
EVERYWHERE = "Every Region of the global database is down at the same time: ten minutes are common, often more."
_WINDOW = "In the maintenance window {window} UTC: {words}"
_RESTART_OF_WRITER = (
    "No writes until {name} is back, up to a minute or two; connections to it and to the writer endpoint end."
)
_RESTART = "Connections to {name} end; it is unavailable for up to a minute or two."


class UpgradeSteps:
    """Makes the steps from the facts that were decided; see `upgrade.Upgrade.decide` for them."""

    def __init__(self, context: OperationContext, decision: Decision) -> None:
        self.context, self.decision = context, decision
        self.facts: Mapping[str, Any] = decision.facts
        self.places = [UpgradeUnit.from_facts(context, one) for one in self.facts["places"]]
        self.version: str = self.facts["version"]
        self.major: bool = self.facts["major"]
        keys = decision.keys or context.stack.record.instance_keys
        self.groups = Groups(context, self.version, keys)

    def all(self) -> Sequence[Step]:
        """In order; none where the cluster runs the version already."""
        if not self.places:
            return []
        steps = [self._snapshot(self.places[-1])] if self.facts["snapshot"] else []
        if self.major and self.facts["makes_groups"]:
            steps.append(self._make_groups())
        if self.major and self.facts["global"]:
            steps.append(self._upgrade_everywhere())
        else:
            steps += [self._upgrade(place) for place in self.places]
        return [*steps, *self._afterwards()] if self.major else steps

    def _afterwards(self) -> list[Step]:
        steps = [self._take_over()] if self.decision.desired is not None else []
        return steps + [self._restart(place, name) for place in self.places for name in place.members]

    # --- before ---

    def _snapshot(self, place: UpgradeUnit) -> Step:
        name: str = self.facts["snapshot"]

        def done() -> bool:
            return any(one.status == "available" for one in list_snapshots(place.rds, None, name))

        def run() -> str:
            if not snapshot_exists(place.rds, name):
                with aws_errors(f"taking the snapshot {name}"):
                    place.rds.create_db_cluster_snapshot(
                        DBClusterIdentifier=place.cluster, DBClusterSnapshotIdentifier=name
                    )
            await_snapshot(
                place.rds,
                name,
                clock=self.context.app.clock,
                waiting=waiting(self.context.emit),
            )
            return f"kept: aurora-cli snapshot list {place.cluster}"

        return Step("snapshot", f"Take the snapshot {name}, which is kept", done, run)

    def _make_groups(self) -> Step:
        text = f"Create parameter groups of {self.facts['family']}; the current ones are kept"

        def run() -> None:
            self.groups.make()

        return Step("groups", text, lambda: self._reached() or self.groups.made(), run)

    # --- the version ---

    def _upgrade(self, place: UpgradeUnit) -> Step:
        later, name = self.facts["in_window"], place.cluster
        words = (MAJOR if self.major else MINOR).format(cluster=name)
        text = f"Upgrade {name} in {place.region} from {self.facts['running']} to {self.version}"

        def done() -> bool:
            topology = place.live()
            return runs(topology, self.version) or (later and topology.pending.get("EngineVersion") == self.version)

        def run() -> str | None:
            place.wait_until_stable()
            if not done():
                upgrade_cluster(
                    place.rds,
                    name,
                    self.version,
                    cluster_group=self.facts["cluster_group"],
                    instance_group=self.facts["instance_group"],
                    major=self.major,
                    at_once=not later,
                )
            if later:
                return (
                    f"AWS upgrades in the window {self.facts['window']} UTC; until then "
                    f"`aurora-cli status {place.cluster}` shows it as pending"
                )
            self._await(place)
            return None

        if later:
            window = self.facts["window"]
            told = f"Schedule the upgrade of {name} to {self.version} in its maintenance window ({window} UTC)"
            return Step("schedule", told, done, run, _WINDOW.format(window=window, words=words))
        return Step(f"upgrade {name}", text, done, run, words, without_writer=place == self.places[-1])

    def _upgrade_everywhere(self) -> Step:
        identifier: str = self.facts["global"]

        def run() -> None:
            for place in self.places:
                place.wait_until_stable()
            if not self._reached():
                upgrade_global(self.places[-1].rds, identifier, self.version)
            for place in self.places:
                self._await(place)

        text = (
            f"Upgrade the global database {identifier} from {self.facts['running']} to {self.version}, in all Regions"
        )
        return Step(f"upgrade {identifier}", text, self._reached, run, EVERYWHERE, without_writer=True)

    def _reached(self) -> bool:
        return all(runs(place.live(), self.version) for place in self.places)

    def _await(self, place: UpgradeUnit) -> None:
        await_version(
            place.rds,
            place.cluster,
            self.version,
            clock=self.context.app.clock,
            waiting=waiting(self.context.emit),
        )

    # --- after a major version ---

    def _take_over(self) -> Step:
        """Never taken for done: what it does a second time changes nothing."""

        def run() -> None:
            assert self.decision.desired is not None
            self.context.keys()  # a remote state needs its init first
            keep_minor_version(self.context.terraform, self.decision.desired.spec)
            self.groups.take_over(self.decision.desired.spec)

        text = f"Use the groups of {self.facts['family']}, and delete the old ones"
        return Step("drop groups", text, lambda: False, run)

    def _restart(self, place: UpgradeUnit, name: str) -> Step:
        """The new groups count from the restart after the upgrade on (Aurora User Guide)."""

        def waits() -> bool:
            return any(m.id == name and m.waits_for_reboot for m in place.live().members)

        def look() -> tuple[None, str | None]:
            member = next((m for m in place.live().members if m.id == name), None)
            if member is None or (member.status == "available" and not member.waits_for_reboot):
                return None, None
            return None, member.status if member.status != "available" else "not yet restarted"

        def run() -> None:
            place.wait_until_stable()
            if waits():
                reboot(place.rds, name)
                self.context.wait(look, f"{name} to be back")

        text = f"Restart {name}, if parameters are pending"
        writer = place == self.places[-1] and name == place.members[-1]
        return Step(
            f"restart {name}",
            text,
            lambda: self._reached() and not waits(),
            run,
            (_RESTART_OF_WRITER if writer else _RESTART).format(name=name),
            without_writer=writer,
        )
