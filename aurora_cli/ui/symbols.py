"""The few symbols of the screens. Each one stands beside a word: none carries meaning alone, nor does a colour."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Symbols:
    """Symbols for a console that can print them."""

    made: str = "+"
    changed: str = "~"
    replaced: str = "±"
    removed: str = "-"
    lost: str = "✗"
    kept: str = "="
    done: str = "✓"
    failed: str = "✗"
    running: str = "●"
    waiting: str = "·"
    warning: str = "▲"
    info: str = "»"
    arrow: str = "→"
    dot: str = "·"
    ellipsis: str = "…"
    rule: str = "─"


UNICODE = Symbols()
ASCII = Symbols(
    replaced="-/+",
    lost="x",
    done="+",
    failed="x",
    running="*",
    waiting=".",
    warning="!",
    info=">",
    arrow="->",
    dot="-",
    ellipsis="...",
    rule="-",
)


def symbols_for(encoding: str | None) -> Symbols:
    """The symbols that this encoding can print; ASCII ones when it is unknown or cannot."""
    try:
        "".join(getattr(UNICODE, f.name) for f in fields(Symbols)).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE
