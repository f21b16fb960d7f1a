"""`credentials.rotation: off`, and back: one call of Secrets Manager, in the same run as Terraform's changes.

Terraform has a resource for a schedule, and none for the lack of one: with the resource alone it takes two applies, the first to
make a schedule and the second to take it away.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Literal

from aurora_cli.events import Emit, StepFinished, StepStarted

if TYPE_CHECKING:
    from aurora_cli.aws.topology import Topology
    from aurora_cli.context import AppContext
    from aurora_cli.spec.model import ClusterSpec

_TEXTS = {
    "stop": "Disable the rotation of the master password: it stays the same until you change it.",
    "resume": "Enable the rotation of the master password: AWS changes it every seven days.",
}


@dataclass(frozen=True)
class RotationStep:
    """What happens to the rotation after Terraform's changes."""

    action: Literal["stop", "resume"]

    @property
    def text(self) -> str:
        """As shown in the plan."""
        return _TEXTS[self.action]


def rotation_step(
    app: AppContext, spec: ClusterSpec, before: ClusterSpec | None, topology: Topology | None
) -> RotationStep | None:
    """What has to be done for the spec; None if nothing.

    Args:
        before: the spec that the cluster was last brought to, or None.
        topology: the live cluster, or None.

    Raises:
        AccessDenied, CredentialsError, AwsFailed: the secret cannot be looked at. It is looked at only where it matters.
    """
    if spec.credentials.given or spec.global_ is not None:
        return None
    arn = topology.secret_arn if topology else None
    if spec.credentials.rotation_off:
        return RotationStep("stop") if arn is None or _enabled(app, spec, arn) else None
    was_off = before is not None and before.credentials.rotation_off
    if was_off and spec.credentials.schedule is None and arn and not _enabled(app, spec, arn):
        return RotationStep("resume")
    return None


def carry_out(app: AppContext, spec: ClusterSpec, step: RotationStep, topology: Topology | None, emit: Emit) -> None:
    """Make the call, unless Terraform has done as much meanwhile. Raises as `rotation_step` does."""
    from aurora_cli.aws import master_secret

    arn = topology.secret_arn if topology else None
    if arn is None:
        return
    started = monotonic()
    emit(StepStarted("rotation", "Setting the rotation of the master password"))
    client = app.aws(spec.region).client("secretsmanager")
    if step.action == "resume":
        master_secret.resume_rotation(client, arn)
    elif master_secret.rotation_enabled(client, arn):
        master_secret.stop_rotation(client, arn)
    emit(StepFinished("rotation", monotonic() - started, "off" if step.action == "stop" else "on"))


def _enabled(app: AppContext, spec: ClusterSpec, arn: str) -> bool:
    from aurora_cli.aws.master_secret import rotation_enabled

    return rotation_enabled(app.aws(spec.region).client("secretsmanager"), arn)
