"""The IAM role as which a cluster is worked on."""

from __future__ import annotations

from pydantic import Field

from aurora_cli.spec.model.fields import Model


class AssumeRole(Model):
    """The IAM role that Terraform and aurora-cli assume. `--role-arn` takes its place."""

    role_arn: str = Field(description="ARN of the role.")
    external_id: str | None = Field(None, description="External ID that the trust policy of the role asks for.")
    session_name: str | None = Field(None, description="Name of the session, as CloudTrail shows it.")
