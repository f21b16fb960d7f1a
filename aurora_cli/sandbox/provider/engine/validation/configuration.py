"""Validates a configuration: conflicting and required arguments, and values.

The order is that of the SDK (`schemaMap.validate`): an argument has at most one problem of combination, and its value is only
looked at without one. A block that is not wholly known is not looked into. What a configuration sets to false or to an empty
text or list is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.engine.validation.rules import broken_rule
from aurora_cli.sandbox.provider.protocol.diagnostics import Diagnostic, Path
from aurora_cli.sandbox.provider.protocol.schema import Block
from aurora_cli.sandbox.provider.protocol.types import COLLECTIONS, UNKNOWN, Type


def validate(block: Block, behaviour: Behaviour, config: Mapping[str, Any]) -> list[Diagnostic]:
    """The errors of a configuration, with the messages of the genuine provider.

    Unknown values count as set and valid. Terraform itself checks types, required arguments and block counts.
    """
    found = _Validation(block, behaviour, config)
    return [*found.arguments(block, config, "", ()), *found.framework_groups(), *_deprecations(block, config)]


@dataclass(frozen=True)
class _Validation:
    block: Block
    behaviour: Behaviour
    config: Mapping[str, Any]

    def arguments(self, block: Block, values: Mapping[str, Any], prefix: str, where: Path) -> Iterator[Diagnostic]:
        """The errors of the arguments and blocks in a block at a position."""
        for name in (*block.attributes, *block.blocks):
            path, value = prefix + name, values.get(name)
            problem = self._combination(path)
            if problem:
                yield Diagnostic(problem[0], f'"{_indexed(self.block, path)}": {problem[1]}', (*where, name))
            elif not _is_known(value):
                continue
            elif name in block.attributes:
                yield from self._value(path, value, (*where, name))
                yield from self._elements(path, block.attributes[name].type, value, (*where, name))
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    yield from self.arguments(block.blocks[name].block, item, f"{path}.", (*where, name, index))

    def _combination(self, path: str) -> tuple[str, str] | None:
        """Summary and detail of what is wrong with an argument beside the others."""
        for group in self.behaviour.exactly_one_of:
            if path in group and (detail := self._exactly_one(group)):
                return "Invalid combination of arguments", detail
        for group in self.behaviour.at_least_one_of:
            if path in group and not any(self._is_set(other) for other in group):
                return "Missing required argument", f"one of `{self._listed(group)}` must be specified"
        if not self._is_set(path):
            return None
        companions = self.behaviour.required_with.get(path, ())
        if not all(self._is_set(other) for other in companions):
            return "Missing required argument", f"all of `{self._listed((path, *companions))}` must be specified"
        for first, second in self.behaviour.conflicts:
            if (
                first == path
                and _is_known(self._get(first))
                and self._is_set(second)
                and self._get(second) is not UNKNOWN
            ):
                return "Conflicting configuration arguments", f"conflicts with {_indexed(self.block, second)}"
        return None

    def framework_groups(self) -> Iterator[Diagnostic]:
        """Arguments of which exactly one counts, in types of the plugin framework."""
        for group in self.behaviour.exactly_one_configured:
            given = [path for path in group if self._is_set(path)]
            if len(given) != 1 and all(_is_known(self._get(path)) for path in group):
                summary = "Invalid Attribute Combination" if given else "Missing Attribute Configuration"
                detail = f"Exactly one of these attributes must be configured: [{','.join(group)}]"
                yield Diagnostic(summary, detail, tuple(given[:1]))

    def _exactly_one(self, group: Sequence[str]) -> str | None:
        known = [path for path in group if self._is_set(path) and _is_known(self._get(path))]
        if len(known) > 1:
            return f"only one of `{self._listed(group)}` can be specified, but `{self._listed(known)}` were specified."
        missing = not any(self._is_set(path) for path in group)
        return f"one of `{self._listed(group)}` must be specified" if missing else None

    def _listed(self, paths: Sequence[str]) -> str:
        return ",".join(sorted(_indexed(self.block, path) for path in paths))

    def _is_set(self, path: str) -> bool:
        value = self._get(path)
        return value is not None and not (value == [] and _is_block(self.block, path))

    def _get(self, path: str) -> Any:
        """A value by its dotted path, through the first elements of blocks; unknown in what is unknown."""
        value: Any = self.config
        for step in path.split("."):
            if isinstance(value, list):
                value = value[0] if value else None
            if value is UNKNOWN:
                return UNKNOWN
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    def _elements(self, path: str, type_: Type, value: Any, where: Path) -> Iterator[Diagnostic]:
        """The values in an attribute that holds objects, as the rules of a security group."""
        if type_.kind in COLLECTIONS and type_.item.kind == "object":
            for index, item in enumerate(value or ()):
                for name, inner in (item or {}).items():
                    yield from self._value(f"{path}.{name}", inner, where, f"{index}.{name}")

    def _value(self, path: str, value: Any, where: Path, inner: str = "") -> Iterator[Diagnostic]:
        rule = self.behaviour.validators.get(path)
        if rule is None or value is None:
            return
        key = ".".join([*map(str, where), *([inner] if inner else [])])
        items = (
            [(f"{key}.{index}", item) for index, item in enumerate(value)]
            if isinstance(value, list)
            else [(key, value)]
        )
        for name, item in items:
            problem = broken_rule(rule, item, name)
            if problem:
                summary, _, detail = problem.partition("\n")
                yield Diagnostic(summary, detail, where)


def _is_known(value: Any) -> bool:
    """Whether nothing in it is unknown."""
    if isinstance(value, Mapping):
        return all(_is_known(item) for item in value.values())
    return all(_is_known(item) for item in value) if isinstance(value, list) else value is not UNKNOWN


def _is_block(block: Block, path: str) -> bool:
    name, _, rest = path.partition(".")
    return name in block.blocks and (not rest or _is_block(block.blocks[name].block, rest))


def _indexed(block: Block, path: str) -> str:
    """The path as the SDK names it: with the position of the first element after each block of a list."""
    name, _, rest = path.partition(".")
    if not rest or name not in block.blocks:
        return path
    nested = block.blocks[name]
    return f"{name}.0.{_indexed(nested.block, rest)}" if nested.nesting == "list" else path


def _deprecations(block: Block, config: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for name, attribute in block.attributes.items():
        if attribute.deprecated and config.get(name) not in (None, UNKNOWN):
            yield Diagnostic("Argument is deprecated", f"{name} is deprecated.", (name,), severity="warning")
