"""Specs for tests, as nested values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aurora_cli.errors import SpecInvalid
from aurora_cli.problem import Problem
from aurora_cli.spec.layers.flags import layer_from_pairs
from aurora_cli.spec.resolve.resolve import Layer, Resolved, resolve

POSTGRES: dict[str, Any] = {
    "name": "orders",
    "region": "eu-west-1",
    "engine": "postgres",
    "network": {"allow": ["10.0.0.0/16"]},
}
MYSQL: dict[str, Any] = {**POSTGRES, "engine": "mysql"}
EXISTING: dict[str, Any] = {
    "network.allow": ["10.0.0.0/16"],
    "network.vpc_id": "vpc-0123456789abcdef0",
    "network.subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
}


def layers(changes: dict[str, Any], base: dict[str, Any]) -> list[Layer]:
    """The base, and the changes (dotted path -> value) above it."""
    return [Layer(base, "base"), *layer_from_pairs((path, value, "change") for path, value in changes.items())]


def resolved(changes: dict[str, Any] | None = None, base: dict[str, Any] = POSTGRES) -> Resolved:
    """The base with changes, which must be good."""
    return resolve(layers(changes or {}, base))


def problems(
    changes: dict[str, Any], base: dict[str, Any] = POSTGRES, skip_checks: Sequence[str] = ()
) -> tuple[Problem, ...]:
    """All problems and warnings of the base with changes."""
    try:
        return resolve(layers(changes, base), skip_checks=skip_checks).warnings
    except SpecInvalid as error:
        return error.problems
