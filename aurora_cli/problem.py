"""One thing that is wrong, or doubtful, in a spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One broken rule in a spec.

    Attributes:
        path: dotted path of the field, e.g. `instances.readers`; empty for the whole spec.
        message: what is wrong, and the rule.
        hint: a legal suggestion, or None.
        severity: `error` refuses, `warning` is shown and goes on.
        check: the stable name of the check, e.g. `reader-count`, or `schema` for shape and type errors.
        line: 1-based line in the YAML file, if the value came from one.
        source: where the value came from: a file name, `--flag`, `AURORA_X`, a preset.
    """

    path: str
    message: str
    hint: str | None = None
    severity: str = "error"
    check: str = "schema"
    line: int | None = None
    source: str | None = None


def some_of(texts: Sequence[str], most: int = 5, separator: str = ", ") -> str:
    """The first few of many texts for a sentence, and how many more there are: `a, b and 3 more`."""
    rest = len(texts) - most
    return separator.join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")
