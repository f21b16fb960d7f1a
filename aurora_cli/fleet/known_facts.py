"""Labels and accounts that `fleet.yaml` selects by: what no spec has is misspelt, and a freeze would hold nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aurora_cli.fleet.paths import LABEL
from aurora_cli.fleet.where import Term, parse_where
from aurora_cli.problem import Problem
from aurora_cli.spec.values.suggestions import did_you_mean

if TYPE_CHECKING:
    from aurora_cli.fleet.fleet_file import FleetFile
    from aurora_cli.spec.layers.layers import Layer

ACCOUNT = "account"


def terms_of(file: FleetFile) -> Iterator[tuple[str, Term]]:
    """The terms of every `where`, each with its place."""
    for key in ("policies", "waves", "freezes"):
        for at, part in enumerate(getattr(file, key)):
            yield from ((f"{key}.{at}.where", term) for term in parse_where(part.where))


def needed(file: FleetFile) -> Iterator[tuple[str, str]]:
    """Where a `fleet.yaml` selects by having a label or an account, and by which: `freezes.0.where`, `label.team`."""
    for place, term in terms_of(file):
        if _is_open(term.path) and (place.startswith("waves") or not term.holds(_absent)):
            yield place, term.path
    for at, group in enumerate(file.groups):
        yield from ((f"groups.{at}.label.{name}", f"{LABEL}{name}") for name in group.label)


def declared(file: FleetFile) -> set[str]:
    """The labels that a `fleet.yaml` gives, and the account if it gives one, as paths of `where`."""
    found: set[str] = set()
    for part in (file, *file.groups):
        found |= {f"{LABEL}{name}" for name in part.labels} | written(part.defaults)
        found |= {ACCOUNT} if part.account and part.account.number else set()
    return found


def written(values: Mapping[str, Any]) -> set[str]:
    """The same of values of a spec."""
    tags = values.get("tags")
    labels = {f"{LABEL}{name}" for name in tags} if isinstance(tags, Mapping) else set()
    return labels | ({ACCOUNT} if values.get("assume_role") else set())


def unknown_facts(file: FleetFile, text: Layer, known: Collection[str]) -> list[Problem]:
    """A problem for each place that selects by what is not known."""
    return [
        Problem(place, message, hint=hint, line=text.line_of(place), source=text.source)
        for place, path in needed(file)
        if path not in known
        for message, hint in [why_unknown(path, known)]
    ]


def why_unknown(path: str, known: Collection[str]) -> tuple[str, str]:
    """What to say of a label or an account that no spec has, and what was probably meant."""
    if path == ACCOUNT:
        return "the account of no spec is known", "give `account` in fleet.yaml an `id` or a `role_arn`"
    labels = sorted(one.removeprefix(LABEL) for one in known if one != ACCOUNT)
    name = path.removeprefix(LABEL)
    otherwise = f"labels and tags are: {', '.join(labels[:10])}" if labels else "write `labels` in fleet.yaml"
    return f"no spec has a label or tag `{name}`", did_you_mean(name, labels, otherwise) or ""


def _absent(path: str) -> None:
    """The fact of a spec that has none: a freeze with `label.exempt!=true` holds for all of these, a misspelt one for more."""


def _is_open(path: str) -> bool:
    """Whether only the specs say if there is such a fact."""
    return path == ACCOUNT or path.startswith(LABEL)
