"""`credentials.rotation: off`, and back: one call of Secrets Manager, in the same run as Terraform's changes.

Terraform's provider can turn a rotation off only from 6.62 on (`rotation_enabled`), and a stack may have an older one: there it
takes two applies, the first to make a schedule and the second to take it away. And when a schedule goes, the provider turns the
rotation off altogether.
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

    def review(self, plan: Plan) -> Shown:
        """What has to be done for the spec; the secret is looked at only where it matters.

        Raises:
            AccessDenied, CredentialsError, AwsFailed: the secret cannot be looked at.
        """
        topology = self.change.topology
        action = self._wanted(topology.secret_arn if topology else None) if self._matters() else None
        return Shown((_TEXTS[action],) if action else ())

    def _matters(self) -> bool:
        now, before = self.spec.credentials, self.context.before
        if now.given or self.spec.global_ is not None:
            return False
        was = before is not None and (before.credentials.schedule is not None or before.credentials.rotation_off)
        return now.rotation_off or (was and now.schedule is None)

    def _wanted(self, arn: str | None) -> Literal["stop", "resume"] | None:
        """Of a secret that is there, or will be. The provider ends a schedule by turning the rotation off."""
        if self.spec.credentials.rotation_off:
            return "stop" if arn is None or self._enabled(arn) else None
        ends = self.context.before is not None and self.context.before.credentials.schedule is not None
        return "resume" if arn and (ends or not self._enabled(arn)) else None

    def after(self) -> None:
        """Make the call, unless Terraform has done as much meanwhile. Raises as `review` does."""
        topology = self.change.live() if self._matters() else None
        arn = topology.secret_arn if topology else None
        action = self._wanted(arn) if arn else None
        if arn is None or action is None:
            return
        started, emit = monotonic(), self.options.emit
        emit(StepStarted("rotation", "Setting the rotation of the master password"))
        if action == "resume":
            resume_rotation(self._secrets(), arn)
        else:
            stop_rotation(self._secrets(), arn)
        emit(StepFinished("rotation", monotonic() - started, "off" if action == "stop" else "on"))

    def _enabled(self, arn: str) -> bool:
        return rotation_enabled(self._secrets(), arn)

    def _secrets(self) -> Any:
        return self.app.aws(self.spec.region).client("secretsmanager")
