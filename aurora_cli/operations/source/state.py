"""What a cluster was made from, and what still has to be set once it is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from aurora_cli.errors import SpecInvalid
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.source.checks import check_origin
from aurora_cli.problem import Problem
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan
    from aurora_cli.terraform.state.state import StateResource

EMPTY = "empty"
_RESTORED = ("snapshot", "point_in_time", "clone", "s3")
_OF_A_REPLICA = frozenset({"replica-password", "replica-backtrack", "proxy-master-secret"})
_IN_STATE = {
    "snapshot_identifier": "snapshot",
    "s3_import": "s3",
    "replication_source_identifier": "replica_of",
}


def created_from_of(resources: Sequence[StateResource], recorded: str | None) -> str | None:
    """How the cluster of a state was made: `empty` or a kind of source; None when there is no cluster yet.

    A member of a global database replicates its primary, wherever that is now; it was made of nothing.

    Args:
        resources: Terraform's state.
        recorded: what the stack's record says; it outlives what a promotion takes out of the state.
    """
    cluster = next((r for r in resources if r.address == CLUSTER_ADDRESS), None)
    if cluster is None:
        return None
    if recorded is not None:
        return recorded
    in_global = bool(cluster.attributes.get("global_cluster_identifier"))
    for attribute, kind in _IN_STATE.items():
        if cluster.attributes.get(attribute) and not (kind == "replica_of" and in_global):
            return kind
    block = cluster.attributes.get("restore_to_point_in_time")
    if block:
        return "clone" if block[0].get("restore_type") == "copy-on-write" else "point_in_time"
    return EMPTY


def inherited_username(resources: Sequence[StateResource], created_from: str | None) -> str | None:
    """The master user that a cluster has from its source, as the state says; None for one with a user of its own.

    Args:
        created_from: as `created_from_of` gives it.
    """
    if created_from in (None, EMPTY, "s3"):
        return None
    cluster = next((r for r in resources if r.address == CLUSTER_ADDRESS), None)
    return cluster.attributes.get("master_username") if cluster else None


def refuse_as_replica(
    spec: ClusterSpec, created_from: str | None, skip_checks: Collection[str] = (), before: ClusterSpec | None = None
) -> None:
    """A replica is one without `source` in its spec too: what the rules refuse for a replica is refused for it still.

    Args:
        created_from: how the cluster was made; None if it is not there yet.
        skip_checks: names of checks that are left out.
        before: the spec that the cluster was last brought to: what it was accepted with is not refused again.

    Raises:
        SpecInvalid: with the problems that the rules on replicas find.
    """
    if created_from != "replica_of" or (spec.source is not None and spec.source.kind == created_from):
        return
    accepted = {p.check for p in _problems_as_replica(before)} if before else set()
    problems = [p for p in _problems_as_replica(spec) if p.check not in accepted.union(skip_checks)]
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise SpecInvalid(f"{spec.name} is a replica, even without `source`: the spec has {count}", problems=problems)


def _problems_as_replica(spec: ClusterSpec) -> list[Problem]:
    from aurora_cli.spec.model.source import Source as SourceSection
    from aurora_cli.spec.rules.all import check

    as_replica = spec.model_copy(update={"source": SourceSection.model_validate({"replica_of": "source"})})
    return [p for p in check(as_replica) if p.check in _OF_A_REPLICA]


class Source(Concern):
    """Where the data comes from counts until the cluster is there; then what it was created from does."""

    def read(self) -> None:
        """How the cluster was made, or a look at what it will be made from."""
        record = self.stack.record
        self.created_from = created_from_of(self.change.resources, record.created_from)
        arn = check_origin(self.app, self.spec) if self.created_from is None else record.source_arn
        refuse_as_replica(self.spec, self.created_from, self.options.skip_checks, self.context.before)
        self.values = {
            "created_from": self.created_from,
            "source_arn": arn,
            "master_username": inherited_username(self.change.resources, self.created_from),
        }

    def review(self, plan: Plan) -> Shown:
        """The second apply that a restore needs, and a change of `source` that has no effect any more."""
        before = self.context.before
        ignored = self.created_from is not None and before is not None and before.source != self.spec.source
        return Shown(self._left_out(), (self._ignored(),) if ignored else ())

    def after(self) -> None:
        """A restore does not accept every setting: what it left out is set by a second apply."""
        kind = self.spec.source.kind if self.spec.source else None
        if self.created_from is None and kind in _RESTORED:
            self.change.apply_again("what the restore left out")
        self.stack.update_record(created_from=self.created_from or kind or EMPTY)

    def _left_out(self) -> tuple[str, ...]:
        source, spec = self.spec.source, self.spec
        if self.created_from is not None or source is None or source.kind not in _RESTORED:
            return ()
        left = {
            "a new master password": spec.inherits,
            "IAM authentication": spec.credentials.iam_authentication and bool(source.snapshot),
            "the Data API": spec.data_api,
            "Insights": spec.monitoring.insights,
        }
        words = ", ".join(what for what, is_left in left.items() if is_left)
        return (f"Then apply the settings that a restore does not accept: {words}.",) if words else ()

    def _ignored(self) -> Problem:
        name = self.spec.name
        message = f"`source` has no effect: {name} already exists, and was created empty"
        if self.created_from != EMPTY:
            what = "keeps replicating as before" if self.created_from == "replica_of" else "keeps its data"
            message = f"the change of `source` has no effect: {name} already exists, and {what}"
        hint = "to restore or clone data, create a new cluster: aurora-cli restore NEW, or aurora-cli clone SOURCE NEW"
        return Problem("source", message, hint=hint, severity="warning", check="source-spent")
