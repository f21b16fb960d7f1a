"""Write values into a spec file: only what differs is replaced; comments, order and everything else stay byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import OperationFailed
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.spec_file.lines import lines_of, resolved_beside
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.operations.spec_file.lines import FileLine
    from aurora_cli.stacks.stack import Stack

_BOM = "\ufeff"
Edit = tuple[int, int, str]
"""Start and end in the text, and what stands there instead."""


def write_lines(stack: Stack, lines: Sequence[FileLine], file: str | None = None) -> None:
    """Write what the cluster has into a spec file.

    Args:
        lines: that differ; all others stay as they are.
        file: default: the one that was applied last.

    Raises:
        OperationFailed: the text has no place for it (an alias, an anchor), or the file cannot be written; it is unchanged.
    """
    from aurora_cli.errors import SpecInvalid
    from aurora_cli.spec.text.load import load_yaml

    file = file or str(stack.record.spec_file)
    path, meant = Path(file).resolve(), {one.path for one in lines}
    places = ", ".join(f"{one.file}:{one.line}" for one in lines)
    try:
        before = path.read_bytes().decode("utf-8")
        after = edited(before.removeprefix(_BOM), lines)
        layer = load_yaml(after, source=path.name)
        differing = lines_of(layer, resolved_beside(stack, layer, file), stored_spec(stack).spec)
        left = [one for one in differing if one.path in meant]
    except (Unwritable, SpecInvalid):
        left = list(lines)
    except OSError as problem:
        raise _unwritten(stack, places, str(problem.strerror or problem).lower()) from problem
    if left:
        raise _unwritten(
            stack, places, "the value has no place of its own in the text (an anchor, an alias, a section)"
        )
    try:
        write_atomic(path, before[: len(before) - len(before.removeprefix(_BOM))] + after, path.stat().st_mode & 0o777)
    except OSError as problem:
        raise _unwritten(stack, places, str(problem.strerror or problem).lower()) from problem


class Unwritable(Exception):
    """A value has no place of its own in the text."""


def edited(text: str, lines: Sequence[FileLine]) -> str:
    """The text with each value replaced, or its entry removed where there is none. Raises Unwritable."""
    from ruamel.yaml import YAML

    root = YAML(pure=True).compose(text)
    for start, end, new in sorted((edit for one in lines for edit in _edits(text, root, one)), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edits(text: str, root: Any, one: FileLine) -> Iterator[Edit]:
    """Where the text changes, and to what."""
    from aurora_cli.spec.layers.shape import split_path

    parents, entry = [], (root, root)
    for key in split_path(one.path):
        node = entry[1]
        found = next((pair for pair in _pairs(node) if str(pair[0].value) == key), None)
        if found is None:
            raise Unwritable
        parents.append((node, found))
        entry = found
    key_node, value = entry
    if value.anchor is not None or value.start_mark.index < key_node.end_mark.index:
        raise Unwritable
    if one.has is None:
        yield (*_whole_lines(text, parents), "")
    elif value.id == "sequence" and not value.flow_style and one.has and isinstance(one.has, list):
        yield from _items(text, value, one)
    else:
        start = value.start_mark.index if value.id == "scalar" or value.flow_style else key_node.end_mark.index + 1
        yield start, _end(value), ("" if start == value.start_mark.index else " ") + _value(value, one.has)


def _items(text: str, node: Any, one: FileLine) -> Iterator[Edit]:
    """The lines of items that are gone, and those of new ones at the end of the list."""
    spans = [(text.rfind("\n", 0, item.start_mark.index) + 1, _line_end(text, item)) for item in node.value]
    for (start, end), item in zip(spans, one.said, strict=True):
        if item not in one.has:
            yield start, end, ""
    lead = text[spans[-1][0] : node.value[-1].start_mark.index]
    new = "".join(f"{lead}{_flow(item)}\n" for item in one.has if item not in one.said)
    yield spans[-1][1], spans[-1][1], new if text[: spans[-1][1]].endswith("\n") else f"\n{new}"


def _pairs(node: Any) -> list[Any]:
    return node.value if isinstance(node.value, list) and node.id == "mapping" else []


def _whole_lines(text: str, parents: list[Any]) -> tuple[int, int]:
    """The lines of an entry, and of the sections that it leaves empty."""
    while len(parents) > 1 and len(_pairs(parents[-1][0])) == 1:
        parents = parents[:-1]
    node, (key, value) = parents[-1]
    if node.flow_style:
        raise Unwritable
    return text.rfind("\n", 0, key.start_mark.index) + 1, _line_end(text, value)


def _line_end(text: str, node: Any) -> int:
    """Where the last line of a value ends, with its comment."""
    following = text.find("\n", max(_end(node) - 1, node.start_mark.index))
    return len(text) if following < 0 else following + 1


def _end(node: Any) -> int:
    """Where a value ends, without the comments after it."""
    if isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _value(node: Any, value: Any) -> str:
    """The text of a value, in the quotes of the one that was there."""
    if isinstance(value, dict) or node.id == "mapping":
        raise Unwritable
    text = _flow(value)
    quoted = isinstance(value, str) and node.style in ('"', "'") and text[:1] not in ('"', "'")
    return f"{node.style}{text}{node.style}" if quoted else text


def _flow(value: Any) -> str:
    """A value on one line."""
    from aurora_cli.spec.text.dump import dump_values

    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(one)}' for key, one in value.items())}}}"
    text = dump_values({"value": value}).removeprefix("value: ").strip()
    return json.dumps(value) if text == value and any(mark in text for mark in ",[]{}") else text


def _unwritten(stack: Stack, places: str, why: str) -> OperationFailed:
    return OperationFailed(
        f"{places} could not be written: {why}. The cluster is changed, and the file is not.",
        hint=f"Change it by hand; this prints the values: aurora-cli spec show {stack.name}",
    )
