"""Keys and what they are needed for: the stack's own KMS key, and the activity stream."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from aurora_cli.spec.model.fields import Days, Model, lower_case

STACK_KEY = "stack"
"""The word that stands for the key that the stack makes, wherever a KMS key is named."""

StreamMode = Literal["sync", "async"]


class StackKey(Model):
    """The key that the stack makes where a `kms_key` is the word `stack`."""

    rotation: Days = Field(365, ge=90, le=2560, description="Rotation period of the key material, e.g. `365d`.")
    deletion_window: Days = Field(30, ge=7, le=30, description="Waiting period, in days, before AWS deletes the key.")
    administrators: list[str] = Field(
        default_factory=list,
        description="ARNs of roles and users that administer the key, in addition to the account itself.",
    )


class ActivityStream(Model):
    """A database activity stream: who did what, as events in Kinesis, out of the database administrators' hands."""

    mode: Annotated[StreamMode, BeforeValidator(lower_case)] = Field(
        description="`async` (the database does not wait) or `sync` (no event is lost; PostgreSQL only)."
    )
    kms_key: str = Field(description="Customer key that encrypts the events (ARN, id, alias/... or `stack`).")
    engine_native_audit_fields: bool = Field(
        False, description="Fields of the engine's own audit; AWS supports them only for Oracle and SQL Server."
    )
