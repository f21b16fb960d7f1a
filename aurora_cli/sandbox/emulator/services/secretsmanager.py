"""Secrets Manager: moto's actions, with rotation of managed secrets and without Lambda functions."""

from __future__ import annotations

import json
import time
from typing import Any

from moto.secretsmanager.responses import SecretsManagerResponse

MANAGED_TAG = "aws:rds:"
MANAGED_RULES = {"AutomaticallyAfterDays": 7}
"""Rotation period of secrets that RDS manages (Aurora User Guide, "Password management")."""


class RotationResponse(SecretsManagerResponse):
    """A Secrets Manager request."""

    def rotate_secret(self) -> str:
        """RotateSecret: stores the schedule, and runs no Lambda function."""
        shown = json.loads(super().describe_secret())
        secret: Any = self.backend.secrets[self._get_param("SecretId")]
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn = self._get_param("RotationLambdaARN") or secret.rotation_lambda_arn or ""
        secret.rules = self._get_param("RotationRules") or getattr(secret, "rules", None) or MANAGED_RULES
        if self._get_bool_param("RotateImmediately", True):
            secret.last_rotation_date = int(time.time())
        current = next((key for key, stages in shown["VersionIdsToStages"].items() if "AWSCURRENT" in stages), "")
        return json.dumps({"ARN": shown["ARN"], "Name": shown["Name"], "VersionId": current})

    def cancel_rotate_secret(self) -> str:
        """CancelRotateSecret."""
        shown = json.loads(super().describe_secret())
        secret: Any = self.backend.secrets[self._get_param("SecretId")]
        secret.rotation_requested, secret.rotation_enabled, secret.rules = True, False, None
        return json.dumps({"ARN": shown["ARN"], "Name": shown["Name"]})

    def describe_secret(self) -> str:
        """DescribeSecret, with the specified rotation rules."""
        shown = json.loads(super().describe_secret())
        secret: Any = self.backend.secrets[self._get_param("SecretId")]
        managed = any(tag["Key"].startswith(MANAGED_TAG) for tag in shown.get("Tags") or ())
        if managed:
            shown["OwningService"] = "rds"
        if managed and not secret.rotation_requested:
            shown |= {"RotationEnabled": True, "RotationRules": MANAGED_RULES}
        elif secret.rotation_requested:
            shown.pop("RotationRules", None)
            shown |= {"RotationRules": secret.rules} if secret.rules else {}
            shown |= {} if secret.rotation_lambda_arn else {"RotationLambdaARN": None}
        return json.dumps({key: value for key, value in shown.items() if value is not None})
