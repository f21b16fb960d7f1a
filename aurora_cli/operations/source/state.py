"""What a cluster was made from, and what still has to be set once it is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from aurora_cli.errors import Problem, SpecInvalid
from aurora_cli.terraform.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.state import StateResource

EMPTY = "empty"
_RESTORED = ("snapshot", "point_in_time", "clone", "s3")
_OF_A_REPLICA = frozenset({"replica-password", "replica-backtrack", "proxy-master-secret"})
_IN_STATE = {
    "snapshot_identifier": "snapshot",
    "s3_import": "s3",
    "replication_source_identifier": "replica_of",
}


def born_of(resources: Sequence[StateResource], recorded: str | None) -> str | None:
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


def inherited_username(resources: Sequence[StateResource], born: str | None) -> str | None:
    """The master user that a cluster has from its source, as the state says; None for one with a user of its own.

    Args:
        born: as `born_of` gives it.
    """
    if born in (None, EMPTY, "s3"):
        return None
    cluster = next((r for r in resources if r.address == CLUSTER_ADDRESS), None)
    return cluster.attributes.get("master_username") if cluster else None


def refuse_as_replica(spec: ClusterSpec, born: str | None, skip_checks: Collection[str] = ()) -> None:
    """A replica is one without `source` in its spec too: what the rules refuse for a replica is refused for it still.

    Args:
        born: how the cluster was made; None if it is not there yet.
        skip_checks: names of checks that are left out.

    Raises:
        SpecInvalid: with the problems that the rules on replicas find.
    """
    if born != "replica_of" or (spec.source is not None and spec.source.kind == born):
        return
    from aurora_cli.spec.rules.all import check
    from aurora_cli.spec.source import Source

    as_born = spec.model_copy(update={"source": Source.model_validate({"replica_of": "source"})})
    problems = [p for p in check(as_born) if p.check in _OF_A_REPLICA - set(skip_checks)]
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise SpecInvalid(f"{spec.name} is a replica, even without `source`: the spec has {count}", problems=problems)


def finishing(spec: ClusterSpec, born: str | None) -> bool:
    """Whether a cluster was made just now by a restore, which does not take every setting."""
    return born is None and spec.source is not None and spec.source.kind in _RESTORED


def second_step(spec: ClusterSpec) -> tuple[str, ...]:
    """What happens after the cluster is made, in words; nothing for one that starts empty."""
    if not finishing(spec, None):
        return ()
    left = ["a new master password"] if spec.inherits else []
    left += (
        ["IAM authentication"] if spec.credentials.iam_authentication and spec.source and spec.source.snapshot else []
    )
    left += ["the Data API"] if spec.data_api else []
    left += ["Insights"] if spec.monitoring.insights else []
    return (f"Then apply the settings that a restore does not accept: {', '.join(left)}.",) if left else ()


def ignored_source_change(stack: Stack, spec: ClusterSpec, born: str | None) -> tuple[Problem, ...]:
    """A warning when `source` was changed, removed or added for a cluster that is there: it counts no more."""
    from aurora_cli.errors import AuroraError
    from aurora_cli.operations.core.stored import stored_spec

    if born is None or not stack.has_spec():
        return ()
    try:
        before = stored_spec(stack).spec.source
    except AuroraError:
        return ()
    if before == spec.source:
        return ()
    return (Problem("source", _spent(spec, born), hint=_way(spec), severity="warning", check="source-spent"),)


def _spent(spec: ClusterSpec, born: str) -> str:
    if born == EMPTY:
        return f"`source` has no effect: {spec.name} already exists, and was created empty"
    what = "keeps replicating as before" if born == "replica_of" else "keeps its data"
    return f"the change of `source` has no effect: {spec.name} already exists, and {what}"


def _way(spec: ClusterSpec) -> str:
    return "to restore or clone data, create a new cluster: aurora-cli restore NEW, or aurora-cli clone"
