"""What the database begins with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_LONGEST = 63
_LONGEST_MYSQL = {"roles": 32, "databases": 64}
_TAKEN_MYSQL = (
    "rdsadmin", "rdsrepladmin", "rds_superuser_role", "root", "mysql", "sys", "information_schema", "performance_schema",
)  # fmt: skip
_SECRET = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+", re.ASCII)
_TAKEN = ("rdsadmin", "rds_superuser", "rds_iam", "rds_replication", "rds_password", "public", "template0", "template1")


@rule(
    "bootstrap-engine",
    hard=True,
    text="Databases of Aurora MySQL in `bootstrap` have no owner and no extensions: it knows neither.",
    source="MySQL Reference Manual, CREATE DATABASE",
    fields="engine bootstrap",
)
def bootstrap_engine(spec: ClusterSpec) -> Iterator[Finding]:
    mysql = spec.bootstrap is not None and spec.engine == "aurora-mysql"
    for name, database in (spec.bootstrap.databases if spec.bootstrap and mysql else {}).items():
        path, hint = f"bootstrap.databases.{name}", f"grant instead: `grants: ['all on {name}.* to app']`"
        if database.owner:
            yield Finding(f"{path}.owner", "databases of Aurora MySQL have no owner", hint)
        if database.extensions:
            yield Finding(f"{path}.extensions", "Aurora MySQL has no extensions", "take them out")


@rule(
    "bootstrap-names",
    hard=True,
    text="Roles and databases of `bootstrap` have up to 63 bytes (Aurora MySQL: roles 32 characters, databases 64), and no names "
    "that the database or RDS has taken.",
    source="PostgreSQL documentation, CREATE ROLE, Lexical Structure; MySQL Reference Manual, Identifier Length Limits; Aurora "
    "User Guide, roles of Aurora PostgreSQL, master user privileges",
    fields="engine bootstrap",
)
def bootstrap_names(spec: ClusterSpec) -> Iterator[Finding]:
    given, mysql = spec.bootstrap, spec.engine == "aurora-mysql"
    named = {"roles": list(given.roles), "databases": list(given.databases)} if given else {}
    for section, names in named.items():
        longest, unit = (_LONGEST_MYSQL[section], "characters") if mysql else (_LONGEST, "bytes")
        taken = _TAKEN_MYSQL if mysql else _TAKEN
        for name in names:
            size = len(name) if mysql else len(name.encode("utf-8", "replace"))
            if not 0 < size <= longest or "\0" in name:
                message = f'"{shown(name)}" is not a valid name: 1 to {longest} {unit}'
                yield Finding(f"bootstrap.{section}", message, "use a shorter name")
            elif name.lower() in taken or name.lower().startswith("mysql." if mysql else "pg_"):
                yield Finding(
                    f"bootstrap.{section}.{name}", f"the name {name} is reserved", f"for example `app_{name}`"
                )


@rule(
    "bootstrap-sign-in",
    hard=True,
    text="A role of `bootstrap` signs in with IAM, which must be on, or with the password of a secret, given by its ARN.",
    source="Aurora User Guide, IAM database authentication: rds_iam takes precedence over passwords",
    fields="bootstrap credentials.iam_authentication",
)
def bootstrap_sign_in(spec: ClusterSpec) -> Iterator[Finding]:
    for name, role in (spec.bootstrap.roles if spec.bootstrap else {}).items():
        path = f"bootstrap.roles.{name}"
        if role.iam and role.secret:
            yield Finding(path, "a role with rds_iam cannot sign in with a password", "keep one of `iam` and `secret`")
        elif role.iam and not spec.credentials.iam_authentication:
            yield Finding(f"{path}.iam", "IAM authentication is off", "set `credentials.iam_authentication: true`")
        elif role.secret and not _SECRET.fullmatch(role.secret):
            message = f'"{shown(role.secret)}" is not the ARN of a secret'
            yield Finding(
                f"{path}.secret", message, "for example arn:aws:secretsmanager:eu-west-1:123456789012:secret:app"
            )


@rule(
    "bootstrap-grant",
    hard=True,
    text="A grant of `bootstrap` is the rest of one GRANT statement.",
    source="PostgreSQL documentation, GRANT",
    fields="bootstrap",
)
def bootstrap_grant(spec: ClusterSpec) -> Iterator[Finding]:
    for name, database in (spec.bootstrap.databases if spec.bootstrap else {}).items():
        for number, grant in enumerate(database.grants):
            words = grant.lower().split()
            if ";" in grant or words[:1] == ["grant"] or not {"to"} & set(words):
                message = f'"{shown(grant)}" is not the rest of a GRANT statement'
                example = (
                    "select on app.* to reports" if spec.engine == "aurora-mysql" else "usage on schema public to app"
                )
                hint = f"for example `{example}`"
                yield Finding(f"bootstrap.databases.{name}.grants.{number}", message, hint)
