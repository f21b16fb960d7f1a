"""Assertions on resolved specs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jmespath

from aurora_cli.fleet.fleet_file import NAME
from aurora_cli.fleet.where import parse_where
from aurora_cli.problem import Problem

if TYPE_CHECKING:
    from aurora_cli.fleet.fleet_file import Policy


def broken(
    policies: Sequence[Policy], fact: Callable[[str], Any], values: Mapping[str, Any], source: str
) -> Iterator[Problem]:
    """An error for each policy that a spec breaks.

    Args:
        fact: as in `Term.holds`, for `where`.
        values: of the resolved spec, and `labels`: what `require` is asked of.
        source: the spec's file.
    """
    for policy in policies:
        if not all(term.holds(fact) for term in parse_where(policy.where)):
            continue
        holds, failed = False, ""
        try:
            holds = bool(jmespath.search(policy.require, values))
        except jmespath.exceptions.JMESPathError as error:  # e.g. the length of what is null
            failed = f", and cannot be evaluated: {' '.join(str(error).split())}"
        if not holds:
            message = policy.message or f"the policy `{policy.name}` requires {policy.require}"
            hint = f"{f'the policy `{policy.name}`' if policy.message else 'it'} is in {NAME}{failed}"
            yield Problem("", message, hint=hint, check=f"policy:{policy.name}", source=source)
