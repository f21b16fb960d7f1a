"""The fields that are arguments of Terraform resources, as the model marks them: from plans, labels and the API to the spec."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic.fields import FieldInfo

from aurora_cli.spec.layers.shape import walk
from aurora_cli.spec.model.fields import CLUSTER, Argument

_FAMILY = "aws_rds_"


@cache
def arguments() -> tuple[tuple[str, Argument], ...]:
    """Dotted path and argument of each marked field, those of the whole cluster first."""
    marked = ((path, one) for path, _, one in _marked())
    return tuple(sorted(marked, key=lambda pair: (pair[1].of != CLUSTER, pair[0].count("."))))


def _marked() -> Iterator[tuple[str, FieldInfo, Argument]]:
    """Those of the other Regions left out, which are the same."""
    for path, info in walk():
        if not path.startswith("global."):
            yield from ((path, info, one) for one in info.metadata if isinstance(one, Argument))


def field_of(resource: str, attribute: str) -> str | None:
    """Where the spec says what a top-level attribute has: from a plan back to the YAML. None where it has no field for it.

    What an instance or the global cluster does not set itself comes from the cluster.
    """
    types = {resource, CLUSTER} if resource.startswith(_FAMILY) or attribute.startswith("tags") else {resource}
    paths = [path for path, one in arguments() if one.name == attribute and one.of in types]
    return ", ".join(paths) or None


def values_in(cluster: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Dotted path and value of each field that a cluster of DescribeDBClusters has under a key of its own; None is no value."""
    for path, info, one in _marked():
        if one.api:
            value = cluster.get(one.api)
            yield path, bool(value) if info.annotation is bool else value or None
