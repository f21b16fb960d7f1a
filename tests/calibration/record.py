"""Records what the genuine provider plans for edits and refuses as values, for the types that the sandbox has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
from aurora_cli.sandbox.provider.protocol.schema import Attribute, Block, Schema
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, Type
from tests.calibration.combinations import SUMMARIES, about_combinations, combinations
from tests.calibration.edits import Edit, Facts, Values, arguments, edits, full, row
from tests.calibration.genuine import GenuineProvider
from tests.calibration.probes import NUMBERS, TEXTS, choices, placed, probes, refusals
from tests.calibration.requests import RECORDED, is_update, refusing_server

_ELEMENTS = ("list", "set")


def record(binary: Path, ours: dict[str, Schema]) -> dict[str, Any]:
    """What the genuine provider answers.

    Args:
        binary: the genuine provider.
        ours: the schemas of the sandbox's provider.
    """
    with refusing_server() as (address, seen), GenuineProvider(binary, address) as genuine:
        names = sorted(set(ours) & set(genuine.blocks))
        return {name: _Recorder(genuine, name, ours[name].block, seen).all() for name in names}


class _Recorder:
    def __init__(self, genuine: GenuineProvider, name: str, ours: Block, seen: list[str]) -> None:
        self._genuine, self._name, self._seen = genuine, name, seen
        self._block = genuine.blocks[name]
        mine = dict(arguments(ours))
        self._arguments = {
            path: one for path, one in arguments(self._block) if path in mine and _flags(mine[path]) == _flags(one)
        }

        self._blocks = [name for name in self._block.blocks if name in ours.blocks and name != "timeouts"]

    def all(self) -> dict[str, Any]:
        facts = self._facts()
        requests = {"requests": dict(self._requests(facts))} if self._name in RECORDED else {}
        return {
            **requests,
            "edits": self._edits(facts),
            "refused": dict(self._refused()),
            "combined": {
                key: [self._combined(facts, config) for config in configs]
                for key, configs in combinations(self._block, behaviour_of(self._name), facts)
            },
        }

    def _requests(self, facts: Facts) -> Iterator[tuple[str, list[str]]]:
        """The first request for each edit of an argument that changes the resource in place."""
        for path in facts.values:
            yield path, [self._request(edit) for edit in edits(self._block, facts, path)]

    def _request(self, edit: Edit) -> str:
        planned = self._genuine.plan(self._name, edit)
        if isinstance(planned, str) or not is_update(edit, planned):
            return ""
        self._seen.clear()
        self._genuine.apply(self._name, edit, planned)
        return self._seen[0] if self._seen else ""

    def _combined(self, facts: Facts, config: Values) -> str:
        return about_combinations(facts, (text for _, text in self._genuine.validate(self._name, config)))

    def _edits(self, facts: Facts) -> dict[str, Any]:
        rows = {
            path: row(self._block, facts, path, lambda edit: self._genuine.plan(self._name, edit))
            for path in (*facts.values, *self._blocks)
        }
        return {
            "config": facts.config,
            "state": {name: value for name, value in facts.state.items() if value not in (None, [])},
            "inner": facts.inner,
            "values": facts.values,
            "planned": rows,
        }

    def _facts(self) -> Facts:
        values = {path: two for path, one in self._arguments.items() if (two := self._two(path, one.type))}
        config, state = self._start(self._block, "", values)
        inner = {path: self._start(block, f"{path}.", values) for path, block in _blocks(self._block)}
        state = full(self._block, {**state, "tags_all": {}} if "tags_all" in self._block.attributes else state)
        planned = self._genuine.plan(self._name, Edit("", state, full(self._block, config), None))
        for name in (name for name, one in self._block.attributes.items() if one.optional and one.computed):
            if not isinstance(planned, str):
                break
            changed = state | {name: None}  # what the type refuses together with the rest
            planned = self._genuine.plan(self._name, Edit("", changed, full(self._block, config), None))
            state = state if isinstance(planned, str) else changed
        assert not isinstance(planned, str), (self._name, planned)
        settled = {name: state[name] if value is UNKNOWN else value for name, value in planned[0].items()}
        return Facts(config, settled, values, inner)

    def _start(self, block: Block, prefix: str, values: dict[str, Any]) -> tuple[Values, Values]:
        """The required arguments, and these with a value for everything that is computed."""
        config: Values = {}
        state: Values = {}
        for name, one in block.attributes.items():
            value = (values.get(prefix + name) or [_any(one.type)])[0]
            if one.required:
                config[name] = value
            if one.required or one.computed:
                state[name] = value
        for name, nested in block.blocks.items():
            if nested.min_items and nested.nesting != "single":
                inner = self._start(nested.block, f"{prefix}{name}.", values)
                config[name], state[name] = [inner[0]], [inner[1]]
        return config, state

    def _two(self, path: str, type_: Type) -> list[Any] | None:
        """Two values that the provider accepts; None if there are none among the candidates."""
        if type_.kind == "bool":
            return [True, False]
        if type_.kind == "map":
            return [{"key": "alpha"}, {"key": "beta"}] if type_.item.kind == "string" else None
        element = type_.item if type_.kind in _ELEMENTS else type_
        if element.kind not in ("string", "number"):
            return None
        rule = behaviour_of(self._name).validators.get(path, "")
        candidates = [*choices(rule, element.kind), *(TEXTS if element.kind == "string" else NUMBERS)]
        found = []
        for one in dict.fromkeys(candidates):
            value = [one] if type_.kind in _ELEMENTS else one
            if not self._errors(path, value):
                found.append(value)
            if len(found) == 2:
                return found
        return found * 2 or None

    def _errors(self, path: str, value: Any) -> list[str]:
        found = self._genuine.validate(self._name, placed(self._block, path, value))
        return [
            text
            for where, text in found
            if where and f"{path}.".startswith(f"{where}.") and not text.startswith(SUMMARIES)
        ]

    def _refused(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What each argument with a packaged validator refuses."""
        for path in behaviour_of(self._name).validators:
            if path in self._arguments:
                type_ = self._arguments[path].type
                found = refusals(self._block, path, type_, lambda config: self._genuine.validate(self._name, config))
                if found:
                    accepted = sorted({name for name, _ in probes(type_)} - set(found.names))
                    short = {"accepts": accepted} if len(accepted) < len(found.names) else {"refuses": found.names}
                    yield path, {**short, "says": found.says}


def _blocks(block: Block, prefix: str = "") -> Iterator[tuple[str, Block]]:
    for name, nested in block.blocks.items():
        yield prefix + name, nested.block
        yield from _blocks(nested.block, f"{prefix}{name}.")


def _flags(one: Attribute) -> tuple[bool, bool, bool]:
    return one.required, one.optional, one.computed


def _any(type_: Type) -> Any:
    if type_.kind in _ELEMENTS:
        return [_any(type_.item)]
    if type_.kind == "object":
        return {name: _any(inner) for name, inner in type_.attributes.items()}
    return {"string": "x-1", "number": 5, "bool": True, "map": {"key": "alpha"}}[type_.kind]
