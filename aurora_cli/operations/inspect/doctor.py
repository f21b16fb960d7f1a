"""Look for what would stop a create before it is tried: Terraform, provider, credentials, Region, permissions, clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.related.quotas import Quota, read_quotas
from aurora_cli.errors import AuroraError, SandboxFailed
from aurora_cli.events import Emit
from aurora_cli.operations.preflight.quotas import used_up

if TYPE_CHECKING:
    from aurora_cli.aws.engine.engine_versions import Support
    from aurora_cli.context import AppContext

Outcome = Literal["ok", "warning", "failed", "skipped"]
_CLOCK_WARNING_S, _CLOCK_LIMIT_S = 60, 300  # AWS refuses signatures that are five minutes off
_REGISTRY = ("registry.terraform.io", 443)


@dataclass(frozen=True)
class Check:
    """One thing looked at. `hint` is the way out when it is not ok."""

    name: str
    status: Outcome
    message: str
    hint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return asdict(self)


def doctor(app: AppContext, *, emit: Emit) -> list[Check]:
    """All checks, in the order in which a create would meet them. A failing check never stops the others."""
    checks = [_home(app), _terraform(app), _psql(app)]
    checks += [_sandbox_packages(app), _emulator(app, emit)] if app.sandbox else []
    checks.append(_provider(app))
    fallback = app.fallback_region()
    region = app.region or (fallback[0] if fallback else None)
    if not region:
        skipped = Check("region", "failed", "No Region is set.", "Specify --region, or set AWS_REGION.")
        return [*checks, skipped, Check("credentials", "skipped", "Not checked without a Region.")]
    if any(c.name == "emulator" and c.status == "failed" for c in checks):
        return checks
    account = list(_account(app, region))
    asked = any(check.name == "credentials" and check.status == "ok" for check in account)
    return [*checks, *([_databases(app)] if app.sandbox else []), *account, engine_support(app, asked=asked)]


def _home(app: AppContext) -> Check:
    try:
        app.home.prepare()
    except AuroraError as error:
        return Check("home", "failed", error.message, error.hint)
    if not os.access(app.home.path, os.W_OK):
        return Check("home", "failed", f"{app.home.path} cannot be written.", "Choose another folder with --home.")
    return Check("home", "ok", f"{app.home.path}")


def _terraform(app: AppContext) -> Check:
    try:
        binary = app.binary
    except AuroraError as error:
        return Check("terraform", "failed", error.message, error.hint)
    kind = f" (embedded, licence {binary.licence})" if binary.embedded else f" at {binary.path}"
    return Check("terraform", "ok", f"{binary.product} {binary.version}{kind}")


def _psql(app: AppContext) -> Check:
    """The client that `aurora-cli psql` runs."""
    from aurora_cli.operations.sql.client import find_program

    path = find_program(app, "psql")
    return (
        Check("psql", "ok", path)
        if path
        else Check("psql", "skipped", "Not installed; `aurora-cli sql NAME` needs none.")
    )


def _sandbox_packages(app: AppContext) -> Check:
    missing, way_out = app.missing_sandbox_packages()
    if missing:
        return Check("sandbox packages", "failed", f"Not installed: {', '.join(missing)}.", way_out)
    return Check("sandbox packages", "ok", "all installed")


def _emulator(app: AppContext, emit: Emit) -> Check:
    try:
        app.begin(emit)
    except AuroraError as error:
        return Check("emulator", "failed", error.message, error.hint)
    return Check("emulator", "ok", f"{app.sandbox_manager.status().endpoint}")


def _databases(app: AppContext) -> Check:
    """What the sandbox's clusters run on, whatever version the API says."""
    try:
        found = app.sandbox_manager.databases()
    except SandboxFailed as error:
        return Check("databases", "skipped", error.message)
    if found["running"]:
        words = [
            f"{one['engine']}: {', '.join(one['servers']) or 'no servers. ' + one['reason']}"
            for one in found["engines"]
        ]
        return Check("databases", "ok", "; ".join(words))
    return Check("databases", "skipped", f"The sandbox runs without database servers: {found['reason']}")


def _provider(app: AppContext) -> Check:
    """Whether Terraform can get hashicorp/aws: from the sandbox, from the cache, or from the registry."""
    if app.sandbox and app.provider != "genuine":
        return Check("provider", "ok", "the sandbox provider, with the schema of hashicorp/aws 6.62.0")
    cached = sorted(app.home.plugin_cache.glob("*/hashicorp/aws/*"))
    if cached:
        return Check("provider", "ok", f"hashicorp/aws {cached[-1].name} in the cache")
    if app.environ.get("TF_CLI_CONFIG_FILE"):
        return Check("provider", "ok", "chosen by the Terraform CLI configuration file (a mirror, perhaps)")
    return _registry()


def _registry() -> Check:
    import socket

    host, port = _REGISTRY
    try:
        socket.create_connection((host, port), timeout=3).close()
    except OSError as problem:
        return Check(
            "provider",
            "warning",
            f"{host} cannot be reached ({problem}), and hashicorp/aws is not in the cache.",
            "Set up a mirror in Terraform's CLI configuration (provider_installation), or check the network.",
        )
    return Check("provider", "ok", f"{host} can be reached")


def _account(app: AppContext, region: str) -> Iterator[Check]:
    clients = app.aws(region)
    try:
        with aws_errors("reading the caller identity"):
            answer = clients.client("sts").get_caller_identity()
    except AuroraError as error:
        yield Check("credentials", "failed", error.message, error.hint)
        return
    yield Check("credentials", "ok", f"{answer.get('Arn')} in account {answer.get('Account')}")
    yield _clock(answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date"), app.clock.now())
    for name, looking in _looks(clients, region):
        yield _look(name, looking)
    yield _quotas(read_quotas(clients.client("rds")))


def _quotas(found: dict[str, Quota]) -> Check:
    """Whether the account has room for one more of everything that a stack makes."""
    if not found:
        return Check("quotas", "skipped", "Not permitted (rds:DescribeAccountAttributes).")
    full = used_up(found)
    if full:
        hint = "Request an increase in the Service Quotas console, or delete unused resources."
        return Check("quotas", "warning", f"Quotas reached: {', '.join(full)}.", hint)
    return Check("quotas", "ok", "no quota is reached")


def _clock(date_header: str | None, now: datetime) -> Check:
    """Compare our clock with the Date header of AWS's answer."""
    if not date_header:
        return Check("clock", "skipped", "AWS sent no date.")
    theirs = parsedate_to_datetime(date_header)
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=timezone.utc)
    off = abs((now - theirs).total_seconds())
    if off >= _CLOCK_LIMIT_S:
        return Check("clock", "failed", f"The clock is {off:.0f} s off; AWS refuses requests.", "Set the clock (NTP).")
    if off >= _CLOCK_WARNING_S:
        return Check("clock", "warning", f"The clock is {off:.0f} s off.", "Set the clock (NTP).")
    return Check("clock", "ok", f"within {max(off, 1):.0f} s of AWS's")


def engine_support(app: AppContext, *, asked: bool) -> Check:
    """Whether the engine version of each cluster of the home is in standard support, and what Extended Support costs.

    Args:
        asked: whether AWS is asked for the ends; else they are the packaged table's.
    """
    from aurora_cli.operations.cost.support import supports_by_aws
    from aurora_cli.operations.inspect.clusters import list_clusters
    from aurora_cli.spec.facts.versions import major_version

    @cache
    def ends(region: str, engine: str) -> dict[str, Support]:
        return supports_by_aws(app, region, engine) if asked else {}

    def end(region: str, engine: str, version: str) -> Support | None:
        return ends(region, engine).get(major_version(engine, version))

    name = "engine support"
    try:
        rows = [row for row in list_clusters(app, end) if row.support_ends]
    except AuroraError as error:
        return Check(name, "skipped", error.message, error.hint)
    near = [f"{row.name}: {row.support}" for row in rows if row.support]
    if near:
        return Check(
            name, "warning", " ".join(near), "Upgrade to a version in standard support: aurora-cli upgrade NAME"
        )
    first = min(rows, key=lambda row: str(row.support_ends), default=None)
    if first is None:
        return Check(name, "ok", "no cluster of the home is in Extended Support")
    return Check(name, "ok", f"standard support ends first for {first.name}, on {first.support_ends}")


def _looks(clients: Any, region: str) -> list[tuple[str, Callable[[], Any]]]:
    """One harmless call for each service that a stack uses: it shows the permission to read, not the one to write."""
    return [
        (f"region {region}", lambda: clients.client("ec2").describe_availability_zones()),
        ("permission ec2:DescribeVpcs", lambda: clients.client("ec2").describe_vpcs(MaxResults=5)),
        ("permission rds:DescribeDBClusters", lambda: clients.client("rds").describe_db_clusters(MaxRecords=20)),
        (
            "permission rds:DescribeDBClusterSnapshots",
            lambda: clients.client("rds").describe_db_cluster_snapshots(MaxRecords=20),
        ),
        ("permission logs:DescribeLogGroups", lambda: clients.client("logs").describe_log_groups(limit=1)),
        ("permission kms:ListAliases", lambda: clients.client("kms").list_aliases(Limit=1)),
    ]


def _look(name: str, looking: Callable[[], Any]) -> Check:
    try:
        with aws_errors(f"checking {name}"):
            looking()
    except AuroraError as error:
        return Check(name, "failed", error.message, error.hint)
    return Check(name, "ok", "allowed" if name.startswith("permission") else "reachable")
