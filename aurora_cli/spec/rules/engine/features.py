"""What a version or an engine does not have: Data API, support past the end, backtrack."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.facts.support import support_ended
from aurora_cli.spec.facts.versions import below_floor, default_version, major_version, well_formed
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule

_DATA_API = "Aurora User Guide, Data API requirements"


def _without_data_api(spec: ClusterSpec, engine: str) -> Iterator[Finding]:
    floor = below_floor(spec.engine, "data_api", spec.engine_version)
    if spec.data_api and spec.engine == engine and floor:
        message = f"{spec.engine} {spec.engine_version} does not support the Data API, which requires {floor} or later"
        yield Finding("data_api", message, "leave it out, or use a newer version")


@rule(
    "data-api-version",
    hard=True,
    text="The Data API needs Aurora PostgreSQL 13.11, 14.8, 15.3, 16.1, 17.4 or 18.3, or newer.",
    source=_DATA_API,
    fields="engine engine_version data_api",
)
def data_api_version(spec: ClusterSpec) -> Iterator[Finding]:
    yield from _without_data_api(spec, "aurora-postgresql")


@rule(
    "data-api-mysql",
    hard=False,
    text="The Data API needs Aurora MySQL 3.07, or newer.",
    source=_DATA_API,
    fields="engine engine_version data_api",
)
def data_api_mysql(spec: ClusterSpec) -> Iterator[Finding]:
    yield from _without_data_api(spec, "aurora-mysql")


@rule(
    "extended-support",
    hard=True,
    text="Without Extended Support a cluster has a version in standard support.",
    source="RDS API EngineLifecycleSupport",
    fields="engine engine_version extended_support",
)
def extended_support(spec: ClusterSpec) -> Iterator[Finding]:
    version = spec.engine_version
    if spec.extended_support is not False or version is None or not well_formed(spec.engine, version):
        return
    major = major_version(spec.engine, version)
    ended = support_ended(spec.engine, version)
    if ended:
        message = f"standard support for {spec.engine} {major} ended on {ended}, and `extended_support` is off"
        yield Finding("extended_support", message, f"use `engine_version: {default_version(spec.engine)}`")


@rule(
    "backtrack-engine",
    hard=True,
    text="Only Aurora MySQL supports backtrack.",
    source="RDS API CreateDBCluster.BacktrackWindow",
    fields="engine backup.backtrack",
)
def backtrack_engine(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.backup.backtrack and spec.engine != "aurora-mysql":
        yield Finding(
            "backup.backtrack",
            f"{spec.engine} does not support backtrack",
            "leave it out: point-in-time restores reach any second",
        )


@rule(
    "backtrack-binlog",
    hard=False,
    text="Backtrack does not work with binary log replication.",
    source="Aurora User Guide, backtrack limitations",
    fields="engine backup.backtrack parameters.cluster",
)
def backtrack_binlog(spec: ClusterSpec) -> Iterator[Finding]:
    binlog = str(spec.parameters.cluster.get("binlog_format", "OFF")).upper()
    if spec.backup.backtrack and spec.engine == "aurora-mysql" and binlog != "OFF":
        message = "a backtrack breaks binary log replication, which `binlog_format` enables"
        yield Finding("backup.backtrack", message, "leave one of them out")
