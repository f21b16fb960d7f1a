"""`credentials.rotation: off`, and back: one call of Secrets Manager, in the same run as Terraform's changes.

Terraform's provider can turn a rotation off only from 6.62 on (`rotation_enabled`), and a stack may have an older one: there it
takes two applies, the first to make a schedule and the second to take it away.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from aurora_cli.aws.related.master_secret import resume_rotation, rotation_enabled, stop_rotation
from aurora_cli.events import StepFinished, StepStarted
from aurora_cli.operations.core.concern import Concern, Shown

if TYPE_CHECKING:
    from aurora_cli.terraform.plan.plan import Plan

_TEXTS = {
    "stop": "Disable the rotation of the master password: it stays the same until you change it.",
    "resume": "Enable the rotation of the master password: AWS changes it every seven days.",
}


class Rotation(Concern):
    """What happens to the rotation after Terraform's changes."""

    action: Literal["stop", "resume"] | None = None

    def review(self, plan: Plan) -> Shown:
        """What has to be done for the spec; the secret is looked at only where it matters.

        Raises:
            AccessDenied, CredentialsError, AwsFailed: the secret cannot be looked at.
        """
        self.action = self._wanted()
        return Shown((_TEXTS[self.action],) if self.action else ())

    def _wanted(self) -> Literal["stop", "resume"] | None:
        spec, before, topology = self.spec, self.context.before, self.change.topology
        if spec.credentials.given or spec.global_ is not None:
            return None
        arn = topology.secret_arn if topology else None
        if spec.credentials.rotation_off:
            return "stop" if arn is None or self._enabled(arn) else None
        was_off = before is not None and before.credentials.rotation_off
        if was_off and spec.credentials.schedule is None and arn and not self._enabled(arn):
            return "resume"
        return None

    def after(self) -> None:
        """Make the call, unless Terraform has done as much meanwhile. Raises as `review` does."""
        topology = self.change.live() if self.action else None
        if topology is None or topology.secret_arn is None:
            return
        started, emit = monotonic(), self.options.emit
        emit(StepStarted("rotation", "Setting the rotation of the master password"))
        if self.action == "resume":
            resume_rotation(self._secrets(), topology.secret_arn)
        elif self._enabled(topology.secret_arn):
            stop_rotation(self._secrets(), topology.secret_arn)
        emit(StepFinished("rotation", monotonic() - started, "off" if self.action == "stop" else "on"))

    def _enabled(self, arn: str) -> bool:
        return rotation_enabled(self._secrets(), arn)

    def _secrets(self) -> Any:
        return self.app.aws(self.spec.region).client("secretsmanager")
