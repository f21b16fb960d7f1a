"""YAML text to plain values with line numbers, from parser events.

Reading events instead of letting a YAML library build objects keeps three things in our hands: text stays as it was written
(`16.10` never becomes 16.1), every value has its line, and hostile input (alias bombs, deep nesting, tags that run code)
is refused before it costs anything. Scalars follow the YAML 1.2 core schema: only `true` and `false` are booleans.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from aurora_cli.spec.values.scalars import scalar

MAX_DEPTH = 32
MAX_NODES = 10_000
_TEXT_TAG = "tag:yaml.org,2002:str"


class YamlProblem(Exception):
    """The text is not YAML that we take.

    Args:
        message: what is wrong, as a sentence without the line.
        line: 1-based line, or None for the whole text.
        path: dotted path, where there is one.
        hint: the way out.
    """

    def __init__(self, message: str, line: int | None = None, *, path: str = "", hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.line, self.path, self.hint = message, line, path, hint


@dataclass
class Tree:
    """A document: its value (None when empty) and the line of every dotted path; repeated keys in `duplicates`."""

    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    duplicates: list[YamlProblem] = field(default_factory=list)


def read_tree(text: str) -> Tree:
    """Parse one document. Raises YamlProblem for anything that is not one plain document within the limits."""
    events = _events(text)
    builder = _Builder(events)
    documents = 0
    for event in events:
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlProblem(
                    "the file holds more than one YAML document",
                    event.start_mark.line + 1,
                    hint="keep one cluster per file: remove the `---` line or split the file",
                )
            builder.document()
        elif isinstance(event, DocumentEndEvent):
            builder.anchors.clear()
    return builder.tree


def _events(text: str) -> Iterator[Any]:
    parser = YAML(typ="safe", pure=True)
    try:
        yield from parser.parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise YamlProblem(*_explain(str(error.problem or error.context), line, text)) from None
    except (YAMLError, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError, OverflowError):
        # The parser raises bare Python errors on some malformed input.
        raise YamlProblem("this is not valid YAML") from None


def _explain(problem: str, line: int | None, text: str) -> tuple[str, int | None]:
    lines = text.splitlines()
    if line and line <= len(lines) and lines[line - 1].lstrip(" ").startswith("\t"):
        return "a tab indents this line; YAML wants spaces", line
    return f"this is not valid YAML: {problem}", line


class _Builder:
    """Builds values from events; remembers anchors and how much each holds, so that aliases cannot multiply."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.tree = Tree()
        self.nodes = 0
        self.anchors: dict[str, tuple[Any, int]] = {}

    def document(self) -> None:
        self.tree.value = self._value(next(self.events), "", 0)

    def _value(self, event: Any, path: str, depth: int) -> Any:
        line = event.start_mark.line + 1
        if path:
            self.tree.lines.setdefault(path, line)
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, line, path)
        self._count(1, line)
        if depth > MAX_DEPTH:
            raise YamlProblem(f"the file nests deeper than {MAX_DEPTH} levels", line)
        before = self.nodes
        value = self._build(event, path, depth)
        if event.anchor:
            self.anchors[event.anchor] = (value, self.nodes - before + 1)
        return value

    def _build(self, event: Any, path: str, depth: int) -> Any:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if event.tag:
            raise YamlProblem(f"the tag {event.tag} is not supported", event.start_mark.line + 1, path=path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path, depth)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path, depth)
        raise YamlProblem("this is not valid YAML", event.start_mark.line + 1)

    def _scalar(self, event: ScalarEvent) -> Any:
        if event.tag and str(event.tag) not in (_TEXT_TAG, "!"):
            raise YamlProblem(f"the tag {event.tag} is not supported", event.start_mark.line + 1)
        plain = event.style is None and not event.tag
        return scalar(event.value) if plain else str(event.value)

    def _sequence(self, path: str, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._value(event, f"{path}.{len(items)}", depth + 1))
        return items

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            line = event.start_mark.line + 1
            key = self._key(event)
            child = f"{path}.{key}" if path else key
            if key == "<<" and event.style is None:
                merged = {**self._merge(self._value(next(self.events), child, depth + 1), line), **merged}
                continue
            if key in mapping:
                self.tree.duplicates.append(self._duplicate(key, child, line))
            self.tree.lines[child] = line
            mapping[key] = self._value(next(self.events), child, depth + 1)
        return {**merged, **mapping}

    def _key(self, event: Any) -> str:
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) and isinstance(self.anchors.get(event.anchor, (None, 0))[0], str):
            return str(self.anchors[event.anchor][0])
        if not isinstance(event, ScalarEvent):
            raise YamlProblem("a key must be text", line, hint="quote a value that starts with { or [")
        if event.tag and str(event.tag) not in (_TEXT_TAG, "!"):
            raise YamlProblem(f"the tag {event.tag} is not supported", line)
        self._count(1, line)
        if event.anchor:
            self.anchors[event.anchor] = (str(event.value), 1)
        return str(event.value)

    def _alias(self, anchor: str, line: int, path: str) -> Any:
        if anchor not in self.anchors:
            raise YamlProblem(f"the alias *{anchor} has no complete anchor before it", line, path=path)
        value, size = self.anchors[anchor]
        self._count(size, line)
        return value

    def _merge(self, value: Any, line: int) -> dict[str, Any]:
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise YamlProblem("`<<` takes a mapping or a list of mappings", line)
        return {key: item for part in reversed(parts) for key, item in part.items()}

    def _duplicate(self, key: str, path: str, line: int) -> YamlProblem:
        first = self.tree.lines.get(path)
        return YamlProblem(f"the key `{key}` is given twice (first on line {first})", line, path=path, hint="keep one")

    def _count(self, nodes: int, line: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise YamlProblem(f"the file holds more than {MAX_NODES} values, aliases counted in full", line)
