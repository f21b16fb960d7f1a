"""Durations on the command line."""

from __future__ import annotations

from aurora_cli.errors import InvalidInput


def seconds_of(text: str, option: str) -> float:
    """Seconds of `90s`, `10m` or `1h`. Raises InvalidInput naming the option."""
    from aurora_cli.spec.values.quantities import parse_seconds

    try:
        return float(parse_seconds(text))
    except ValueError as problem:
        raise InvalidInput(
            f"{option} must be a duration, not '{text}'.", hint="For example 90s, 10m or 1h."
        ) from problem
