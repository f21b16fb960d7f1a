"""A diagram as Mermaid, for a README or a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.operations.inspect.diagram import Node

_SPECIAL = re.compile(r"[^\w .,:/()+-]")


def mermaid(diagram: Node) -> str:
    """The text of a Mermaid flowchart: a subgraph for each box that has others in it."""
    return "\n".join(["flowchart TB", *_lines(diagram, count(1), "  ")]) + "\n"


def _lines(node: Node, numbers: Iterator[int], indent: str) -> Iterator[str]:
    name, text = f"n{next(numbers)}", "<br/>".join(_escaped(line) for line in node.lines)
    if not node.children:
        yield f'{indent}{name}["{text}"]'
        return
    yield f'{indent}subgraph {name}["{text}"]'
    for child in node.children:
        yield from _lines(child, numbers, indent + "  ")
    yield f"{indent}end"


def _escaped(text: str) -> str:
    """With what Mermaid, Markdown or HTML could read as its own as character codes (Mermaid, "Entity codes to escape")."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", clean(text))
