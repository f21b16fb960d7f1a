"""Move a cluster to another DB subnet group: AWS does it in place, with an outage; spec and Terraform's state follow.

Terraform would replace the cluster for it: to the provider the subnet group is fixed (RDS API ModifyDBCluster.DBSubnetGroupName,
which also says what AWS does not move).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.describe import first, require_cluster
from aurora_cli.aws.modify.settings import move_to_subnet_group
from aurora_cli.errors import InvalidInput, OperationFailed
from aurora_cli.operations.blue_green.blockers import blockers, refuse
from aurora_cli.operations.blue_green.inputs import situation_of
from aurora_cli.operations.core.rendered import write_rendered
from aurora_cli.operations.core.specs import stored_layer, stored_spec
from aurora_cli.operations.day_two.failover import require_available
from aurora_cli.operations.pipeline.engine import run_operation
from aurora_cli.operations.pipeline.step import Decision, Operation, Step, refuse_harm, typed
from aurora_cli.operations.spec_file.store import store_spec

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.core.review import ChangeResult, RunOptions
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack
    from aurora_cli.terraform.plan.plan import ResourceChange

MOVE_TIMEOUT_S = 2 * 3600.0
_BLOCKING = frozenset(
    {"stopped", "deployment", "global-database", "replica", "replicated", "proxy", "zero-etl", "activity-stream"}
)
"""What of all that blocks a blue/green deployment blocks a move, too."""
_OUTAGE = (
    "All connections end, and the cluster cannot be reached until it is in the other subnets, usually for some minutes."
)


def move(app: AppContext, cluster: str, *, subnet_group: str, options: RunOptions) -> ChangeResult:
    """Move a cluster to another DB subnet group of its VPC, and wait until it is available there.

    Raises:
        InvalidInput: the network is the stack's own, the group does not exist, is in another VPC or lacks a zone, or AWS does
        not move the cluster. What `run_operation` raises.
    """
    return run_operation(app, cluster, Move(cluster, subnet_group), options)


@dataclass(frozen=True)
class Move(Operation):
    """The operation."""

    cluster: str
    subnet_group: str
    name = "move"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was asked for."""
        return {"subnet_group": self.subnet_group}

    @property
    def command(self) -> tuple[str, ...]:
        """The words that go on with it."""
        return typed("move", self.cluster, subnet_group=self.subnet_group)

    def decide(self, context: OperationContext) -> Decision:
        """Refuse what AWS refuses, and keep the security groups and the kind of addresses, which AWS would reset."""
        topology = context.live()
        require_available(topology)
        if context.spec.network.subnet_group is None:
            raise InvalidInput(
                f"The subnet group of {self.cluster} belongs to its stack, so the cluster stays in it.",
                hint="A cluster with `network.subnet_group` can be moved. Clone this one into it, or restore a snapshot.",
            )
        live = require_cluster(context.rds, self.cluster)
        now = str(live.get("DBSubnetGroup"))
        if now == self.subnet_group:
            raise InvalidInput(
                f"{self.cluster} is in the subnet group {now} already.", hint=f"aurora-cli status {self.cluster}"
            )
        found = [
            one for one in blockers(situation_of(context, topology, context.spec, major=False)) if one.code in _BLOCKING
        ]
        refuse(self.cluster, found, "a move")
        self._refuse_unfit(context, now, {m.zone for m in topology.members if m.zone})
        facts = {
            "group": self.subnet_group,
            "security_groups": [one["VpcSecurityGroupId"] for one in live.get("VpcSecurityGroups", ())],
            "network": str(live.get("NetworkType") or "IPV4"),
        }
        return Decision(facts)

    def _refuse_unfit(self, context: OperationContext, now: str, zones: set[str]) -> None:
        old, new = _group(context.rds, now), _group(context.rds, self.subnet_group)
        if new is None:
            raise InvalidInput(
                f"{context.spec.region} has no DB subnet group {self.subnet_group}.",
                hint="List them: aws rds describe-db-subnet-groups --query 'DBSubnetGroups[].DBSubnetGroupName'",
            )
        if old is not None and old["VpcId"] != new["VpcId"]:
            raise InvalidInput(
                f"{self.subnet_group} is in {new['VpcId']}, and {self.cluster} with its security groups in {old['VpcId']}.",
                hint="Use a subnet group of the same VPC, or restore a snapshot into a new cluster in the other VPC.",
            )
        there = {subnet["SubnetAvailabilityZone"]["Name"] for subnet in new["Subnets"]}
        if zones - there:
            lacking = ", ".join(sorted(zones - there))
            raise InvalidInput(
                f"{self.subnet_group} has no subnet in {lacking}, where instances of {self.cluster} are.",
                hint="Add a subnet there to the group, or use another group.",
            )

    def steps(self, context: OperationContext, decision: Decision) -> Sequence[Step]:
        """The move, then spec, state and an empty plan."""
        facts = decision.facts
        name, group = context.spec.name, str(facts["group"])

        def moved() -> bool:
            live = require_cluster(context.rds, name)
            return live.get("DBSubnetGroup") == group and live.get("Status") == "available"

        def run() -> str | None:
            if require_cluster(context.rds, name).get("DBSubnetGroup") != group:
                move_to_subnet_group(context.rds, name, group, facts["security_groups"], facts["network"])
            seen: list[str] = []
            context.wait(lambda: _look(context, group, seen), f"{name} to be in {group}", timeout_s=MOVE_TIMEOUT_S)
            return None

        def store() -> str | None:
            store_spec(context.app, context.stack, _with_group(context.stack, group), context.options)
            context.spec = stored_spec(context.stack).spec
            return None

        def follow() -> str | None:
            write_rendered(context.stack, context.spec)
            context.terraform.init()
            context.refresh_state()
            return None

        def settle() -> str | None:
            context.bring_to_spec(refuse_harm(name, _in_place))
            return None

        return [
            Step("move", f"Move {name} to the subnet group {group}", moved, run, _OUTAGE, without_writer=True),
            Step("spec", f"Store the spec with {group}", lambda: _stored_group(context) == group, store),
            Step("state", "Update Terraform state", lambda: False, follow),
            Step("settle", "Verify that the plan is empty", lambda: False, settle),
        ]


def _look(context: OperationContext, group: str, seen: list[str]) -> tuple[None, str | None]:
    """What is awaited, None at the end; `seen` holds the statuses of the move.

    Raises:
        OperationFailed: AWS has returned the cluster to its former group.
    """
    live, name = require_cluster(context.rds, context.spec.name), context.spec.name
    status = str(live.get("Status"))
    if status != "available":
        seen.append(status)
    elif live.get("DBSubnetGroup") == group:
        return None, None
    elif seen:
        raise OperationFailed(
            f"AWS could not move {name}, and has returned it to the subnet group {live.get('DBSubnetGroup')}.",
            hint=f"The events of the cluster say why. Give up: aurora-cli abandon {name}",
        )
    return None, status


def _group(rds: Any, name: str) -> dict[str, Any] | None:
    call, doing = rds.describe_db_subnet_groups, f"reading the subnet group {name}"
    return first(call, "DBSubnetGroups", doing, DBSubnetGroupName=name)


def _stored_group(context: OperationContext) -> str | None:
    return stored_spec(context.stack).spec.network.subnet_group


def _with_group(stack: Stack, group: str) -> Resolved:
    from aurora_cli.spec.resolve.resolve import Layer, Resolved, resolve
    from aurora_cli.spec.rules.all import check_names

    before = stored_spec(stack)
    layer = Layer({"network": {"subnet_group": group}}, "move")
    resolved = resolve([stored_layer(stack), layer], skip_checks=set(check_names()))
    return Resolved(resolved.spec, {**resolved.origins, **before.origins, "network.subnet_group": "move"})


def _in_place(change: ResourceChange) -> bool:
    return change.action == "update"
