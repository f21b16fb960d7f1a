"""Words in messages: the nearest known one to one that is not known, lists, values made fit to be shown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from aurora_cli.spec.values.scalars import as_written


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one was probably meant to be, or None."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.lower(), candidate)
    folded = word.strip().lower()[:100]
    found = difflib.get_close_matches(folded, list(by_folded), n=1, cutoff=0.6)
    if not found and len(folded) > 1:
        found = [candidate for candidate in by_folded if candidate.startswith(folded)][:1]
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """ "did you mean `readers`?", or `otherwise` when nothing is near."""
    found = nearest(word, known)
    return f"did you mean `{found}`?" if found else otherwise


def listing(words: Iterable[str]) -> str:
    """`a, b or c`."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}" if items else ""


def shown(value: Any, limit: int = 60) -> str:
    """A value as it may stand in a message: one line, no control characters, not too long."""
    plain = as_written(value)
    text = plain if isinstance(plain, str) else repr(plain)
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"
