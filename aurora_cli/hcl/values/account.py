"""The account: what is to be looked up of it, for names and policies that hold its parts, and the role to work in it as."""

from __future__ import annotations

from collections.abc import Iterable

from aurora_cli.hcl.values.credentials import SignIn
from aurora_cli.hcl.values.encryption import Encryption
from aurora_cli.hcl.values.monitoring import Monitoring
from aurora_cli.hcl.values.proxy import Proxy
from aurora_cli.hcl.values.services import Services
from aurora_cli.hcl.values.source import Source
from aurora_cli.spec.model.cluster import ClusterSpec


def needs_account(
    monitoring: Monitoring,
    encryption: Encryption,
    proxy: Proxy | None,
    services: Services,
    sign_in: SignIn,
    source: Source,
) -> bool:
    """Whether the partition (`aws`, `aws-cn`, ...) and the account's identity are to be looked up."""
    policies = bool(encryption.own or services.made or (proxy and proxy.role_name))
    named = bool(source.cluster or sign_in.policy_name)
    roles = any((monitoring.role_name, source.import_role, sign_in.domain_role_name))
    return bool(monitoring.own_topic or policies or named or roles)


def role_of(spec: ClusterSpec, above: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Arguments of the provider's `assume_role` block; empty for none.

    Args:
        above: arguments in place of those of the spec, if there are any.
    """
    return dict(above) or (spec.assume_role.model_dump(exclude_none=True) if spec.assume_role else {})
