"""Signing in, as the templates need it: the given password's version, the policy of IAM users, the role of Kerberos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aurora_cli.hcl.literal import Expression
from aurora_cli.hcl.names import LONGEST_POLICY, LONGEST_ROLE, bounded
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.spec.model.cluster import ClusterSpec

_OPT_IN_REGIONS = frozenset(
    [
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
    ]
)
"""Regions that an account has to enable (AWS Account Management Reference Guide)."""


@dataclass(frozen=True)
class SignIn:
    """What the templates ask about signing in.

    Attributes:
        password_version: of a given password.
        master_username: as the cluster has it, which may be the one of its source; None where the source has yet to say.
        rotation_duration: length of the time in which a rotation may happen, in Secrets Manager's notation.
        users: database users of the policy.
        policy_name: name of that policy; None without users.
        domain_role: name of, or reference to, the role of Kerberos.
        domain_role_name: name of the role that is made for it; None if none is.
        domain_services: service principals that the role trusts.
    """

    password_version: int
    master_username: str | None
    rotation_duration: str | None
    users: tuple[str, ...]
    policy_name: str | None
    domain_role: str | None
    domain_role_name: str | None
    domain_services: tuple[str, ...]


def iam_connect_of(spec: ClusterSpec, options: RenderOptions) -> SignIn:
    """The sign-in part of a resolved spec. Names carry the Region: those of IAM are unique in an account."""
    given, domain = spec.credentials, spec.credentials.domain
    made = domain is not None and domain.role is None
    rotation = given.schedule
    return SignIn(
        password_version=options.password_version,
        master_username=options.master_username or spec.username,
        rotation_duration=f"{rotation.duration // 3600}h" if rotation and rotation.duration else None,
        users=tuple(sorted(set(given.iam_users))),
        policy_name=bounded(f"{spec.base_name}-{spec.region}-connect", LONGEST_POLICY) if given.iam_users else None,
        domain_role=Expression("aws_iam_role.directory.name") if made else domain.role if domain else None,
        domain_role_name=bounded(f"{spec.base_name}-{spec.region}-directory", LONGEST_ROLE) if made else None,
        domain_services=tuple(_domain_services(spec.region)),
    )


def _domain_services(region: str) -> Iterator[str]:
    """Source: Amazon RDS User Guide, Kerberos authentication: the trust policy, and the principal of opt-in Regions."""
    yield "directoryservice.rds.amazonaws.com"
    if region in _OPT_IN_REGIONS:
        yield f"directoryservice.rds.{region}.amazonaws.com"
    yield "rds.amazonaws.com"
