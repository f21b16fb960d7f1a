"""The managed secret of the master user."""

from __future__ import annotations

import json
import string
import uuid

from moto.rds.models import MasterUserSecret

from aurora_cli.sandbox.emulator.rds.models import names

PASSWORD_CHARACTERS = string.ascii_letters + string.digits + "!#$%&()*+-.:<=>?[]^_{|}~"
PASSWORD_LENGTH = 32


class ManagedSecret(MasterUserSecret):
    """A secret in the form of RDS (Aurora User Guide, "Password management with Aurora and AWS Secrets Manager")."""

    def rotate_secret(self) -> None:
        """Set a new password immediately; the rotation schedule does not change."""
        self._status = "rotating"
        self.secretsmanager.put_secret_value(
            self.secret.arn, self._generate_secret_string(), "", str(uuid.uuid4()), ["AWSCURRENT"]
        )

    def _generate_secret_string(self) -> str:
        password = names.random_text(PASSWORD_CHARACTERS, PASSWORD_LENGTH)
        return json.dumps({"username": self.resource.master_username, "password": password})

    def _generate_secret_description(self) -> str:
        kind = "cluster" if self.resource.resource_type == "cluster" else "instance"
        return f"The secret associated with the primary RDS DB {kind}: {self.resource.arn}"

    def _generate_secret_tags(self) -> list[dict[str, str]]:
        kind = "DBCluster" if self.resource.resource_type == "cluster" else "DBInstance"
        return [{"Key": f"aws:rds:primary{kind}Arn", "Value": self.resource.arn}]
