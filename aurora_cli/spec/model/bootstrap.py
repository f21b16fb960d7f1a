"""What a new cluster begins with: roles, databases, extensions, grants, SQL files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from aurora_cli.spec.model.fields import Model, NamesFile


class BootstrapRole(Model):
    """A role of the database. Without `iam` and `secret` it cannot sign in: a group of others."""

    iam: bool = Field(
        False, description="Sign in with IAM tokens (`GRANT rds_iam`; Aurora MySQL: AWSAuthenticationPlugin)."
    )
    secret: str | None = Field(
        None, description="Sign in with the password of a secret: its ARN. The secret is JSON with `password`."
    )
    member_of: list[str] = Field(default_factory=list, description="Roles that are granted to it.")


class BootstrapDatabase(Model):
    """A database, which is created unless it exists."""

    owner: str | None = Field(None, description="Role that owns it; default the master user. Aurora PostgreSQL.")
    extensions: list[str] = Field(
        default_factory=list, description="Extensions to create, with those that they need. Aurora PostgreSQL."
    )
    grants: list[str] = Field(
        default_factory=list,
        description="What to grant, as after GRANT: `usage on schema public to app`, `select on shop.* to app`.",
    )
    sql: Annotated[list[str], NamesFile()] = Field(
        default_factory=list,
        description="SQL files to run, each once; relative to the spec file, without one to the current folder.",
    )


class Bootstrap(Model):
    """Run after the creation, in this order: roles, databases, then of each database extensions, grants and files."""

    roles: dict[str, BootstrapRole] = Field(default_factory=dict, description="Roles by name.")
    databases: dict[str, BootstrapDatabase] = Field(default_factory=dict, description="Databases by name.")
