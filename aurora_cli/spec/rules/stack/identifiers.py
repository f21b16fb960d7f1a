"""Names: the cluster and what is called after it, the Region, the first database, the master user, the port."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.facts.partitions import REGIONS, is_region
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import did_you_mean, shown

_NAME = re.compile(r"[a-z](?:[a-z0-9]|-(?!-|$)){0,62}", re.ASCII)
_DATABASE = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_USER = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_DOCUMENTED_USER = 16
_LONGEST = 63


def legal_name(text: str) -> str:
    """The nearest legal cluster identifier: `My_DB--1` gives `my-db-1`."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    slug = slug if slug[:1].isalpha() else f"db-{slug}".rstrip("-")
    return slug[:_LONGEST].rstrip("-")


@rule(
    "cluster-name",
    hard=True,
    text="A cluster's name is 1 to 63 lower-case letters, digits and single hyphens, starting with a letter, last no hyphen.",
    source="RDS API CreateDBCluster; provider (lower case)",
    fields="name",
    skippable=False,
)
def cluster_name(spec: ClusterSpec) -> Iterator[Finding]:
    if not _NAME.fullmatch(spec.name):
        message = (
            f'"{shown(spec.name)}" is not a valid cluster name: 1 to 63 lower-case letters, digits and single '
            "hyphens, starting with a letter"
        )
        yield Finding("name", message, f"for example `{legal_name(spec.name)}`")


@rule(
    "cluster-name-reserved",
    hard=True,
    text="The name `default` is reserved: the DB subnet group has the name of the cluster, and AWS reserves `default`.",
    source="RDS API CreateDBSubnetGroup",
    fields="name resource_name network.subnet_group",
)
def cluster_name_reserved(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.base_name == "default" and spec.network.subnet_group is None:
        yield Finding("name", "a DB subnet group must not be named `default`", "give the cluster another name")


@rule(
    "instance-name",
    hard=True,
    text="`<name>-<key>` fits in 63 characters for every instance.",
    source="RDS API CreateDBInstance",
    fields="name instances.readers",
)
def instance_name(spec: ClusterSpec) -> Iterator[Finding]:
    digits = len(str(spec.instances.readers + 1))
    room = _LONGEST - 1 - digits
    if room < len(spec.name) <= _LONGEST:
        message = f"instance names are `<name>-<key>` and may have 63 characters, so this name may have {room}"
        yield Finding("name", message, f"for example `{legal_name(spec.name)[:room].rstrip('-')}`")


@rule(
    "resource-name",
    hard=True,
    text="`resource_name` follows the same rules as a cluster's name.",
    source="RDS API CreateDBSubnetGroup, CreateDBClusterParameterGroup; provider (lower case)",
    fields="resource_name",
    skippable=False,
)
def resource_name(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.resource_name is not None and not _NAME.fullmatch(spec.resource_name):
        message = (
            f'"{shown(spec.resource_name)}" is not a valid resource name: 1 to 63 lower-case letters, digits '
            "and single hyphens"
        )
        yield Finding("resource_name", message, f"for example `{legal_name(spec.resource_name)}`")


@rule(
    "region",
    hard=True,
    text="A Region is written as AWS writes it, e.g. `eu-west-1`; a zone such as `eu-west-1a` is not one.",
    source="AWS Regions",
    fields="region",
)
def region(spec: ClusterSpec) -> Iterator[Finding]:
    if not is_region(spec.region):
        hint = did_you_mean(spec.region, REGIONS, "for example `eu-west-1`")
        yield Finding("region", f"{shown(spec.region)} is not a Region", hint)


@rule(
    "region-known",
    hard=False,
    text="The Region is one that this version knows.",
    source="facts/partitions.py",
    fields="region",
)
def region_known(spec: ClusterSpec) -> Iterator[Finding]:
    if is_region(spec.region) and spec.region not in REGIONS:
        message = f'"{spec.region}" is not a Region that this version knows'
        yield Finding("region", message, did_you_mean(spec.region, REGIONS, "ignore this if AWS has it"))


@rule(
    "database-name",
    hard=True,
    text="A database name starts with a letter and holds letters, digits and underscores: up to 63 (postgres) or 64 (mysql).",
    source="RDS API CreateDBInstance.DBName",
    fields="engine database",
)
def database_name(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.database is None:
        return
    longest = table("engines")[spec.engine]["database_name_length"]
    if not _DATABASE.fullmatch(spec.database) or len(spec.database) > longest:
        message = (
            f'"{shown(spec.database)}" is not a valid database name: a letter, then letters, digits and _, up '
            f"to {longest} in all"
        )
        yield Finding("database", message, f"for example `{_legal_database(spec.database, longest)}`")


def _legal_database(text: str, longest: int) -> str:
    slug = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return (slug if slug[:1].isalpha() else f"db_{slug}".rstrip("_"))[:longest]


@rule(
    "database-reserved",
    hard=True,
    text="The database is not one that the engine already has, or reserves (`postgres`, `mysql`, `rdsadmin`, ...).",
    source="RDS API CreateDBInstance.DBName; engine system schemas",
    fields="engine database",
)
def database_reserved(spec: ClusterSpec) -> Iterator[Finding]:
    name = (spec.database or "").lower()
    if name == "postgres" and spec.engine == "aurora-postgresql":
        yield Finding("database", "the database `postgres` always exists", "leave `database` out, or use another name")
    elif name in table("reserved")[spec.engine]["databases"]:
        yield Finding("database", f"{spec.engine} reserves the database name `{name}`", f"for example `{name}_app`")


@rule(
    "database-keyword",
    hard=False,
    text="The database name is not an SQL keyword: AWS refuses words that the engine reserves, without publishing a list.",
    source="RDS API CreateDBInstance.DBName; grammars of PostgreSQL 17 and MySQL 8.0",
    fields="engine database",
)
def database_keyword(spec: ClusterSpec) -> Iterator[Finding]:
    name = (spec.database or "").lower()
    if name in table("reserved")[spec.engine]["keywords"]:
        message = f"`{name}` is an SQL keyword; AWS may refuse it as a database name, and every query must quote it"
        yield Finding("database", message, f"for example `{name}_db`")


@rule(
    "username",
    hard=True,
    text="The master user's name is letters, digits and underscores, starting with a letter: up to 63 on postgres, 32 on mysql.",
    source="RDS API CreateDBCluster.MasterUsername; the engines' limits, which RDS takes (floci-io/floci 3729)",
    fields="engine username",
)
def username(spec: ClusterSpec) -> Iterator[Finding]:
    name, longest = spec.username, table("engines")[spec.engine]["username_length"]
    if name is not None and not (_USER.fullmatch(name) and len(name) <= longest):
        slug = re.sub(r"[^A-Za-z0-9_]+", "", name).lstrip("0123456789_")[:_DOCUMENTED_USER]
        message = (
            f'"{shown(name)}" is not a valid user name: 1 to {longest} letters, digits and _, starting with a letter'
        )
        yield Finding("username", message, f"for example `{slug or 'dbadmin'}`")


@rule(
    "username-long",
    hard=False,
    text="The master user's name has up to 16 characters.",
    source="RDS API CreateDBCluster.MasterUsername",
    fields="engine username",
)
def username_long(spec: ClusterSpec) -> Iterator[Finding]:
    name = spec.username or ""
    if _DOCUMENTED_USER < len(name) <= table("engines")[spec.engine]["username_length"]:
        message = f"AWS documents {_DOCUMENTED_USER} characters for a master user name, and this one has {len(name)}"
        yield Finding("username", message, f"for example `{name[:_DOCUMENTED_USER]}`")


@rule(
    "username-reserved",
    hard=True,
    text="The master user is not `rdsadmin`; on postgres also not `admin`, and does not start with `pg_`.",
    source="RDS API error reports (cfn-lint pull request 4425)",
    fields="engine username",
)
def username_reserved(spec: ClusterSpec) -> Iterator[Finding]:
    reserved, name = table("reserved")[spec.engine], (spec.username or "").lower()
    if name in reserved["users"] or any(name.startswith(prefix) for prefix in reserved["user_prefixes"]):
        suggestion = "dbadmin" if name == "rdsadmin" else table("engines")[spec.engine]["username"]
        yield Finding("username", f"{spec.engine} reserves the user name `{name}`", f"for example `{suggestion}`")


@rule(
    "username-doubtful",
    hard=False,
    text="The master user is not a name that AWS or the engine uses for accounts of its own (`root`, `rds_superuser`, ...).",
    source="facts/reserved.json; AWS publishes no list",
    fields="engine username",
)
def username_doubtful(spec: ClusterSpec) -> Iterator[Finding]:
    name = (spec.username or "").lower()
    if name in table("reserved")[spec.engine]["doubtful_users"]:
        suggestion = table("engines")[spec.engine]["username"]
        yield Finding("username", f"AWS may reserve the user name `{name}`", f"for example `{suggestion}`")


@rule(
    "port",
    hard=True,
    text="The port is 1150 to 65535.",
    source="RDS API CreateDBCluster.Port",
    fields="engine port",
)
def port(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.port is not None and not 1150 <= spec.port <= 65535:
        usual = table("engines")[spec.engine]["port"]
        yield Finding("port", f"the port must be 1150 to 65535, not {spec.port}", f"the default is {usual}")
