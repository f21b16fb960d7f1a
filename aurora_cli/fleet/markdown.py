"""Texts of users, AWS and Terraform in Markdown, which GitHub and GitLab are to show as they are and act on in no way."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SYNTAX = re.compile(r"([\\`*_\[\]|~])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_REFERENCE = re.compile(r"([@#!$%^&~](?=[\w\"])|:(?=//)|www(?=\.))", re.IGNORECASE)
"""What GitHub and GitLab make mentions, references to issues, and links of."""
_MARK = "\x00"
"""Stands for a blank without width, which keeps the two sides of it apart, until the rest is escaped."""


def row(cells: Iterable[object]) -> str:
    """A row of a table."""
    return f"| {' | '.join(map(plain, cells))} |"


def plain(value: object) -> str:
    """A text in one line that is read as it is: no markup, no HTML, no link, and nobody is notified. None is empty."""
    words = " ".join(("" if value is None else str(value)).split())
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in words)
    apart = _REFERENCE.sub(rf"\1{_MARK}", shown)
    escaped = _SYNTAX.sub(r"\\\1", re.sub("[&<>]", lambda found: _ENTITIES[found[0]], apart))
    return escaped.replace(_MARK, "&#8203;")
