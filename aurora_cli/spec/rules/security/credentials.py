"""Credentials: the kind of the master password and its rotation, IAM users, Kerberos."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.quantities import format_seconds
from aurora_cli.spec.values.suggestions import did_you_mean, shown

_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.$-]*", re.ASCII)
_LONGEST_USER = {"aurora-postgresql": 63, "aurora-mysql": 32}
_DIRECTORY = re.compile(r"d-[0-9a-f]{10}", re.ASCII)
_ROLE = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}", re.ASCII)
_POLICY_LENGTH = 6144
_POLICY_FRAME = 120
_ARN_LENGTH = 100


@rule(
    "password-given",
    hard=True,
    text="A given master password has no secret: `secret_kms_key` and `rotation` need a managed one.",
    source="RDS API CreateDBCluster.MasterUserSecretKmsKeyId",
    fields="credentials",
)
def password_given(spec: ClusterSpec) -> Iterator[Finding]:
    for name in ("secret_kms_key", "rotation") if spec.credentials.given else ():
        if getattr(spec.credentials, name) is not None:
            message = f"`{name}` needs a password that AWS manages, but this one is given"
            yield Finding(f"credentials.{name}", message, "remove it, or write `password: managed`")


@rule(
    "iam-users",
    hard=True,
    text="`iam_users` are names of database users: up to 63 letters, digits, `_ . $ -` (postgres) or 32 (mysql).",
    source="Aurora User Guide, IAM policy for database access; engine limits of user names",
    fields="engine credentials.iam_users",
)
def iam_users(spec: ClusterSpec) -> Iterator[Finding]:
    longest = _LONGEST_USER[spec.engine]
    for number, name in enumerate(spec.credentials.iam_users):
        if not _USER.fullmatch(name) or len(name) > longest:
            message = f'"{shown(name)}" is not a valid database user name: letters, digits and _ . $ -, up to {longest} in all'
            legal = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:longest]
            yield Finding(f"credentials.iam_users.{number}", message, f"for example `{legal or 'app'}`")
        elif name in spec.credentials.iam_users[:number]:
            yield Finding(f"credentials.iam_users.{number}", f"{name} is listed twice", "list each user once")


@rule(
    "iam-users-sign-in",
    hard=True,
    text="`iam_users` need IAM authentication.",
    source="Aurora User Guide, IAM database authentication",
    fields="credentials.iam_users credentials.iam_authentication",
)
def iam_users_sign_in(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.credentials.iam_users and not spec.credentials.iam_authentication:
        message = "IAM authentication is off, so the IAM policy has no effect"
        yield Finding("credentials.iam_users", message, "set `iam_authentication: true`, or remove `iam_users`")


@rule(
    "iam-users-policy",
    hard=True,
    text="The policy of `iam_users` fits the 6,144 characters of an IAM policy.",
    source="IAM User Guide, quotas: managed policy length",
    fields="credentials.iam_users",
)
def iam_users_policy(spec: ClusterSpec) -> Iterator[Finding]:
    users = spec.credentials.iam_users
    if _POLICY_FRAME + sum(_ARN_LENGTH + len(name) for name in users) > _POLICY_LENGTH:
        message = f"a policy for {len(users)} users exceeds the IAM limit of {_POLICY_LENGTH} characters"
        yield Finding("credentials.iam_users", message, "let several people share a database user")


@rule(
    "domain-id",
    hard=True,
    text="A directory is `d-` and ten hexadecimal digits.",
    source="Directory Service API DirectoryId",
    fields="credentials.domain",
)
def domain_id(spec: ClusterSpec) -> Iterator[Finding]:
    domain = spec.credentials.domain
    if domain is not None and not _DIRECTORY.fullmatch(domain.id):
        message = f'"{shown(domain.id)}" is not a valid directory ID'
        lower = domain.id.strip().lower()
        hint = did_you_mean(lower, [lower]) if _DIRECTORY.fullmatch(lower) else "for example `d-1234567890`"
        yield Finding("credentials.domain.id", message, hint)


@rule(
    "domain-role",
    hard=True,
    text="The role of a directory is named, not given as an ARN.",
    source="RDS API CreateDBCluster.DomainIAMRoleName",
    fields="credentials.domain",
)
def domain_role(spec: ClusterSpec) -> Iterator[Finding]:
    role = spec.credentials.domain.role if spec.credentials.domain else None
    if role is not None and not _ROLE.fullmatch(role):
        name = role.rpartition("/")[2]
        hint = f"write `{name}`" if _ROLE.fullmatch(name) else "for example `rds-directory`"
        yield Finding("credentials.domain.role", f'"{shown(role)}" is not a valid IAM role name', hint)


_SCHEDULE = re.compile(r"cron\(([^\s()]+ ){5}[^\s()]+\)|rate\([1-9]\d{0,3} (hours?|days?)\)", re.ASCII)
_HOUR = 3600


@rule(
    "rotation",
    hard=True,
    text="The rotation is `off`, or has `every` or `schedule`, not both.",
    source="Secrets Manager API RotationRules",
    fields="credentials.rotation",
)
def rotation(spec: ClusterSpec) -> Iterator[Finding]:
    given = spec.credentials.rotation
    if given is None:
        return
    if not given.enabled:
        for name in ("every", "schedule", "duration"):
            if getattr(given, name) is not None:
                yield Finding(f"credentials.rotation.{name}", "the rotation is off", "remove it, or remove `enabled`")
    elif given.every is not None and given.schedule is not None:
        yield Finding("credentials.rotation.schedule", "`every` already sets the rotation period", "keep one of them")
    elif given.every is None and given.schedule is None:
        yield Finding("credentials.rotation", "the rotation has no period and no schedule", "set `every: 30d`")


@rule(
    "rotation-schedule",
    hard=True,
    text="A rotation schedule is `cron(...)` with six fields, or `rate(N days)`.",
    source="Secrets Manager User Guide, schedule expressions",
    fields="credentials.rotation",
)
def rotation_schedule(spec: ClusterSpec) -> Iterator[Finding]:
    schedule = spec.credentials.rotation.schedule if spec.credentials.rotation else None
    if schedule is not None and not _SCHEDULE.fullmatch(schedule):
        message = f'"{shown(schedule)}" is not a valid rotation schedule'
        yield Finding("credentials.rotation.schedule", message, "for example `cron(0 4 1 * ? *)` or `rate(10 days)`")


@rule(
    "rotation-duration",
    hard=True,
    text="The rotation window is 1 to 24 whole hours.",
    source="Secrets Manager API RotationRules.Duration",
    fields="credentials.rotation",
)
def rotation_duration(spec: ClusterSpec) -> Iterator[Finding]:
    seconds = spec.credentials.rotation.duration if spec.credentials.rotation else None
    if seconds is not None and (seconds % _HOUR or not _HOUR <= seconds <= 24 * _HOUR):
        near = min(max(round(seconds / _HOUR), 1), 24)
        message = f"{format_seconds(seconds)} is not 1 to 24 whole hours"
        yield Finding("credentials.rotation.duration", message, f"write `{near}h`")
