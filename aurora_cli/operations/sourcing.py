"""What a cluster was made from, and what still has to be set once it is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aurora_cli.errors import Problem
from aurora_cli.terraform.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.spec.model import ClusterSpec
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.state import StateResource

EMPTY = "empty"
_RESTORED = ("snapshot", "point_in_time", "clone", "s3")
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
    return (f"Then set what a restore does not take: {', '.join(left)}.",) if left else ()


def spent_source(stack: Stack, spec: ClusterSpec, born: str | None) -> tuple[Problem, ...]:
    """A warning when `source` was changed, removed or added for a cluster that is there: it counts no more."""
    from aurora_cli.errors import AuroraError
    from aurora_cli.operations.stored import stored_spec

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
        return f"`source` has no effect: {spec.name} is there already, and started empty"
    what = "goes on replicating as before" if born == "replica_of" else "keeps its data"
    return f"the change of `source` has no effect: {spec.name} is there already, and {what}"


def _way(spec: ClusterSpec) -> str:
    return "data from elsewhere goes into a new cluster: aurora-cli restore NEW, or aurora-cli clone"
