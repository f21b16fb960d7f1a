"""RDS Proxy as its template needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.names import LONGEST_ROLE, bounded
from aurora_cli.hcl.values.encryption import Encryption
from aurora_cli.hcl.values.source import Source
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.proxy import Proxy as ProxySpec

LONGEST = 63
PORTS = {"aurora-postgresql": 5432, "aurora-mysql": 3306}
FAMILIES = {"aurora-postgresql": "POSTGRESQL", "aurora-mysql": "MYSQL"}
_MASTER = "aws_rds_cluster.this.master_user_secret[0]"
_MADE_SECRET = Expression("aws_secretsmanager_secret.master.arn")


@dataclass(frozen=True)
class Proxy:
    """What the template asks about the proxy.

    Attributes:
        given: the section of the spec.
        family: `POSTGRESQL` or `MYSQL`.
        port: that of the engine: a proxy has no other.
        role: ARN of, or reference to, the role that reads the secrets.
        role_name: name of the role that is made; None if one is given.
        secrets: ARNs of, or references to, the secrets, the master user's first, if AWS manages its password.
        keys: the keys of these secrets; none for those that AWS encrypts with its own.
        pool: arguments of `connection_pool_config`.
        reader_name: name of the read-only endpoint; None without one.
    """

    given: ProxySpec
    family: str
    port: int
    role: str
    role_name: str | None
    secrets: tuple[str, ...]
    keys: tuple[str, ...]
    pool: dict[str, Any]
    reader_name: str | None

    @property
    def iam_auth(self) -> str:
        """As the API spells it."""
        return self.given.iam_authentication.upper()

    @property
    def auth_scheme(self) -> str | None:
        """As the API spells it; None for its default."""
        return self.given.default_auth_scheme.upper() if self.given.default_auth_scheme else None

    @property
    def endpoint_network(self) -> str | None:
        """As the API spells it; None for its default."""
        return self.given.endpoint_network_type.upper() if self.given.endpoint_network_type else None

    @property
    def target_network(self) -> str | None:
        """As the API spells it; None for its default."""
        given = self.given.target_connection_network_type
        return given.upper() if given else None


def proxy_of(spec: ClusterSpec, encryption: Encryption, source: Source) -> Proxy | None:
    """The proxy of a resolved spec, or None."""
    given = spec.proxy
    if given is None or not given.enabled:
        return None
    has_secret = spec.credentials.managed and source.managed_password and not given.end_to_end_iam
    made = Expression("aws_iam_role.proxy.arn")
    own = [one.arn for one in given.secrets], [one.kms_key for one in given.secrets if one.kms_key]
    return Proxy(
        given=given,
        family=FAMILIES[spec.engine],
        port=PORTS[spec.engine],
        role=given.role or made,
        role_name=None if given.role else bounded(f"{spec.base_name}-{spec.region}-proxy", LONGEST_ROLE),
        secrets=(*(_secret_of_master(spec) if has_secret else ()), *dict.fromkeys(own[0])),
        keys=(*(_key_of_master(spec, encryption) if has_secret else ()), *dict.fromkeys(own[1])),
        pool=_pool(given),
        reader_name=reader_name(spec.base_name) if given.read_only_endpoint else None,
    )


def _secret_of_master(spec: ClusterSpec) -> tuple[Expression, ...]:
    """The secret of the master user: AWS's, or the stack's own. A replica has none, nor has who gave the password."""
    return (Expression(f"{_MASTER}.secret_arn") if spec.global_ is None else _MADE_SECRET,)


def _key_of_master(spec: ClusterSpec, encryption: Encryption) -> tuple[str, ...]:
    """Of the secret that AWS keeps, or of the stack's own; whoever may read that one may use the default key with it."""
    if spec.global_ is None:
        return (Expression(f"{_MASTER}.kms_key_id"),)
    return (encryption.secret.arn,) if encryption.secret else ()


def reader_name(cluster: str) -> str:
    """Name of the read-only endpoint of a cluster's proxy."""
    return bounded(f"{cluster}-read-only", LONGEST)


def _pool(given: ProxySpec) -> dict[str, Any]:
    """All of it, so that the provider has nothing to fill in. Half of the connections may be idle, as with AWS."""
    idle = given.max_idle_connections_percent
    return {
        "connection_borrow_timeout": given.borrow_timeout,
        "init_query": given.init_query,
        "max_connections_percent": given.max_connections_percent,
        "max_idle_connections_percent": given.max_connections_percent // 2 if idle is None else idle,
        "session_pinning_filters": sorted(set(given.session_pinning_filters)) or None,
    }
