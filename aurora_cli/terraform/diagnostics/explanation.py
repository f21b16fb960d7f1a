"""One row of the table behind `explain`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aurora_cli.errors import AuroraError


@dataclass(frozen=True)
class Explanation:
    """One row.

    Attributes:
        kind: class of the error.
        pattern: what to search for.
        message: the sentence, with `{names}` of groups and facts.
        hint: the way out, likewise; None for none.
        facts: name -> pattern with one group, searched in the original text (line breaks kept).
    """

    kind: type[AuroraError]
    pattern: re.Pattern[str]
    message: str
    hint: str | None = None
    facts: tuple[tuple[str, re.Pattern[str]], ...] = ()


def row(
    kind: type[AuroraError],
    pattern: str,
    message: str,
    hint: str | None = None,
    **facts: str,
) -> Explanation:
    """A row from the texts of its patterns; `facts` are searched line by line."""
    compiled = tuple((name, re.compile(text, re.MULTILINE)) for name, text in facts.items())
    return Explanation(kind, re.compile(pattern), message, hint, compiled)
