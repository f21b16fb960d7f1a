"""A diagram as DOT, the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.operations.inspect.diagram import Node


def dot(diagram: Node) -> str:
    """The text of a graph: a cluster of nodes for each box that has others in it."""
    head = ["digraph {", '  node [shape=box, fontname="monospace"];', '  graph [fontname="monospace"];']
    return "\n".join([*head, *_lines(diagram, count(1), "  "), "}"]) + "\n"


def _lines(node: Node, numbers: Iterator[int], indent: str) -> Iterator[str]:
    number, text = next(numbers), r"\n".join(_escaped(line) for line in node.lines)
    if not node.children:
        yield f'{indent}n{number} [label="{text}"];'
        return
    yield f"{indent}subgraph cluster_n{number} {{"
    yield f'{indent}  label="{text}";'
    for child in node.children:
        yield from _lines(child, numbers, indent + "  ")
    yield f"{indent}}}"


def _escaped(text: str) -> str:
    """Quotes and backslashes escaped, and `&`, since a label may have HTML's entities (Graphviz, escString and lblString)."""
    return clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
