"""Configurations that set two arguments beside each other, which a type allows, requires or refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations as pairs_of
from itertools import product

from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.protocol.schema import Block
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN
from tests.calibration.edits import Facts, Values, full, put

SUMMARIES = ("Conflict", "Missing required", "Invalid combination")
_ERROR = re.compile(r'"([^"]+)": (conflicts with \S+|one of|only one of|all of)')


def about_combinations(facts: Facts, errors: Iterable[str]) -> str:
    """What errors say about arguments beside each other, without the names of all of a group, which versions add to."""
    errors = list(errors)
    found = (match for match in map(_ERROR.search, errors) if match and has(facts, match[1].replace(".0.", ".")))
    framework = [one for one in errors if "Exactly one of these attributes" in one]
    return "; ".join(sorted([*(f"{match[1]} {match[2]}" for match in found), *framework]))


def combinations(block: Block, behaviour: Behaviour, facts: Facts) -> Iterator[tuple[str, list[Values]]]:
    """Two arguments that a packaged fact names together, and the configurations with each of them null, set and unknown."""
    for first, second in sorted(set(_named_together(behaviour))):
        if has(facts, first) and has(facts, second):
            choices = product((None, _set(facts, first), UNKNOWN), (None, _set(facts, second), UNKNOWN))
            configs = [put(put(facts.config, first, one, facts, 0), second, two, facts, 0) for one, two in choices]
            yield f"{first} {second}", [full(block, config) for config in configs]


def _named_together(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    for first, second in behaviour.conflicts:
        yield min(first, second), max(first, second)
    for group in (*behaviour.exactly_one_of, *behaviour.at_least_one_of, *behaviour.exactly_one_configured):
        yield from pairs_of(sorted(group)[:4], 2)
    for path, others in behaviour.required_with.items():
        for other in others:
            yield min(path, other), max(path, other)


def has(facts: Facts, path: str) -> bool:
    """Whether it is an argument that the genuine provider has, too."""
    return path in facts.values or path in facts.inner


def _set(facts: Facts, path: str) -> object:
    return facts.values[path][0] if path in facts.values else [facts.inner[path][0]]
