"""Checks that ask AWS itself, beside the plan (`operations/preflight`): here they have their name, text and source."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule


@rule(
    "orderable",
    hard=True,
    text="AWS offers version, classes, zones, storage and features together in the Region. Checked on a create, and when one "
    "of them changes; without credentials or permission, the packaged tables are used.",
    source="RDS API DescribeOrderableDBInstanceOptions, DescribeDBEngineVersions",
    fields="engine engine_version region instances storage",
)
def orderable(spec: ClusterSpec) -> Iterator[Finding]:
    yield from ()
