"""What is to be looked up of the account, for names and policies that hold its parts."""

from __future__ import annotations

from aurora_cli.hcl.values.credentials import SignIn
from aurora_cli.hcl.values.encryption import Encryption
from aurora_cli.hcl.values.monitoring import Monitoring
from aurora_cli.hcl.values.proxy import Proxy
from aurora_cli.hcl.values.services import Services
from aurora_cli.hcl.values.source import Source


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
