"""The name under which the deletion of a cluster keeps its data.

Terraform deletes with the values in its *state* (hashicorp/terraform#15530), so a cluster carries the name from its creation on.
Each cluster gets one of its own: a fixed name would be taken when the cluster that replaced the first one goes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.restore.snapshots import snapshot_exists
from aurora_cli.errors import OperationFailed
from aurora_cli.operations.core.concern import Concern
from aurora_cli.terraform.state.addresses import CLUSTER_ADDRESS

if TYPE_CHECKING:
    from aurora_cli.terraform.plan.plan import Plan

# Behind the cluster's name: eight digits, nothing (the default of the files), or the time that earlier versions wrote.
_ENDING = re.compile(r"-final(-[0-9a-f]{8}|-\d{14}(-\d+)?)?")


def fresh_name(cluster: str, taken: Callable[[str], bool] = lambda name: False) -> str:
    """`<cluster>-final-` and eight random hexadecimal digits, so that nobody reads a time into it.

    Args:
        cluster: its name, at most 63 characters, as RDS has it; a snapshot's may have 255.
        taken: whether a name is in use.
    """
    while True:
        name = f"{cluster}-final-{secrets.token_hex(4)}"
        if not taken(name):
            return name


def is_final_name(snapshot: str, cluster: str) -> bool:
    """Whether the deletion of that cluster gave the snapshot its name."""
    return snapshot.startswith(cluster) and _ENDING.fullmatch(snapshot, len(cluster)) is not None


def carried(plan: Plan, address: str = CLUSTER_ADDRESS) -> Mapping[str, Any]:
    """The attributes, as in the state, of the cluster that the plan deletes or replaces; empty when it does neither."""
    change = plan.change(address)
    return change.before if change is not None and change.action in ("delete", "replace") else {}


def refuse_taken(rds: Any, plan: Plan) -> None:
    """Raise OperationFailed when the snapshot that a replacement would take exists already: AWS would refuse half-way."""
    name = carried(plan).get("final_snapshot_identifier")
    if name and not carried(plan).get("skip_final_snapshot") and snapshot_exists(rds, str(name)):
        raise OperationFailed(
            f"Nothing was changed: replacing the cluster takes the final snapshot {name}, but a snapshot of that name exists.",
            hint=f"Copy it if you need it, then: aws rds delete-db-cluster-snapshot --db-cluster-snapshot-identifier {name}",
        )


class FinalSnapshot(Concern):
    """The name that the cluster carries, and the next one where an allowed replacement takes that snapshot."""

    def read(self) -> None:
        """What the state says counts: another home, or Terraform by itself, may have chosen the name."""
        cluster = next((r for r in self.change.resources if r.address == CLUSTER_ADDRESS), None)
        kept = self.stack.record.final_snapshot_identifier
        self.values = {
            "final_snapshot_identifier": (cluster and cluster.attributes.get("final_snapshot_identifier")) or kept
        }

    def plans_again(self, plan: Plan) -> bool:
        """The cluster that an allowed replacement makes carries a name of its own."""
        if CLUSTER_ADDRESS not in self.options.allow or not carried(plan):
            return False
        refuse_taken(self.context.rds, plan)
        self.values = {"final_snapshot_identifier": fresh_name(self.spec.name)}
        return True
