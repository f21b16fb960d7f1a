"""What a person should know about a change beside its plan: a gentler way to the same end, and what AWS does from then on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aurora_cli.aws.related.master_secret import AWS_DAYS
from aurora_cli.operations.core.concern import Concern, Shown

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.model.credentials import Rotation
    from aurora_cli.terraform.plan.plan import Plan

CLUSTER = "aws_rds_cluster.this"
INSTANCE = "aws_rds_cluster_instance"
AUTHORITY = "ca_cert_identifier"


class Notices(Concern):
    """The remarks on a change of one cluster."""

    def review(self, plan: Plan) -> Shown:
        """All."""
        password = _password(self.spec, plan, self.change.topology)
        identity = identity_changes(self.context.before, self.spec)
        return Shown(remarks=(*identity, *_all_at_once(self.spec, plan), *password))


def identity_changes(before: ClusterSpec | None, spec: ClusterSpec) -> Iterator[str]:
    """What Terraform does not count as a change of the cluster.

    Args:
        before: the spec that the cluster was last brought to; None for a new one.
    """
    if before is None:
        return
    if before.profile != spec.profile:
        yield f"The AWS profile becomes {_or_none(spec.profile)}; before, it was {_or_none(before.profile)}."
    role, former = (one.assume_role.role_arn if one.assume_role else None for one in (spec, before))
    if role != former:
        yield f"The role that is assumed becomes {_or_none(role)}; before, it was {_or_none(former)}."
    elif before.assume_role != spec.assume_role:
        yield f"The role {role} is assumed with another external ID or session name."


def _or_none(name: str | None) -> str:
    return name or "none"


def _all_at_once(spec: ClusterSpec, plan: Plan) -> Iterator[str]:
    """Terraform changes instances side by side; the operation of the same end takes one after another."""
    values = [
        attribute.after
        for change in plan.changes
        if change.type == INSTANCE and change.action == "update"
        for attribute in change.changed
        if attribute.path == AUTHORITY
    ]
    if len(values) > 1:
        wanted = values[0] if len(set(values)) == 1 else "..."
        yield (
            f"The certificate authority of {len(values)} instances changes at the same time. One at a time, with the writer "
            f"last: aurora-cli rotate-ca {spec.name} --to {wanted}, then this command again."
        )


def _password(spec: ClusterSpec, plan: Plan, topology: Topology | None) -> Iterator[str]:
    """How often AWS changes the master password, said when the cluster is made."""
    given = spec.credentials
    made = any(c.address == CLUSTER and c.action == "create" for c in plan.changes)
    if topology is not None or not made or not given.managed or spec.global_ is not None or given.rotation_off:
        return
    yield (
        f"AWS generates the master password, stores it in a secret, and rotates it {_how_often(given.schedule)}. "
        "To turn rotation off: credentials.rotation: off."
    )


def _how_often(own: Rotation | None) -> str:
    if own is not None and own.schedule:
        return f"on {own.schedule}"
    return f"every {own.every if own is not None and own.every else AWS_DAYS} days"
