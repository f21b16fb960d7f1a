"""RDS Proxy in the spec: a pool of connections between the clients and the cluster."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from aurora_cli.spec.model.fields import Model, Seconds, ShortForm, Whole, lower_case

ProxyIam = Literal["required", "disabled"]
AuthScheme = Literal["none", "iam_auth"]
EndpointNetwork = Literal["ipv4", "ipv6", "dual"]
TargetNetwork = Literal["ipv4", "ipv6"]
Percentage = Annotated[Whole, Field(ge=0, le=100)]


class ProxySecret(ShortForm):
    """A database user's name and password, as the proxy reads them. Written as text (the ARN) or as a map."""

    arn: str = Field(description="ARN of the secret in Secrets Manager.")
    kms_key: str | None = Field(None, description="ARN of the customer managed key that encrypts it, if any.")


class Proxy(Model):
    """RDS Proxy: connections that outlive their clients, and find the new writer by themselves after a failover."""

    enabled: bool = Field(True, description="Create the proxy; `proxy: true` is the short form.")
    read_only_endpoint: bool = Field(False, description="A read-only endpoint that connects to the readers.")
    require_tls: bool = Field(True, description="Refuse clients without TLS.")
    iam_authentication: Annotated[ProxyIam, BeforeValidator(lower_case)] = Field(
        "disabled", description="`required`: clients sign in with an IAM token; `disabled`: with the database password."
    )
    default_auth_scheme: Annotated[AuthScheme | None, BeforeValidator(lower_case)] = Field(
        None,
        description="`iam_auth`: the proxy signs in with IAM too, end to end, without a secret; `none` (default): with secrets.",
    )
    secrets: list[ProxySecret] = Field(default_factory=list, description="Secrets of additional database users.")
    role: str | None = Field(
        None, description="ARN of an existing role that reads the secrets; by default the stack creates one."
    )
    endpoint_network_type: Annotated[EndpointNetwork | None, BeforeValidator(lower_case)] = Field(
        None, description="Addresses of its endpoint: `ipv4` (default), `ipv6` or `dual`. A change recreates the proxy."
    )
    target_connection_network_type: Annotated[TargetNetwork | None, BeforeValidator(lower_case)] = Field(
        None, description="How it connects to the database: `ipv4` (default) or `ipv6`. A change recreates the proxy."
    )
    idle_timeout: Seconds = Field(
        1800, ge=1, le=28800, description="Idle time after which a client connection is closed."
    )
    max_connections_percent: Percentage = Field(
        100, ge=1, description="Percentage of the database's `max_connections` that the proxy may use."
    )
    max_idle_connections_percent: Percentage | None = Field(
        None,
        description="Percentage of idle connections that it may keep open; default half of `max_connections_percent`.",
    )
    borrow_timeout: Seconds = Field(
        120, ge=0, le=300, description="How long a client waits for a connection when all are in use (borrow timeout)."
    )
    session_pinning_filters: list[str] = Field(
        default_factory=list, description="Session pinning filters: `EXCLUDE_VARIABLE_SETS` (MySQL)."
    )
    init_query: str | None = Field(
        None, description="SQL that runs on each new database connection; must not contain secrets."
    )
    debug_logging: bool = Field(False, description="Log each query, for debugging; AWS disables it after a day.")

    @property
    def end_to_end_iam(self) -> bool:
        """Whether clients and the proxy itself sign in with IAM."""
        return self.default_auth_scheme == "iam_auth"
