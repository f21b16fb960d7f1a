"""The state of an alarm, from its datapoints.

CloudWatch User Guide, "Alarm evaluation" and "Configuring how alarms treat missing data".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
FURTHER = 2
"""Periods before those to evaluate that take the place of missing ones."""

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than the threshold"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to the threshold"),
    "LessThanThreshold": (operator.lt, "less than the threshold"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to the threshold"),
}
"""Operator of an alarm -> its function and its words. Those of anomaly detection are not emulated."""

Points = Sequence[float | None]
"""A value for each period, the oldest first; None where it is missing."""


@dataclass(frozen=True)
class Rule:
    """What an alarm compares.

    Attributes:
        comparison: one of `COMPARISONS`.
        periods: number of periods to evaluate.
        datapoints: how many of them must be breaching.
        missing: `missing`, `ignore`, `breaching` or `notBreaching`.
    """

    comparison: str
    threshold: float
    periods: int
    datapoints: int
    missing: str = "missing"

    @property
    def range(self) -> int:
        """Number of periods to look at."""
        return self.periods + FURTHER

    def breaches(self, value: float) -> bool:
        """Whether a value is beyond the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)


def state(rule: Rule, points: Points, current: str) -> str:
    """The state of an alarm.

    Args:
        points: of `rule.range` periods.
        current: its state until now.
    """
    known = [value for value in points if value is not None]
    if not known:
        return {"breaching": ALARM, "notBreaching": OK, "ignore": current}.get(rule.missing, UNKNOWN)
    breaching = sum(rule.breaches(value) for value in known[-rule.periods :])
    filled = max(rule.periods - len(known), 0)
    if breaching >= rule.datapoints or (rule.missing == "breaching" and breaching + filled >= rule.datapoints):
        return ALARM
    if rule.missing in ("breaching", "notBreaching") or breaching < len(known) or breaching + filled < rule.datapoints:
        return OK
    if rule.missing == "ignore":
        return current
    oldest = next(age for age, value in enumerate(points) if value is not None)
    return ALARM if len(points) - oldest >= rule.datapoints else current


def reason(rule: Rule, points: Points, before: str, now: str) -> str:
    """Why an alarm has its new state, as CloudWatch says it."""
    known = [value for value in points if value is not None][-rule.periods :]
    if now == UNKNOWN:
        return f"Insufficient Data: {_count(rule.periods)} {_were(rule.periods)} unknown."
    if not known:
        treated = "Breaching" if now == ALARM else "NonBreaching"
        missing = f"{rule.periods} periods and {rule.periods} missing datapoints were treated as [{treated}]"
        return f"Threshold Crossed: no datapoints were received for {missing}."
    shown = [value for value in known if rule.breaches(value) == (now == ALARM)] or known
    values = ", ".join(str(value) for value in reversed(shown))
    words = COMPARISONS[rule.comparison][1]
    least = rule.datapoints if now == ALARM else rule.periods - rule.datapoints + 1
    return (
        f"Threshold Crossed: {len(shown)} out of the last {_count(rule.periods)} [{values}] {_were(len(shown))} "
        f"{'' if now == ALARM else 'not '}{words} ({rule.threshold}) (minimum {_count(least)} for {before} -> {now} transition)."
    )


def _count(number: int) -> str:
    return f"{number} datapoint{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
