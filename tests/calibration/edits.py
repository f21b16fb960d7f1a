"""Edits of one argument of a resource, and a short form of what a provider plans for them.

Each argument is edited alone, in a resource whose other arguments are as `Facts` has them: from nothing, from a value and from
the zero value, to null, zero, the same, another and an unknown value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aurora_cli.sandbox.provider.protocol.codec import conform
from aurora_cli.sandbox.provider.protocol.schema import Attribute, Block
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, Type, canonical

Values = dict[str, Any]
Planned = tuple[Values, set[str]]
"""A planned state and the top-level attributes that force replacement."""

_ZERO: Mapping[str, Any] = {"string": "", "number": 0, "bool": False, "list": [], "set": [], "map": {}}
_AFTER = ("null", "zero", "one", "other", "unknown")
_BEFORE = {
    "new": tuple(name for name in _AFTER if name != "other"),
    "one": _AFTER,
    "zero": tuple(name for name in _AFTER if name != "other"),
}
_BLOCK_AFTER = ("null", "one", "unknown")
_NOT_COMPARED = frozenset({"region", "timeouts"})


@dataclass(frozen=True)
class Facts:
    """What edits of a type start from.

    Attributes:
        config: the configuration without the edited argument.
        state: the state that this configuration leaves.
        values: argument -> two values that the provider accepts.
        inner: block -> the values in it that a configuration and a state need.
    """

    config: Values
    state: Values
    values: Mapping[str, list[Any]]
    inner: Mapping[str, tuple[Values, Values]]


@dataclass(frozen=True)
class Edit:
    """An edit of the argument at `path`; `before` is None for a new resource."""

    path: str
    before: Values | None
    after: Values
    given: Any

    @property
    def root(self) -> str:
        """The top-level attribute or block of the argument."""
        return self.path.partition(".")[0]


def arguments(block: Block, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Attribute]]:
    """The arguments of a type, also those in blocks to the second level, by their dotted path."""
    for name, attribute in block.attributes.items():
        own = prefix or name not in ("id", "region", "tags_all")
        if own and (attribute.required or attribute.optional) and not attribute.write_only:
            yield prefix + name, attribute
    for name, nested in block.blocks.items():
        if name != "timeouts" and depth < 2:
            yield from arguments(nested.block, f"{prefix}{name}.", depth + 1)


def full(block: Block, values: Mapping[str, Any]) -> Values:
    """Values as Terraform hands them over: every attribute present, absent blocks empty."""
    complete: Values = conform(values, block.type)
    for name, nested in block.blocks.items():
        if nested.nesting != "single" and complete[name] is not UNKNOWN:
            items = complete[name] or []
            complete[name] = [item if item is UNKNOWN else full(nested.block, item) for item in items]
    return complete


def edits(block: Block, facts: Facts, path: str) -> Iterator[Edit]:
    """The edits of an argument, or of a whole block of the first level, in the order of the recorded outcomes."""
    if path in block.blocks:
        config, state = facts.inner[path]
        yield from _edits(
            block,
            facts,
            path,
            {"null": [], "one": [config]},
            {"null": [], "one": [state]},
            dict.fromkeys(("new", "null", "one"), _BLOCK_AFTER),
        )
        return
    attribute, (one, other) = _attribute_at(block, path), facts.values[path]
    given = {"null": None, "zero": _ZERO[attribute.type.kind], "one": one, "other": other}
    after = {name: value for name, value in given.items() if not (name == "null" and attribute.required)}
    yield from _edits(block, facts, path, after, given, _BEFORE)


def _edits(
    block: Block, facts: Facts, path: str, after: Values, before: Values, order: Mapping[str, tuple[str, ...]]
) -> Iterator[Edit]:
    after = {**after, "unknown": UNKNOWN}
    for name, others in order.items():
        prior = None if name == "new" else full(block, put(facts.state, path, before[name], facts, 1))
        for other in others:
            if other in after:
                yield Edit(path, prior, full(block, put(facts.config, path, after[other], facts, 0)), after[other])


def put(values: Values, path: str, value: Any, facts: Facts, side: int, prefix: str = "") -> Values:
    """The values with another one at the path, in the first element of each block on the way."""
    name, _, rest = path.partition(".")
    if rest:
        blocks = values.get(name) or [facts.inner[prefix + name][side]]
        value = [put(blocks[0], rest, value, facts, side, f"{prefix}{name}.")]
    return {**values, name: value}


def outcome(block: Block, edit: Edit, planned: Planned | str) -> str:
    """What a provider plans for an edit, in short.

    `=` the prior value, `c` the configured one, `?` known after apply, `0` none, else the value itself; `!` the resource is
    replaced; `+name` what else changes, with `?` if it is known after apply; `E` with the message if the plan is refused.
    """
    if isinstance(planned, str):
        return f"E {planned}"
    values, replaced = planned
    type_, found = _type_at(block, edit.path), _at(values, edit.path)
    before = None if edit.before is None else _at(edit.before, edit.path)
    text = _short(type_, found, edit.given, before, new=edit.before is None)
    if edit.before is not None:
        text += "!" if edit.root in replaced else ""
        others = {name for name in values if name != edit.root} - _NOT_COMPARED
        text += "".join(f"+{one}" for one in sorted(_changes(block, edit.before, values, others)))
    return text


def _short(type_: Type, found: Any, given: Any, before: Any, *, new: bool) -> str:
    if found is UNKNOWN:
        return "?"
    if not new and before is not UNKNOWN and canonical(found, type_) == canonical(before, type_):
        return "="
    if given is not UNKNOWN and canonical(found, type_) == canonical(given, type_):
        return "c"
    return "0" if canonical(found, type_) == canonical(None, type_) else str(canonical(found, type_))


def _changes(block: Block, before: Values, after: Values, names: set[str]) -> Iterator[str]:
    types = block.type.attributes
    for name in names:
        old, new = before.get(name), after.get(name)
        if old != new and name in types and canonical(old, types[name]) != canonical(new, types[name]):
            yield f"{name}?" if new is UNKNOWN else name


def _type_at(block: Block, path: str) -> Type:
    if path in block.blocks:
        return block.type.attributes[path]
    return _attribute_at(block, path).type


def _attribute_at(block: Block, path: str) -> Attribute:
    name, _, rest = path.partition(".")
    return _attribute_at(block.blocks[name].block, rest) if rest else block.attributes[name]


def _at(values: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(values, list):
            values = values[0] if values else None
        if values is UNKNOWN:
            return UNKNOWN
        values = values.get(step) if isinstance(values, Mapping) else None
    return values


def row(block: Block, facts: Facts, path: str, plan: Callable[[Edit], Planned | str]) -> str:
    """The outcomes of all edits of an argument."""
    return " | ".join(outcome(block, edit, plan(edit)) for edit in edits(block, facts, path))
