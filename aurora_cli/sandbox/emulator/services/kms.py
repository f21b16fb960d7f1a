"""KMS: moto's actions, extended by the rotation period."""

from __future__ import annotations

import json

from moto.kms.responses import KmsResponse

PERIOD_DAYS = 365
"""Default period (KMS API reference, EnableKeyRotation)."""


class KeyResponse(KmsResponse):
    """A KMS request."""

    def enable_key_rotation(self) -> str:
        """EnableKeyRotation; a further call changes the period."""
        answer = super().enable_key_rotation()
        vars(self._asked())["rotation_period"] = int(self._get_param("RotationPeriodInDays") or PERIOD_DAYS)
        return answer

    def get_key_rotation_status(self) -> str:
        """GetKeyRotationStatus; returns the period while rotation is enabled."""
        shown = json.loads(super().get_key_rotation_status())
        if shown["KeyRotationEnabled"]:
            shown["RotationPeriodInDays"] = vars(self._asked()).get("rotation_period", PERIOD_DAYS)
        return json.dumps(shown)

    def _asked(self) -> object:
        return self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]
