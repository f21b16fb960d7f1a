"""Plans: the planned state, with values that are known after apply, and the attributes that force replacement.

The rules are those of Terraform's plugin SDK (`helper/schema`): an attribute without configuration keeps its value if it is
computed, and else has its zero value; an empty string is no configuration of a computed attribute; null and zero are equal; a
suppressed difference keeps the value in the state. Types of the plugin framework distinguish null, empty and absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Resource
from aurora_cli.sandbox.provider.engine.resource_facts import Behaviour
from aurora_cli.sandbox.provider.engine.tags import merge_tags
from aurora_cli.sandbox.provider.protocol.diagnostics import Path, ProviderError
from aurora_cli.sandbox.provider.protocol.schema import Attribute, Block, NestedBlock, Schema
from aurora_cli.sandbox.provider.protocol.types import COLLECTIONS, UNKNOWN, Type, canonical, is_zero

Values = Mapping[str, Any]

_EMPTY: Mapping[str, Any] = {"list": [], "set": [], "map": {}}


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
        """The change from `prior` (None: create) to `config`.

        Raises:
            ProviderError: the genuine type refuses this configuration when it plans.
        """
        planned = self._block(self.schema.block, config, prior, "")
        types = self.schema.block.type.attributes
        if "region" in types:
            planned["region"] = config.get("region") or self.region
        if "tags_all" in types:
            planned["tags_all"] = self._tags_all(planned, prior)
        reason = self.entry.refused(config) if self.entry.refused else None
        if reason:
            raise ProviderError(reason)
        if prior is None:
            return Change(planned)
        planned |= self._renewed(prior, config)
        return Change(planned, tuple(self._replacements(prior, planned)))

    def _renewed(self, prior: Values, config: Values) -> dict[str, Any]:
        """What is known after apply since another argument changes; the SDK's HasChange reads unknown as zero."""
        found: dict[str, Any] = {}
        for name, others in self.entry.renewed.items():
            attribute, value = self.schema.block.attributes[name], config.get(name)
            kept = value is None and attribute.computed
            if not kept and self._differs(attribute.type, prior.get(name), None if value is UNKNOWN else value):
                found |= dict.fromkeys(others, UNKNOWN)
        return found

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
            before = None if prior is None else prior.get(name, [] if nested.nesting != "single" else None)
            planned[name] = self._nested(nested, config.get(name), before, _join(path, name))
        return planned

    def _attribute(self, attribute: Attribute, config: Any, prior: Values | None, path: str) -> Any:
        if attribute.write_only:
            return None
        if config is None or self._is_no_configuration(attribute, config, prior, path):
            return self._without_configuration(attribute, prior, path)
        if not self.entry.framework and _is_partly_unknown(config):
            return UNKNOWN
        value = self.entry.stored[path](config) if path in self.entry.stored and config is not UNKNOWN else config
        if prior is None or value is UNKNOWN:
            return value
        before = prior.get(attribute.name)
        return before if self._is_same(attribute, before, value, path) else value

    def _is_no_configuration(self, attribute: Attribute, config: Any, prior: Values | None, path: str) -> bool:
        """`finalizeDiff` and `diffSet` of the SDK: an empty string is no value of a computed attribute, an empty collection is
        none on creation; a set with elements keeps them also while the configured ones are unknown.
        """
        if self.entry.framework or not attribute.computed:
            return config == "" and path in self.entry.kept
        if prior is None:
            suppressed = config == "" and path in self.entry.stored and path in self.entry.same
            return config in ("", [], {}) and not suppressed
        return config == "" or (config is UNKNOWN and attribute.type.kind == "set" and bool(prior.get(attribute.name)))

    def _is_same(self, attribute: Attribute, before: Any, value: Any, path: str) -> bool:
        if before is not None and not self._differs(attribute.type, before, value):
            return True
        same = self.entry.same.get(path)
        return bool(same and same(before, value))

    def _without_configuration(self, attribute: Attribute, prior: Values | None, path: str) -> Any:
        if path in self.behaviour.defaults:
            return self._default(attribute, prior, path)
        if prior is None:
            return UNKNOWN if attribute.computed else None
        before = prior.get(attribute.name)
        zero = is_zero(before) and not self.entry.framework
        if attribute.computed or zero or path in self.entry.kept:
            return before
        return None if self.entry.framework else _EMPTY.get(attribute.type.kind)

    def _default(self, attribute: Attribute, prior: Values | None, path: str) -> Any:
        default = self.behaviour.defaults[path]
        before = prior.get(attribute.name) if prior else None
        unchanged = before is not None and not self._differs(attribute.type, before, default)
        return before if unchanged else default

    def _nested(self, nested: NestedBlock, config: Any, prior: Any, path: str) -> Any:
        if nested.nesting == "single":
            return self._single(nested, config, prior, path)
        computed = path in self.behaviour.computed_blocks
        if config is UNKNOWN:
            return prior if computed and nested.nesting == "set" and prior else UNKNOWN
        if not config and computed:
            return UNKNOWN if prior is None else prior
        if not config:
            kept = prior if prior and path in self.entry.kept_blocks else []
            return [self._block(nested.block, {}, before, path) for before in kept]
        if nested.nesting == "list":
            return self._list(nested, config, prior, path)
        return self._set(nested, config, prior or [], path)

    def _single(self, nested: NestedBlock, config: Any, prior: Any, path: str) -> Any:
        if config is None or config is UNKNOWN or nested.name == "timeouts":
            return config
        return self._block(nested.block, config, prior, path)

    def _list(self, nested: NestedBlock, config: list[Any], prior: list[Any] | None, path: str) -> list[Any]:
        """`diffList` of the SDK compares a whole list with the state first, and reads what is unknown, except text, as zero.

        What is computed in an element that is new in an existing resource is null, and not known after apply.
        """
        befores: list[Any] = [*(prior or ()), *[None if prior is None else {}] * len(config)]
        planned = [self._element(nested, item, before, path) for item, before in zip(config, befores, strict=False)]
        type_ = Type("list", element=nested.block.type)
        same = canonical(_unknown_as_zero(planned, type_), type_) == canonical(prior, type_)
        return prior if prior is not None and same and not self._with_sets(path) else planned

    def _with_sets(self, path: str) -> bool:
        """Whether a block is in a set or has one, which makes the SDK compare element by element."""
        block = self.schema.block
        for name in path.split("."):
            if block.blocks[name].nesting == "set":
                return True
            block = block.blocks[name].block
        return any(one.kind == "set" for one in block.type.attributes.values())

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
            if self._differs(types[name], prior.get(name), planned.get(name)) and replaces(prior, planned):
                found.append((name,))
        return found

    def _differs(self, type_: Type, before: Any, after: Any) -> bool:
        if self.entry.framework and (before is None) != (after is None):
            return True
        return bool(canonical(before, type_) != canonical(after, type_))

    def _changed_paths(self, dotted: str, prior: Values, planned: Values) -> list[Path]:
        """The paths at which a force-new attribute changes, in every element of a block list.

        A block itself forces replacement by the number of its elements; what is in them does by arguments of its own.
        """
        name, _, rest = dotted.partition(".")
        type_ = self.schema.block.type.attributes.get(name)
        before, after = prior.get(name), planned.get(name)
        if type_ is None or not self._differs(type_, before, after) or (rest and after is UNKNOWN):
            return []
        if (
            not rest
            and name in self.schema.block.blocks
            and isinstance(after, list)
            and len(before or ()) == len(after)
        ):
            return []
        if not rest or type_.kind != "list" or not before or not isinstance(after, list) or len(before) != len(after):
            return [(name,)]
        inner = type_.item.attributes[rest]
        return [
            (name, index, rest)
            for index, (old, new) in enumerate(zip(before, after, strict=True))
            if new is UNKNOWN or self._differs(inner, old.get(rest), new.get(rest))
        ]


def _is_partly_unknown(value: Any) -> bool:
    """Whether a set, list or map has an element that is not known yet, which makes all of it unknown to the SDK."""
    return isinstance(value, list | dict) and UNKNOWN in (value.values() if isinstance(value, dict) else value)


def _unknown_as_zero(value: Any, type_: Type) -> Any:
    if value is UNKNOWN:
        return UNKNOWN if type_.kind == "string" else None
    if type_.kind == "object":
        return {name: _unknown_as_zero((value or {}).get(name), inner) for name, inner in type_.attributes.items()}
    if type_.kind in COLLECTIONS and value:
        return [_unknown_as_zero(item, type_.item) for item in value]
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
