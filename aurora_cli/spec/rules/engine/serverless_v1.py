"""Serverless v1: why it is refused, and whether what is said of it was ever possible."""

from __future__ import annotations

from collections.abc import Iterator

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.model.serverless_v1 import CAPACITIES, END_OF_LIFE, LAST_NEW
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.engine_names import canonical_engine
from aurora_cli.spec.values.quantities import format_seconds

_API = "RDS API ScalingConfiguration"


@rule(
    "serverless-v1",
    hard=True,
    text=f"Serverless v1 has ended: no new clusters since {LAST_NEW}, end of life {END_OF_LIFE}.",
    source="Aurora User Guide, Aurora Serverless v1",
    fields="serverless_v1",
    skippable=False,
)
def serverless_v1(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.serverless_v1 is not None:
        message = f"AWS has created no new Serverless v1 clusters since {LAST_NEW}; its end of life was {END_OF_LIFE}"
        hint = (
            "`aurora-cli spec from-serverless-v1 FILE` prints the equivalent Serverless v2 spec; "
            "`aurora-cli migrate serverless-v1 SOURCE --into NAME` migrates the data of an existing one"
        )
        yield Finding("serverless_v1", message, hint)


@rule(
    "serverless-v1-capacity",
    hard=True,
    text="Serverless v1 had 1, 2, 4, ... 256 ACU (mysql) or 2, 4, ... 64, 192, 384 ACU (postgres), the smallest first.",
    source=_API,
    fields="engine serverless_v1",
    skippable=False,
)
def serverless_v1_capacity(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.serverless_v1 is None:
        return
    scaling, known = spec.serverless_v1.scaling, CAPACITIES[spec.engine]
    for name in ("min_capacity", "max_capacity"):
        value = getattr(scaling, name)
        if value is not None and value not in known:
            near = min(known, key=lambda step: abs(step - value))
            message = f"{spec.engine} had no {value} ACU with Serverless v1"
            yield Finding(f"serverless_v1.scaling.{name}", message, f"for example {near}")
    low, high = scaling.min_capacity or 2, scaling.max_capacity or 16
    if high < low:
        message = f"the maximum capacity, {high} ACU, is below the minimum, {low}"
        yield Finding("serverless_v1.scaling.max_capacity", message, f"write {low} or more")


@rule(
    "serverless-v1-times",
    hard=True,
    text="Serverless v1 paused after 5m to 1d (0: never), and looked for a scaling point for 1m to 10m.",
    source=_API,
    fields="serverless_v1",
    skippable=False,
)
def serverless_v1_times(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.serverless_v1 is None:
        return
    scaling = spec.serverless_v1.scaling
    for name, value, low, high in (
        ("auto_pause", scaling.auto_pause or None, 300, 86400),
        ("timeout", scaling.timeout, 60, 600),
    ):
        if value is not None and not low <= value <= high:
            span = f"{format_seconds(low)} to {format_seconds(high)}"
            message = f"`{name}` was {span}, not {format_seconds(value)}"
            near = format_seconds(min(max(value, low), high))
            yield Finding(f"serverless_v1.scaling.{name}", message, f"write `{near}`")


@rule(
    "serverless-v1-engine",
    hard=True,
    text="`serverless_v1.engine` equals `engine`.",
    source="CDK ServerlessClusterProps.engine",
    fields="engine serverless_v1",
    skippable=False,
)
def serverless_v1_engine(spec: ClusterSpec) -> Iterator[Finding]:
    engine = spec.serverless_v1.engine if spec.serverless_v1 else None
    if engine is not None and canonical_engine(engine) != spec.engine:
        message = f"the cluster's engine is {spec.engine}, not {engine}"
        yield Finding("serverless_v1.engine", message, "leave it out")
