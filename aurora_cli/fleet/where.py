"""`--where`: values of a spec that must match."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from aurora_cli.fleet.paths import check_term
from aurora_cli.spec.values.engine_names import canonical_engine


@dataclass(frozen=True)
class Term:
    """`PATH=GLOB` or `PATH!=GLOB`.

    Attributes:
        path: `name`, `file`, `account`, `label.NAME`, or a field of the spec, e.g. `instances.class`.
        glob: `*` and `?` stand for any text.
        negated: holds where the glob does not match.
    """

    path: str
    glob: str
    negated: bool = False

    def holds(self, fact: Callable[[str], Any]) -> bool:
        """Whether it holds. No value matches the empty glob alone, of a list one entry is enough.

        Args:
            fact: gives the value of a path.
        """
        return any(fnmatchcase(text, self.wanted) for text in _texts(fact(self.path))) is not self.negated

    @property
    def wanted(self) -> str:
        """The glob, an engine by AWS's name."""
        return str(canonical_engine(self.glob)) if self.path == "engine" else self.glob


@lru_cache(maxsize=256)
def parse_where(text: str, more: frozenset[str] = frozenset()) -> tuple[Term, ...]:
    """`engine=postgres,label.team!=payments` as terms, of which all must hold.

    Args:
        more: paths that are known beside those of specs.

    Raises:
        ValueError: a part has no `=` or no path before it, or no spec can have that path or value.
    """
    terms = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        path, equals, glob = part.partition("=")
        negated = path.endswith("!")
        path = path.removesuffix("!").strip()
        if not equals or not path:
            raise ValueError(f"write PATH=VALUE or PATH!=VALUE, e.g. preset=production, not '{part}'")
        term = Term(path, glob.strip(), negated)
        check_term(path, term.wanted, more)
        terms.append(term)
    return tuple(terms)


def _texts(value: Any) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, bool):
        return [str(value).lower()]
    return ["" if value is None else str(value)]
