"""What AWS would refuse of a change for reasons that the spec alone does not show: what the cluster did before, where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.core.concern import Concern, Shown
from aurora_cli.operations.preflight.quotas import CLUSTER, changed_cluster
from aurora_cli.terraform.plan.plan import Plan, ResourceChange
from aurora_cli.terraform.state.addresses import inner, region_of

GLOBAL_CLUSTER, INSTANCE, SUBNET = "aws_rds_global_cluster", "aws_rds_cluster_instance", "aws_subnet"
_OPTIMIZED, _LIFECYCLE = "aurora-iopt1", "engine_lifecycle_support"
_SECRET_KEY, _MANAGED = "master_user_secret_kms_key_id", "manage_master_user_password"
_DIRECTORY_ROLE = "aws_iam_role.directory"


class RefusedByAws(Concern):
    """What AWS is known to refuse for this cluster, said before anything is changed."""

    def review(self, plan: Plan) -> Shown:
        """Refuse it, and a change of a stopped cluster."""
        topology, secondaries, name = self.change.topology, self.change.regions.secondaries, self.spec.name
        refuse_what_aws_refuses(plan, topology, self.app.clock.now())
        refuse_used_subnets(plan, lambda region: secondaries.get(region) if region else topology, name)
        if topology is not None and topology.status == "stopped" and not plan.empty and not self.options.dry_run:
            raise InvalidInput(f"{name} is stopped and cannot be changed.", hint=f"aurora-cli start {name}")
        return Shown()


def refuse_what_aws_refuses(plan: Plan, topology: Topology | None, now: datetime) -> None:
    """Raise InvalidInput for a change that AWS is known to refuse for this cluster; nothing has been changed by then."""
    for change in plan.resource_changes:
        if change.type == GLOBAL_CLUSTER and change.action == "update" and _differs(change, _LIFECYCLE):
            raise InvalidInput(
                "Nothing was changed: AWS does not change Extended Support of an existing global database.",
                hint="Keep the value of `extended_support` with which the global database was created.",
            )
        if inner(change.address) == _DIRECTORY_ROLE and change.action == "replace":
            raise InvalidInput(
                "Nothing was changed: the role for the directory cannot be recreated while the cluster uses it, since the name "
                "of an IAM role is unique.",
                hint="Remove `credentials.domain`, apply, and set it again together with the new `roles.path`.",
            )
    for change in changed_cluster(plan):
        _refuse_early_switch(change, topology, now)
        if _turns_on(change, "backtrack_window"):
            raise InvalidInput(
                "Nothing was changed: AWS does not enable backtrack for a cluster that was created without it.",
                hint="Leave `backup.backtrack` out, or restore a snapshot into a new cluster that has it from the start.",
            )
        if _differs(change, _SECRET_KEY) and change.before.get(_MANAGED) and change.after.get(_MANAGED):
            raise InvalidInput(
                "Nothing was changed: AWS does not change the KMS key of an existing master secret.",
                hint="Keep `credentials.secret_kms_key` unchanged. For a new secret with this key, set `credentials.password` "
                "to `given` without it, apply, and set it to `managed` with it.",
            )


def refuse_used_subnets(plan: Plan, live: Callable[[str | None], Topology | None], name: str) -> None:
    """Raise InvalidInput where a subnet goes in whose zone an instance stays: AWS deletes no subnet that is in use, and moves
    no instance to another zone.

    Args:
        live: gives the cluster of a secondary Region as AWS reports it, or for None that of the cluster's own.
        name: of the cluster, for the hint.
    """
    gone = [c for c in plan.changes if c.action in ("delete", "replace")]
    leaving = {c.before.get("identifier") for c in gone if c.type == INSTANCE and c.action == "delete"}
    whole = {region_of(c.address) for c in gone if c.type == CLUSTER}
    for subnet in (c for c in gone if c.type == SUBNET and region_of(c.address) not in whole):
        topology, zone = live(region_of(subnet.address)), subnet.before.get("availability_zone")
        for member in topology.members if topology else ():
            if member.zone == zone and member.id not in leaving:
                raise InvalidInput(
                    f"Nothing was changed: the subnet in {zone} would be deleted, and {member.id} is in it.",
                    hint="Keep the zone in `network.zones`, or remove the instance first: "
                    f"`aurora-cli scale {name} --readers -1` removes one reader. The writer is never removed; "
                    f"`aurora-cli failover {name}` makes another instance the writer.",
                )


def _refuse_early_switch(change: ResourceChange, topology: Topology | None, now: datetime) -> None:
    again = topology.optimized_again if topology else None
    wanted = change.after.get("storage_type") == _OPTIMIZED != change.before.get("storage_type")
    if wanted and again is not None and now < again:
        raise InvalidInput(
            f"Nothing was changed: AWS switches this cluster to I/O-Optimized storage again from {again:%Y-%m-%d %H:%M} UTC on.",
            hint="A cluster can switch once in 30 days. Keep `storage: aurora` until then.",
        )


def _differs(change: ResourceChange, name: str) -> bool:
    return bool(change.before.get(name) != change.after.get(name))


def _turns_on(change: ResourceChange, name: str) -> bool:
    return not change.before.get(name) and bool(change.after.get(name))
