"""Log exports."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import did_you_mean, shown

_NEEDS = {"audit": "server_audit_logging", "general": "general_log"}


@rule(
    "log-type",
    hard=True,
    text="Log types fit the engine: instance, iam-db-auth-error; postgresql; or audit, error, general, slowquery.",
    source="RDS API CreateDBCluster.EnableCloudwatchLogsExports",
    fields="engine logs.exports",
)
def log_type(spec: ClusterSpec) -> Iterator[Finding]:
    known = table("engines")[spec.engine]["log_types"]
    for index, name in enumerate(spec.logs.exports or ()):
        if name not in known:
            hint = did_you_mean(name, known, f"it has {', '.join(known)}")
            yield Finding(f"logs.exports.{index}", f"{spec.engine} does not support the log {shown(name)}", hint)


@rule(
    "log-duplicate",
    hard=False,
    text="A log type is listed once.",
    source="CloudWatch Logs: one log group for each type",
    fields="logs.exports",
)
def log_duplicate(spec: ClusterSpec) -> Iterator[Finding]:
    exports = spec.logs.exports or []
    for index, name in enumerate(exports):
        if name in exports[:index]:
            yield Finding(f"logs.exports.{index}", f"the log {shown(name)} is listed twice", "keep one")


@rule(
    "log-retention",
    hard=True,
    text="Log retention is one that CloudWatch Logs has: 1, 3, 5, 7, 14, 30, 60, 90, 120, 180, 365, 400, 731, ... days.",
    source="CloudWatch Logs API PutRetentionPolicy",
    fields="logs.retention",
)
def log_retention(spec: ClusterSpec) -> Iterator[Finding]:
    days, known = spec.logs.retention, table("limits")["retention_days"]
    if days not in known:
        longer = min((d for d in known if d >= days), default=known[-1])
        yield Finding(
            "logs.retention",
            f"CloudWatch Logs keeps no logs for exactly {days} days",
            f"the next longer is `{longer}d`",
        )


@rule(
    "log-parameter",
    hard=False,
    text="The audit and general logs of MySQL are empty until a parameter enables them.",
    source="Aurora User Guide, publishing Aurora MySQL logs",
    fields="engine logs.exports parameters",
)
def log_parameter(spec: ClusterSpec) -> Iterator[Finding]:
    for index, name in enumerate(spec.logs.exports or ()):
        parameter = _NEEDS.get(name) if spec.engine == "aurora-mysql" else None
        if parameter and parameter not in {**spec.parameters.cluster, **spec.parameters.instance}:
            message = f"the {name} log stays empty until `{parameter}` is on"
            yield Finding(f"logs.exports.{index}", message, f"set `parameters.cluster.{parameter}: 1`")
