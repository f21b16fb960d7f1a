"""How people sign in, in the spec: the master password, IAM database authentication, Kerberos."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from aurora_cli.spec.model.fields import Argument, Days, Model, Seconds, lower_case

PasswordKind = Literal["managed", "given", "kept"]


class Rotation(Model):
    """When AWS changes the master password: every 7 days, on a schedule of your own, or (`off`) never."""

    enabled: bool = Field(True, description="false keeps the password until you change it; `rotation: off` is short.")
    every: Days | None = Field(None, ge=1, le=1000, description="Days from one change to the next, e.g. `30d`.")
    schedule: str | None = Field(
        None, description="Instead of `every`: `cron(0 4 1 * ? *)` (six fields, UTC) or `rate(10 days)`."
    )
    duration: Seconds | None = Field(None, description="Length of the rotation window, in whole hours.")

    @model_validator(mode="before")
    @classmethod
    def _from_switch(cls, value: Any) -> Any:
        return {"enabled": value in (True, "on")} if isinstance(value, bool) or value in ("on", "off") else value


class Domain(Model):
    """Kerberos: an Active Directory of AWS Directory Service, which users sign in with."""

    id: Annotated[str, Argument("domain", label="directory")] = Field(description="The directory, e.g. d-1234567890.")
    role: Annotated[str | None, Argument("domain_iam_role_name", label="role of the directory")] = Field(
        None, description="Name of an IAM role with AmazonRDSDirectoryServiceAccess; by default the stack creates one."
    )


class Credentials(Model):
    """How people sign in. A password itself never stands in a spec."""

    password: Annotated[
        PasswordKind,
        BeforeValidator(lower_case),
        Argument("manage_master_user_password", label="password managed by AWS"),
    ] = Field(
        "managed",
        description="`managed`: AWS creates, stores and rotates the master password in Secrets Manager. `given`: "
        "you set it, with AURORA_MASTER_PASSWORD or `--password-stdin`, and it is never stored. `kept`: an "
        "adopted or promoted cluster keeps its password, which is neither known nor changed.",
    )
    secret_kms_key: Annotated[str | None, Argument("master_user_secret_kms_key_id", label="KMS key of the secret")] = (
        Field(None, description="KMS key (ARN, id or alias/...) for the master secret.")
    )
    rotation: Rotation | None = Field(None, description="When the master password changes; default every 7 days.")
    iam_authentication: Annotated[
        bool, Argument("iam_database_authentication_enabled", "IAMDatabaseAuthenticationEnabled", "IAM authentication")
    ] = Field(True, description="Enable IAM database authentication.")
    iam_users: list[str] = Field(
        default_factory=list,
        description="Database users for whom the stack creates an IAM policy that allows IAM authentication as them.",
    )
    domain: Domain | None = Field(None, description="Kerberos authentication through a directory.")

    @property
    def kept(self) -> bool:
        """Whether the cluster has a master password that nobody here knows."""
        return self.password == "kept"  # noqa: S105

    @property
    def given(self) -> bool:
        """Whether the master password is the user's own."""
        return self.password == "given"  # noqa: S105

    @property
    def managed(self) -> bool:
        """Whether AWS makes the master password and keeps it in a secret."""
        return self.password == "managed"  # noqa: S105

    @property
    def rotation_off(self) -> bool:
        """Whether the managed password stays as it is."""
        return self.rotation is not None and not self.rotation.enabled

    @property
    def schedule(self) -> Rotation | None:
        """The rotation that Terraform sets; None for AWS's own, and for none."""
        return self.rotation if self.rotation is not None and self.rotation.enabled else None
