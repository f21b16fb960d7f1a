"""Write values into a spec file: only what differs is replaced; comments, order and everything else stay byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import OperationFailed
from aurora_cli.operations.core.specs import stored_spec
from aurora_cli.operations.spec_file.lines import lines_of, resolved_beside
from aurora_cli.stacks.atomic import write_atomic

if TYPE_CHECKING:
    from aurora_cli.operations.spec_file.lines import FileLine
    from aurora_cli.stacks.stack import Stack

_BOM = "\ufeff"


def write_lines(stack: Stack, lines: Sequence[FileLine]) -> None:
    """Write what the cluster has into the stack's spec file.

    Raises:
        OperationFailed: the text has no place for it (an alias, an anchor), or the file cannot be written; it is unchanged.
    """
    from aurora_cli.errors import SpecInvalid
    from aurora_cli.spec.text.load import load_yaml

    path = Path(str(stack.record.spec_file)).resolve()
    places = ", ".join(f"{one.file}:{one.line}" for one in lines)
    try:
        before = path.read_bytes().decode("utf-8")
        after = edited(before.removeprefix(_BOM), lines)
        layer = load_yaml(after, source=path.name)
        left = list(lines_of(layer, resolved_beside(stack, layer), stored_spec(stack).spec))
    except (Unwritable, SpecInvalid):
        left = list(lines)
    except OSError as problem:
        raise _unwritten(stack, places, str(problem.strerror or problem).lower()) from problem
    if left:
        raise _unwritten(stack, places, "the value is part of an anchor, an alias or a section that is shared")
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
    for start, end, new in sorted((_edit(text, root, one) for one in lines), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edit(text: str, root: Any, one: FileLine) -> tuple[int, int, str]:
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
        return (*_whole_lines(text, parents), "")
    start = value.start_mark.index
    return start, _end(value), _scalar(value, one.has)


def _pairs(node: Any) -> list[Any]:
    return node.value if isinstance(node.value, list) and node.id == "mapping" else []


def _whole_lines(text: str, parents: list[Any]) -> tuple[int, int]:
    """The lines of an entry, and of the sections that it leaves empty."""
    while len(parents) > 1 and len(_pairs(parents[-1][0])) == 1:
        parents = parents[:-1]
    node, (key, value) = parents[-1]
    if node.flow_style:
        raise Unwritable
    following = text.find("\n", max(_end(value) - 1, key.end_mark.index))
    return text.rfind("\n", 0, key.start_mark.index) + 1, len(text) if following < 0 else following + 1


def _end(node: Any) -> int:
    """Where a value ends, without the comments after it."""
    if isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _scalar(node: Any, value: Any) -> str:
    from aurora_cli.spec.text.dump import dump_values

    if isinstance(value, (dict, list)) or isinstance(node.value, list):
        raise Unwritable
    text = dump_values({"value": value}).removeprefix("value: ").strip()
    quoted = isinstance(value, str) and node.style in ('"', "'") and text[:1] not in ('"', "'")
    return f"{node.style}{text}{node.style}" if quoted else text


def _unwritten(stack: Stack, places: str, why: str) -> OperationFailed:
    return OperationFailed(
        f"{places} could not be written: {why}. The cluster is changed, and the file is not.",
        hint=f"Change it by hand; this prints the values: aurora-cli spec show {stack.name}",
    )
