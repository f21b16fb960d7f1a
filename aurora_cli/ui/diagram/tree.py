"""A diagram as a tree in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aurora_cli.ui.console import Consoles, echo, lead
from aurora_cli.ui.symbols import UNICODE, symbols_for
from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.operations.inspect.diagram import Node

_GUIDES = {True: ("├─ ", "└─ ", "│  "), False: ("|- ", "`- ", "|  ")}


def print_tree(consoles: Consoles, diagram: Node) -> None:
    """Prints the tree on stdout, a line for each box; in ASCII where the stream cannot have more."""
    guides = _GUIDES[symbols_for(consoles.out.encoding) == UNICODE]
    for guide, node in _rows(diagram, "", "", guides):
        line = lead(guide, "second").append(clean(node.label), style="heading" if node.children else "")
        if node.details:
            line.append("  " + ", ".join(clean(one) for one in node.details), style="second")
        echo(consoles.out, line)


def _rows(node: Node, before: str, below: str, guides: tuple[str, str, str]) -> Iterator[tuple[str, Node]]:
    yield before, node
    tee, corner, bar = guides
    for number, child in enumerate(node.children, 1):
        last = number == len(node.children)
        yield from _rows(child, below + (corner if last else tee), below + ("   " if last else bar), guides)
