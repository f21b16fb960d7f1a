"""Engine versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from aurora_cli.spec.facts.support import standard_support_end, support_ended
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.facts.versions import (
    creatable,
    default_version,
    is_exact,
    major_version,
    newest,
    well_formed,
)
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import did_you_mean, shown

_NEAR = timedelta(days=180)


@rule(
    "engine-version",
    hard=True,
    text="A version is written in full or as its major: `16.8` or `16`; `8.0.mysql_aurora.3.10.0` or `8.0`.",
    source="RDS API DescribeDBEngineVersions",
    fields="engine engine_version",
    skippable=False,
)
def engine_version(spec: ClusterSpec) -> Iterator[Finding]:
    version = spec.engine_version
    if version is not None and not well_formed(spec.engine, version):
        message = f'"{shown(version)}" is not a valid version of {spec.engine}'
        yield Finding("engine_version", message, _legal(spec.engine, version))


def _legal(engine: str, version: str) -> str:
    if "limitless" in version:
        return "Limitless Database is not offered here; write the version without -limitless"
    if engine == "aurora-mysql":
        own = [v for v in creatable(engine) if v.endswith(f".mysql_aurora.{version}")]
        if own:
            return f"write it in full: `{own[-1]}`"
        if re.fullmatch(r"[58]\.\d\.\d+", version):
            own_version = newest(engine, version[:3]) or default_version(engine)
            return f"this is a version of MySQL, not of Aurora; write `{own_version}`"
    return str(did_you_mean(version, creatable(engine), f"for example `{default_version(engine)}`"))


@rule(
    "engine-version-known",
    hard=False,
    text="AWS offers the version for new clusters, as of the packaged table.",
    source="facts/engines.json (cfn-lint 1.58.0)",
    fields="engine engine_version",
)
def engine_version_known(spec: ClusterSpec) -> Iterator[Finding]:
    version, engine = spec.engine_version, spec.engine
    if version is None or not well_formed(engine, version) or version in creatable(engine):
        return
    major = major_version(engine, version)
    if version == major and newest(engine, major):
        return
    age = f"as of {table('engines')['read']}"
    best = newest(engine, major) or newest(engine)
    if version in table("engines")[engine]["retired"]:
        message = f"AWS no longer creates new clusters with {version}, {age}; existing clusters may keep running it"
        yield Finding("engine_version", message, f"the newest of this major version is `{best}`")
    else:
        yield Finding(
            "engine_version", f"{version} is not in the table of versions, {age}", f"the newest known is `{best}`"
        )


@rule(
    "engine-version-owner",
    hard=False,
    text="With automatic minor upgrades on, AWS chooses the minor version, so an exact one in the spec is not kept.",
    source="Aurora User Guide, upgrades; provider issue 27240",
    fields="engine engine_version maintenance.auto_minor_upgrades",
)
def engine_version_owner(spec: ClusterSpec) -> Iterator[Finding]:
    version = spec.engine_version
    if version and spec.maintenance.auto_minor_upgrades and is_exact(spec.engine, version):
        major = major_version(spec.engine, version)
        message = f"automatic minor upgrades are on, so Terraform sets `{major}`, and AWS chooses the minor version"
        hint = (
            f'write `engine_version: "{major}"`, or set maintenance.auto_minor_upgrades to false to stay on {version}'
        )
        yield Finding("engine_version", message, hint)


@rule(
    "engine-version-support",
    hard=False,
    text="The major version is in standard support; after it, Extended Support is charged by the vCPU hour.",
    source="Aurora User Guide, release calendars",
    fields="engine engine_version",
)
def engine_version_support(spec: ClusterSpec) -> Iterator[Finding]:
    version = spec.engine_version
    if version is None or not well_formed(spec.engine, version):
        return
    major = major_version(spec.engine, version)
    ended = support_ended(spec.engine, version)
    if ended:
        message = f"standard support for {spec.engine} {major} ended on {ended}: AWS charges Extended Support"
        yield Finding("engine_version", message, f"the default is `{default_version(spec.engine)}`")
        return
    end = standard_support_end(spec.engine, version)
    if end is not None and end - datetime.now(timezone.utc).date() < _NEAR:
        message = f"standard support for {spec.engine} {major} ends on {end}, as of {table('engines')['read']}"
        yield Finding("engine_version", message, f"the default is `{default_version(spec.engine)}`")
