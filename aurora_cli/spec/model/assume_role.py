"""IAM roles: the one as which a cluster is worked on, and what those have that the stack creates."""

from __future__ import annotations

from pydantic import Field

from aurora_cli.spec.model.fields import Model


class AssumeRole(Model):
    """The IAM role that Terraform and aurora-cli assume. `--role-arn` takes its place."""

    role_arn: str = Field(description="ARN of the role.")
    external_id: str | None = Field(None, description="External ID that the trust policy of the role asks for.")
    session_name: str | None = Field(None, description="Name of the session, as CloudTrail shows it.")


class Roles(Model):
    """What every IAM role that the stack creates has."""

    path: str | None = Field(None, description="Path of the roles, e.g. `/databases/`; a change recreates them.")
    permissions_boundary: str | None = Field(None, description="ARN of the policy that is their permissions boundary.")
