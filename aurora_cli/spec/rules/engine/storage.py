"""The storage of the cluster's volume."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.facts.versions import below_floor
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.instances.instances import classes_of
from aurora_cli.spec.rules.registry import Finding, rule

_OPTIMIZED = "aurora-iopt1"
_GUIDE = "Aurora User Guide, Aurora storage: I/O-Optimized"


@rule(
    "io-optimized-version",
    hard=True,
    text="I/O-Optimized needs Aurora PostgreSQL 13.10, 14.7, 15.2, 16.1 or 17.4, or Aurora MySQL 3.03.1 or 8.4.7, or newer.",
    source=_GUIDE,
    fields="engine engine_version storage",
)
def io_optimized_version(spec: ClusterSpec) -> Iterator[Finding]:
    floor = below_floor(spec.engine, "io_optimized", spec.engine_version)
    if spec.storage == _OPTIMIZED and floor:
        message = f"{spec.engine} {spec.engine_version} does not support I/O-Optimized storage, which requires {floor} or later"
        yield Finding("storage", message, "write `storage: aurora`, or use a newer version")


@rule(
    "io-optimized-class",
    hard=True,
    text="`db.t2` classes do not support I/O-Optimized.",
    source=_GUIDE,
    fields="storage instances.class instances.overrides",
)
def io_optimized_class(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name in _classes(spec, r"db\.t2\..*"):
        yield Finding(path, f"{name} does not support I/O-Optimized storage", "for example `db.t4g.medium`")


@rule(
    "io-optimized-old-class",
    hard=False,
    text="Old classes (`db.r3`, `db.r4`) may not support I/O-Optimized.",
    source=_GUIDE,
    fields="storage instances.class instances.overrides",
)
def io_optimized_old_class(spec: ClusterSpec) -> Iterator[Finding]:
    for path, name in _classes(spec, r"db\.r[34]\..*"):
        yield Finding(path, f"AWS may refuse {name} with I/O-Optimized storage", "for example `db.r7g.large`")


def _classes(spec: ClusterSpec, pattern: str) -> Iterator[tuple[str, str]]:
    if spec.storage == _OPTIMIZED:
        yield from ((path, name) for path, name in classes_of(spec) if re.fullmatch(pattern, name))
