"""Rules that AWS has for a cluster and that the shape of the file cannot express."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from types import ModuleType

from aurora_cli.errors import Problem
from aurora_cli.spec.model import ClusterSpec
from aurora_cli.spec.rules import (
    backends,
    backups,
    capacity,
    engines,
    identifiers,
    instances,
    keys,
    logs,
    network,
    parameters,
    security,
    sources,
    tags,
)
from aurora_cli.spec.rules.registry import Rule

__all__ = ["catalogue", "check", "check_names"]


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(rule for module in modules() for rule in _of(module))


def _of(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def modules() -> tuple[ModuleType, ...]:
    """The files of rules, in the order of the spec."""
    return (
        identifiers,
        tags,
        engines,
        instances,
        capacity,
        network,
        sources,
        keys,
        security,
        backups,
        parameters,
        logs,
        backends,
    )


def check(spec: ClusterSpec, *, broken: Collection[str] = ()) -> list[Problem]:
    """All breaches in a spec, errors and warnings, without line and source.

    Args:
        broken: top-level keys whose values are not to be trusted; rules that read them are left out.
    """
    usable = [rule for rule in _rules() if not any(name in broken for name in rule.fields)]
    return [problem for rule in usable for problem in rule.problems(spec)]


def check_names() -> list[str]:
    """Names of all checks: what `--skip-check` takes."""
    return [rule.name for rule in _rules()]


def catalogue() -> list[tuple[str, bool, str, str]]:
    """Every rule: name, whether it is hard, its sentence, its source."""
    return [(rule.name, rule.hard, rule.text, rule.source) for rule in _rules()]
