"""What becomes of the stack's own KMS key at a destroy.

A snapshot can be read as long as its key is there, and no longer. So a key that encrypts the cluster is kept while a
snapshot of the cluster stays: Terraform forgets it (`state rm`), and it goes on without the stack.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.related.kms import snapshots_with_key
from aurora_cli.spec.model.keys import STACK_KEY, StackKey

if TYPE_CHECKING:
    from aurora_cli.aws.cluster.topology import Topology
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.terraform.plan.plan import Plan
    from aurora_cli.terraform.state.state import StateResource

KEY_ADDRESS = "aws_kms_key.this"


@dataclass(frozen=True)
class OwnKey:
    """The stack's own key at a destroy.

    Attributes:
        arn: of the key.
        needed_by: what can be read with this key alone, in words; empty when the key goes with the stack.
        in_state: Terraform still manages it.
        window: days that AWS keeps it once its deletion is scheduled.
        region: of the key.
    """

    arn: str
    needed_by: tuple[str, ...]
    in_state: bool
    window: int
    region: str

    @property
    def kept(self) -> bool:
        """Whether it outlives the stack."""
        return bool(self.needed_by)

    def sentence(self) -> str:
        """What happens to it, and what to do about it."""
        key = self.arn.rpartition("/")[2]
        command = f"aws kms {{}} --region {self.region} --key-id {key}"
        if not self.kept:
            cancel = command.format("cancel-key-deletion")
            return f"The KMS key {self.arn} for {self.window} days: its deletion is scheduled. To keep it: {cancel}"
        schedule = command.format("schedule-key-deletion")
        return (
            f"The KMS key {self.arn}: without it {' and '.join(self.needed_by)} cannot be read. Terraform forgets it, and it"
            f" is billed until you delete it, after what it encrypts: {schedule}"
        )


def own_key(
    rds: Any,
    spec: ClusterSpec,
    topology: Topology | None,
    resources: Iterable[StateResource],
    *,
    snapshot: str | None,
) -> OwnKey | None:
    """What becomes of the stack's own key; None if the stack has none (any more).

    Args:
        rds: a botocore RDS client.
        topology: the live cluster, if there is one.
        resources: of Terraform's state.
        snapshot: name of the final snapshot that is to be taken, if one is.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    managed = next((r for r in resources if r.address == KEY_ADDRESS), None)
    stored = spec.encryption.enabled and spec.encryption.kms_key == STACK_KEY
    arn = managed.attributes.get("arn") if managed else topology.kms_key if topology and stored else None
    if not arn:
        return None
    settings = spec.encryption.key or StackKey.model_validate({})
    needed_by = tuple(_needed_by(rds, spec, topology, str(arn), snapshot))
    return OwnKey(str(arn), needed_by, managed is not None, settings.deletion_window, spec.region)


def without_key(plan: Plan) -> Plan:
    """The plan without the end of a key that is forgotten before it is carried out."""
    return plan.without({KEY_ADDRESS})


def _needed_by(rds: Any, spec: ClusterSpec, topology: Topology | None, arn: str, snapshot: str | None) -> list[str]:
    encrypts = topology is not None and topology.kms_key == arn
    # Automated snapshots (`rds:...`) go with their cluster.
    names = {name for name in snapshots_with_key(rds, arn) if not name.startswith("rds:")}
    needed = [f"the final snapshot {snapshot}"] if snapshot and (encrypts or snapshot in names) else []
    if encrypts and spec.backup.keep_automated:
        needed.append("the automated backups that stay")
    return needed + [f"the snapshot {name}" for name in sorted(names - {snapshot})]
