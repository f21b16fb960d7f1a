"""CloudWatch Logs: moto's actions, extended by the KMS key of an existing log group."""

from __future__ import annotations

from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse


class GroupResponse(LogsResponse):
    """A request to CloudWatch Logs."""

    def associate_kms_key(self) -> str:
        """AssociateKmsKey."""
        self._group().kms_key_id = self._get_param("kmsKeyId")
        return ""

    def disassociate_kms_key(self) -> str:
        """DisassociateKmsKey."""
        self._group().kms_key_id = None
        return ""

    def _group(self) -> Any:
        group = self.logs_backend.groups.get(self._get_param("logGroupName"))
        if group is None:
            raise ResourceNotFoundException
        return group
