"""Validates a configuration: conflicting and required arguments, and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.engine.rules import broken_rule
from aurora_cli.sandbox.provider.protocol.diagnostics import Diagnostic, Path
from aurora_cli.sandbox.provider.protocol.schema import Block
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN


def validate(block: Block, behaviour: Behaviour, config: Mapping[str, Any]) -> list[Diagnostic]:
    """The errors of a configuration, with the messages of the genuine provider.

    Unknown values count as set and valid. Terraform itself checks types, required arguments and block counts.
    """
    return [
        *_conflicts(behaviour, config),
        *_companions(behaviour, config),
        *_groups(behaviour, config),
        *_values(behaviour, config),
        *_deprecations(block, config),
    ]


def _found(config: Any, path: str) -> list[tuple[Path, Any]]:
    """The values at a dotted path, with their positions; one per element of a block in the path."""
    places: list[tuple[Path, Any]] = [((), config)]
    for step in path.split("."):
        places = [place for where, value in places for place in _descend(where, value, step)]
    return [(where, value) for where, value in places if value is not None and value != []]


def _descend(where: Path, value: Any, step: str) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _descend((*where, index), item, step)
    elif isinstance(value, Mapping):
        yield (*where, step), value.get(step)


def _is_set(config: Any, path: str) -> bool:
    """Whether the configuration sets the path; false counts as not set."""
    return any(value is not False for _, value in _found(config, path))


def _is_unknown(config: Any, path: str) -> bool:
    """An unknown value may be null, so that the genuine provider reports a conflict only for known values."""
    return any(value is UNKNOWN for _, value in _found(config, path))


def _conflicts(behaviour: Behaviour, config: Any) -> Iterator[Diagnostic]:
    for first, second in behaviour.conflicts:
        if _is_set(config, first) and _is_set(config, second) and not _is_unknown(config, second):
            yield Diagnostic(
                "Conflicting configuration arguments", f'"{first}": conflicts with {second}', _first_path(config, first)
            )


def _companions(behaviour: Behaviour, config: Any) -> Iterator[Diagnostic]:
    for path, others in behaviour.required_with.items():
        if _is_set(config, path) and not all(_is_set(config, other) for other in others):
            names = ",".join(sorted((path, *others)))
            yield Diagnostic(
                "Missing required argument", f'"{path}": all of `{names}` must be specified', _first_path(config, path)
            )


def _groups(behaviour: Behaviour, config: Any) -> Iterator[Diagnostic]:
    for group in behaviour.exactly_one_of:
        count = _count_in_parents(config, group)
        if count == 0:
            yield Diagnostic("Invalid combination of arguments", f"one of `{','.join(group)}` must be specified")
        elif count is not None and count > 1:
            yield Diagnostic("Invalid combination of arguments", f"only one of `{','.join(group)}` can be specified")
    for group in behaviour.at_least_one_of:
        if _count_in_parents(config, group) == 0:
            yield Diagnostic("Missing required argument", f"one of `{','.join(group)}` must be specified")


def _count_in_parents(config: Any, group: Any) -> int | None:
    """How many of a group are set; None if one is unknown or their block is absent."""
    parent = group[0].rpartition(".")[0]
    if parent and not _is_set(config, parent):
        return None
    if any(value is UNKNOWN for path in group for _, value in _found(config, path)):
        return None
    return sum(_is_set(config, path) for path in group)


def _values(behaviour: Behaviour, config: Any) -> Iterator[Diagnostic]:
    for path, rule in behaviour.validators.items():
        for where, value in _found(config, path):
            for item in value if isinstance(value, list) else [value]:
                problem = None if item is UNKNOWN else broken_rule(rule, item, path)
                if problem:
                    yield Diagnostic(problem, path=where)


def _deprecations(block: Block, config: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for name, attribute in block.attributes.items():
        if attribute.deprecated and config.get(name) not in (None, UNKNOWN):
            yield Diagnostic("Argument is deprecated", f"{name} is deprecated.", (name,), severity="warning")


def _first_path(config: Any, path: str) -> Path:
    found = _found(config, path)
    return found[0][0] if found else ()
