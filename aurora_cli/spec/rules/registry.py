"""How a rule is written down: a small function with a stable name, a sentence for people, and its source.

A *hard* rule is one that AWS or the Terraform provider enforces: breaking it refuses the spec. The others warn, since AWS
raises limits and our tables age.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aurora_cli.problem import Problem
from aurora_cli.spec.model.cluster import ClusterSpec


@dataclass(frozen=True)
class Finding:
    """One breach: the dotted path, what is wrong, and a legal suggestion."""

    path: str
    message: str
    hint: str | None = None


Test = Callable[[ClusterSpec], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """A rule about the spec.

    Attributes:
        name: stable name, used with `--skip-check`.
        hard: True refuses, False warns.
        text: the rule as a sentence.
        source: who says so.
        fields: dotted paths that it reads; it is left out while something at, under or around one of them is broken.
        test: finds the breaches.
        skippable: False where nothing could be rendered from a value that breaks it, or a secret would be written down.
    """

    name: str
    hard: bool
    text: str
    source: str
    fields: tuple[str, ...]
    test: Test
    skippable: bool = True

    def reads(self, path: str) -> bool:
        """Whether the rule looks at the path, at something under it, or at what it is part of."""
        return any(f"{a}.".startswith(f"{b}.") for field in self.fields for a, b in ((field, path), (path, field)))

    def problems(self, spec: ClusterSpec) -> Iterator[Problem]:
        """The breaches in a spec, as problems without line and source."""
        severity = "error" if self.hard else "warning"
        for finding in self.test(spec):
            yield Problem(finding.path, finding.message, hint=finding.hint, severity=severity, check=self.name)


def rule(
    name: str, *, hard: bool, text: str, source: str, fields: str, skippable: bool = True
) -> Callable[[Test], Rule]:
    """Make a `Rule` of the function below; `fields` are separated by spaces."""

    def wrap(test: Test) -> Rule:
        return Rule(name, hard, text, source, tuple(fields.split()), test, skippable)

    return wrap
