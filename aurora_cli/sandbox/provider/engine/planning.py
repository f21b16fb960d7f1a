"""Plans: the planned state, with values that are known after apply, and the attributes that force replacement.

The rules are those of Terraform's plugin SDK: an attribute without configuration keeps its value if it is computed, and
else has its zero value; null and zero are equal; a suppressed difference keeps the value in the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Resource
from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.engine.tags import merge_tags
from aurora_cli.sandbox.provider.protocol.diagnostics import Path
from aurora_cli.sandbox.provider.protocol.schema import Attribute, Block, NestedBlock, Schema
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, canonical, is_zero

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """A planned state and the paths that force replacement."""

    planned: dict[str, Any]
    requires_replace: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Planner:
    """Plans changes of one resource type.

    Attributes:
        region: the provider's Region, for resources without their own.
        default_tags: the provider's default tags.
    """

    entry: Resource
    schema: Schema
    behaviour: Behaviour
    region: str
    default_tags: Mapping[str, str]

    def plan(self, prior: Values | None, config: Values) -> Change:
        """The change from `prior` (None: create) to `config`."""
        planned = self._block(self.schema.block, config, prior, "")
        types = self.schema.block.type.attributes
        if "region" in types:
            planned["region"] = config.get("region") or self.region
        if "tags_all" in types:
            planned["tags_all"] = self._tags_all(planned, prior)
        if prior is None:
            return Change(planned)
        return Change(planned, tuple(self._replacements(prior, planned)))

    def _tags_all(self, planned: Values, prior: Values | None) -> Any:
        merged = merge_tags(self.default_tags, planned.get("tags"))
        before = (prior or {}).get("tags_all")
        same = before is not None and merged is not UNKNOWN and merged == before
        return before if same else merged

    def _block(self, block: Block, config: Values, prior: Values | None, path: str) -> dict[str, Any]:
        planned = {
            name: self._attribute(attribute, config.get(name), prior, _join(path, name))
            for name, attribute in block.attributes.items()
        }
        for name, nested in block.blocks.items():
            before = prior.get(name) if prior is not None else None
            planned[name] = self._nested(nested, config.get(name), before, _join(path, name))
        return planned

    def _attribute(self, attribute: Attribute, config: Any, prior: Values | None, path: str) -> Any:
        if attribute.write_only:
            return None
        if config is None:
            return self._without_configuration(attribute, prior, path)
        value = self.entry.stored[path](config) if path in self.entry.stored and config is not UNKNOWN else config
        if prior is None or value is UNKNOWN:
            return value
        before = prior.get(attribute.name)
        return before if self._is_same(attribute, before, value, path) else value

    def _is_same(self, attribute: Attribute, before: Any, value: Any, path: str) -> bool:
        if before is not None and canonical(before, attribute.type) == canonical(value, attribute.type):
            return True
        same = self.entry.same.get(path)
        return bool(same and same(before, value))

    def _without_configuration(self, attribute: Attribute, prior: Values | None, path: str) -> Any:
        if path in self.behaviour.defaults:
            return self._default(attribute, prior, path)
        if prior is None:
            return UNKNOWN if attribute.computed else None
        before = prior.get(attribute.name)
        keep = attribute.computed or is_zero(before) or path in self.entry.kept
        return before if keep else None

    def _default(self, attribute: Attribute, prior: Values | None, path: str) -> Any:
        default = self.behaviour.defaults[path]
        before = prior.get(attribute.name) if prior else None
        unchanged = before is not None and canonical(before, attribute.type) == canonical(default, attribute.type)
        return before if unchanged else default

    def _nested(self, nested: NestedBlock, config: Any, prior: Any, path: str) -> Any:
        if nested.nesting == "single":
            return self._single(nested, config, prior, path)
        if config is UNKNOWN:
            return UNKNOWN
        if not config:
            return list(prior) if prior and path in self.entry.kept_blocks else []
        if nested.nesting == "list":
            return self._list(nested, config, prior or [], path)
        return self._set(nested, config, prior or [], path)

    def _single(self, nested: NestedBlock, config: Any, prior: Any, path: str) -> Any:
        if config is None or config is UNKNOWN or nested.name == "timeouts":
            return config
        return self._block(nested.block, config, prior, path)

    def _list(self, nested: NestedBlock, config: list[Any], prior: list[Any], path: str) -> list[Any]:
        befores = [*prior, *[None] * len(config)]
        return [self._element(nested, item, before, path) for item, before in zip(config, befores, strict=False)]

    def _element(self, nested: NestedBlock, config: Any, prior: Any, path: str) -> Any:
        return UNKNOWN if config is UNKNOWN else self._block(nested.block, config, prior, path)

    def _set(self, nested: NestedBlock, config: list[Any], prior: list[Any], path: str) -> list[Any]:
        """Elements of a set have no identity: one is unchanged if a prior element results in the same plan."""
        return [self._set_element(nested, item, prior, path) for item in config]

    def _set_element(self, nested: NestedBlock, config: Any, prior: list[Any], path: str) -> Any:
        if config is UNKNOWN:
            return UNKNOWN
        type_ = nested.block.type
        for before in prior:
            if canonical(self._block(nested.block, config, before, path), type_) == canonical(before, type_):
                return before
        return self._block(nested.block, config, None, path)

    def _replacements(self, prior: Values, planned: Values) -> list[Path]:
        forced = set(self.behaviour.force_new) | ({"region"} if "region" in planned else set())
        forced -= set(self.entry.replace_if)
        found = [path for name in sorted(forced) for path in self._changed_paths(name, prior, planned)]
        types = self.schema.block.type.attributes
        for name, replaces in self.entry.replace_if.items():
            if _differs(types[name], prior.get(name), planned.get(name)) and replaces(prior, planned):
                found.append((name,))
        return found

    def _changed_paths(self, dotted: str, prior: Values, planned: Values) -> list[Path]:
        """The paths at which a force-new attribute changes, in every element of a block list."""
        name, _, rest = dotted.partition(".")
        type_ = self.schema.block.type.attributes.get(name)
        before, after = prior.get(name), planned.get(name)
        if type_ is None or not _differs(type_, before, after):
            return []
        if not rest or type_.kind != "list" or not before or not isinstance(after, list) or len(before) != len(after):
            return [(name,)]
        inner = type_.item.attributes[rest]
        return [
            (name, index, rest)
            for index, (old, new) in enumerate(zip(before, after, strict=True))
            if new is UNKNOWN or _differs(inner, old.get(rest), new.get(rest))
        ]


def _differs(type_: Any, before: Any, after: Any) -> bool:
    return bool(canonical(before, type_) != canonical(after, type_))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
