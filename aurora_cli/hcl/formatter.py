"""Lays rendered HCL out as `terraform fmt` would, so that nobody's editor or hook ever changes it.

The rules are those of HashiCorp's formatter (hclwrite): two spaces for each level of open brackets, and the `=` of
neighbouring one-line attributes in one column. A heredoc counts as one line, and its body is left as it is. On top, what
a template cannot do well: an attribute that is `null` is left out, and conditional parts leave no doubled blank lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ASSIGNMENT = re.compile(r'(?P<name>[A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*")\s*=(?![=>])\s*(?P<value>.*)')
_HEREDOC = re.compile(r"<<(?P<marker>[A-Za-z_]\w*)$")
_BRACKET = re.compile(r"[][(){}]")
_SKIPPED = re.compile(r'"(?:[^"\\]|\\.)*"|#.*')


@dataclass
class _Line:
    """A line of code, or one of a heredoc (`depth` None), which stays as it is."""

    text: str
    depth: int | None
    name: str | None = None

    @property
    def columns(self) -> int:
        return 2 * (self.depth or 0) + len(self.name or "")


def format_hcl(text: str) -> str:
    """The same HCL, formatted; ends with one newline.

    Args:
        text: HCL in which each attribute starts on its own line and heredoc bodies already have their final form.
    """
    lines = _tidied(list(_measured(text)))
    _align(lines)
    return "".join(f"{_indented(line)}\n" for line in lines)


def _measured(text: str) -> Iterator[_Line]:
    opened: list[int] = []
    marker = None
    for raw in text.rstrip("\n").split("\n"):
        if marker is not None:
            yield _Line(raw, None)
            marker = None if raw == marker else marker
            continue
        line = raw.strip()
        if _is_null(line):
            continue
        heredoc = _HEREDOC.search(line)
        marker = heredoc["marker"] if heredoc and not line.startswith("#") else None
        net = _net_brackets(line)
        if net < 0:
            _close(opened, -net)
        yield _Line(line, len(opened), _aligned_name(line, net))
        if net > 0:
            opened.append(net)


def _is_null(line: str) -> bool:
    match = _ASSIGNMENT.fullmatch(line) if line.endswith("= null") else None
    return match is not None and match["value"] == "null"


def _net_brackets(line: str) -> int:
    return sum(1 if c in "{[(" else -1 for c in _BRACKET.findall(_SKIPPED.sub("", line)))


def _close(opened: list[int], count: int) -> None:
    """Brackets opened on one line make one level, which ends when the last of them is closed."""
    while count and opened:
        closed = min(count, opened[-1])
        opened[-1] -= closed
        count -= closed
        if not opened[-1]:
            opened.pop()


def _aligned_name(line: str, net: int) -> str | None:
    """The name of a one-line attribute; one that goes on over several lines is not aligned with its neighbours."""
    match = _ASSIGNMENT.fullmatch(line)
    return match["name"] if match and net == 0 else None


def _tidied(lines: list[_Line]) -> list[_Line]:
    kept: list[_Line] = []
    for line in lines:
        if _is_blank(line) and (not kept or _is_blank(kept[-1]) or _opens(kept[-1])):
            continue
        if _closes(line) and kept and _is_blank(kept[-1]):
            kept.pop()
        kept.append(line)
    return kept


def _is_blank(line: _Line) -> bool:
    return line.depth is not None and not line.text


def _opens(line: _Line) -> bool:
    return line.depth is not None and line.text.endswith(("{", "[", "("))


def _closes(line: _Line) -> bool:
    return line.depth is not None and line.text.startswith(("}", "]", ")"))


def _align(lines: list[_Line]) -> None:
    chain: list[_Line] = []
    for line in [*lines, _Line("", 0)]:
        if line.name is not None:
            chain.append(line)
        elif line.depth is not None and chain:
            width = max(member.columns for member in chain)
            for member in chain:
                _set_column(member, width)
            chain = []


def _set_column(line: _Line, width: int) -> None:
    match = _ASSIGNMENT.fullmatch(line.text)
    if match:
        padding = " " * (width - line.columns)
        line.text = f"{match['name']}{padding} = {match['value']}"


def _indented(line: _Line) -> str:
    return f"{'  ' * line.depth}{line.text}" if line.depth and line.text else line.text
