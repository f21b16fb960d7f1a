"""Facts about a resource type that its schema lacks, from package data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Behaviour:
    """Facts about a resource type; paths are dotted, without positions.

    Attributes:
        force_new: paths whose change replaces the resource.
        defaults: path -> static default.
        computed_blocks: blocks that AWS fills if the configuration has none.
        conflicts: pairs that must not be set together.
        required_with: path -> paths that must be set too.
        exactly_one_of, at_least_one_of: groups of paths.
        exactly_one_configured: the same in types of the plugin framework.
        validators: path -> the rule in short form.
        timeouts: kind -> duration text.
    """

    force_new: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    computed_blocks: Sequence[str] = ()
    conflicts: Sequence[Sequence[str]] = ()
    required_with: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exactly_one_of: Sequence[Sequence[str]] = ()
    at_least_one_of: Sequence[Sequence[str]] = ()
    exactly_one_configured: Sequence[Sequence[str]] = ()
    validators: Mapping[str, str] = field(default_factory=dict)
    timeouts: Mapping[str, str] = field(default_factory=dict)


@cache
def _facts() -> dict[str, Any]:
    text = resources.files("aurora_cli.sandbox.provider").joinpath("data/behaviour.json").read_text("utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


@cache
def behaviour_of(resource_type: str) -> Behaviour:
    """The facts about a type; empty for a type without an entry."""
    raw = _facts().get(resource_type, {})
    known = {name: raw[name] for name in Behaviour.__dataclass_fields__ if name in raw}
    known["force_new"] = frozenset(raw.get("force_new", ()))
    return Behaviour(**known)
