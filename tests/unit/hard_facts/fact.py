"""One fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.unit.spec_cases import POSTGRES


@dataclass(frozen=True)
class Fact:
    """A fact, a spec that breaks it, and what the user then reads.

    Attributes:
        id: section and row of the list of facts, e.g. `c5-3`; several cases may show one fact.
        says: the fact as a sentence.
        check: name of the check, `schema` for the shape of the file.
        changes: dotted path -> value, over `base`.
        path: where the problem is.
        message, hint: the words, exactly; the hint is the way out.
        base: the spec below.
        hard: True where AWS refuses for certain, so the spec is refused; False where there is only a warning.
    """

    id: str
    says: str
    check: str
    changes: Mapping[str, Any]
    path: str
    message: str
    hint: str
    base: Mapping[str, Any] = field(default_factory=lambda: POSTGRES)
    hard: bool = True
