"""Which names a stack may have. A name is a folder name, so it must not be able to leave the home."""

from __future__ import annotations

import re

from aurora_cli.errors import InvalidInput

_NAME = re.compile(r"[a-z](?:-?[a-z0-9])*")
MAX_LENGTH = 63


def checked_name(name: str) -> str:
    """The name itself, if it is one that RDS takes as a cluster identifier in lower case.

    Raises:
        InvalidInput: anything else, path separators and `..` included.

    Source: DB cluster identifiers, Amazon Aurora User Guide, "Quotas and constraints", naming constraints.
    """
    if len(name) <= MAX_LENGTH and _NAME.fullmatch(name):
        return name
    raise InvalidInput(
        f"'{printable(name)}' cannot be the name of a cluster.",
        hint="Use 1 to 63 lower-case letters, digits and single hyphens; start with a letter, end with a letter or digit.",
    )


def is_name(name: str) -> bool:
    """Whether `checked_name` would take it."""
    return len(name) <= MAX_LENGTH and bool(_NAME.fullmatch(name))


def printable(name: str) -> str:
    """The name without control characters and not longer than a line, for a message."""
    shown = "".join(c if c.isprintable() else "?" for c in name[:80])
    return shown + "..." if len(name) > 80 else shown
