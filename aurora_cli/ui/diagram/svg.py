"""A diagram as SVG: boxes in boxes, with text as text, for light and dark screens, and a description for screen readers.

The font is monospaced, whose characters are 0.6 em wide in all usual ones (at most 0.61), so what a line takes is known
without a font at hand.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.operations.inspect.diagram import Node

FONT_SIZE = 12
CELL = 0.61 * FONT_SIZE
"""Width of a character of one cell; those of East Asian scripts and emoji take two."""
_LINE = 17
_PAD = 12
_GAP = 12
_CELLS = 40
"""Longest line of a box, in cells: a longer text is wrapped."""
_BESIDE = frozenset(("vpc", "group"))
"""Boxes in which others are beside each other, in rows of up to _COLUMNS; in the rest they are below each other."""
_COLUMNS = 3

_STYLE = """\
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328; white-space: pre }
.head { font-weight: bold }
.page { fill: #ffffff }
.box { fill: #ffffff; stroke: #59636e }
.region, .group { fill: #f6f8fa }
.vpc { fill: #eef4fb; stroke: #0969da }
.zone { fill: #ffffff; stroke-dasharray: 4 3 }
.writer { fill: #dafbe1; stroke: #1a7f37; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .page, .box, .zone { fill: #0d1117 }
  .box { stroke: #9198a1 }
  .region, .group { fill: #151b23 }
  .vpc { fill: #121d2f; stroke: #4493f8 }
  .writer { fill: #12361f; stroke: #3fb950 }
}"""


@dataclass(frozen=True)
class _Box:
    """A box with its size, its lines, and what is in it with the place of each."""

    kind: str
    lines: tuple[str, ...]
    bold: int
    width: float
    height: float
    inside: tuple[tuple[float, float, _Box], ...]


def svg(diagram: Node) -> str:
    """The text of an SVG file, which needs nothing else."""
    page = _box(diagram)
    width, height = f"{page.width:.0f}", f"{page.height:.0f}"
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    title, description = _escaped(diagram.label), _escaped("; ".join(_told(diagram)))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
            f'<title id="title">{title}</title>',
            f'<desc id="desc">{description}</desc>',
            f"<style>\n{_STYLE}\n</style>",
            *_drawn(page, 0, 0),
            "</svg>\n",
        ]
    )


def _told(node: Node) -> Iterator[str]:
    yield ", ".join(node.lines)
    for child in node.children:
        yield from _told(child)


def _box(node: Node) -> _Box:
    head = _wrapped(node.label)
    lines = (*head, *(part for line in node.details for part in _wrapped(line)))
    text = max(_cells(line) for line in lines) * CELL
    placed, width, height = _placed([_box(one) for one in node.children], _COLUMNS if node.kind in _BESIDE else 1)
    top = _PAD + len(lines) * _LINE
    inside = tuple((x + _PAD, y + top + _GAP / 2, one) for x, y, one in placed)
    below = height + _GAP / 2 if inside else 0
    return _Box(node.kind, lines, len(head), max(text, width) + 2 * _PAD, top + below + _PAD, inside)


def _placed(boxes: Sequence[_Box], columns: int) -> tuple[list[tuple[float, float, _Box]], float, float]:
    """Each box with its place, and the size of all: in rows of so many."""
    placed: list[tuple[float, float, _Box]] = []
    width = y = 0.0
    for start in range(0, len(boxes), columns):
        row, x = boxes[start : start + columns], 0.0
        for one in row:
            placed.append((x, y, one))
            x += one.width + _GAP
        width, y = max(width, x - _GAP), y + max(one.height for one in row) + _GAP
    return placed, width, max(y - _GAP, 0)


def _drawn(box: _Box, x: float, y: float) -> Iterator[str]:
    kind = "page" if box.kind == "diagram" else f"box {box.kind}"
    size = f'x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    yield f'<rect class="{kind}" {size} rx="4"/>'
    for number, line in enumerate(box.lines):
        bold = ' class="head"' if number < box.bold else ""
        yield f'<text{bold} x="{x + _PAD:.1f}" y="{y + _PAD + FONT_SIZE + number * _LINE:.1f}">{_escaped(line)}</text>'
    for left, top, one in box.inside:
        yield from _drawn(one, x + left, y + top)


def _wrapped(text: str) -> list[str]:
    """Lines of up to _CELLS cells: broken at a blank, or behind a dot, colon or slash, where there is one in the second half."""
    lines, rest = [], clean(text)
    while _cells(rest) > _CELLS:
        end = next(number for number in range(len(rest), 0, -1) if _cells(rest[:number]) <= _CELLS)
        good = [number for number in range(end // 2, end + 1) if rest[number - 1] in " .:/"]
        end = good[-1] if good else end
        lines.append(rest[:end].rstrip())
        rest = rest[end:]
    return [*lines, rest]


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _escaped(text: str) -> str:
    """Without the two code points that XML does not have, beside control characters."""
    return escape(clean(text).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd"))
