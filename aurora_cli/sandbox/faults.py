"""Injected faults: which API calls of the emulator fail, and how; and readers that are behind.

A rule names a service and an action (`*` for any) and a kind of fault. Rules are evaluated in the order in which they were added;
the first match applies. The same rules with the same seed fail the same calls.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from aurora_cli.errors import InvalidInput

KINDS = ("throttle", "error5xx", "slow", "lost_reply", "access_denied", "expired_token", "refused", "replica_lag")
REPLICA_LAG = "replica_lag"
"""The kind that is of database servers, and of no call."""


@dataclass(frozen=True)
class FaultRule:
    """A rule.

    Attributes:
        kind: `throttle`, `error5xx`, `slow` (responds `delay_s` later), `lost_reply` (closes the connection after the
            call), `access_denied`, `expired_token`, `refused` (the error `code` with the text `message`) or `replica_lag`
            (the readers of `cluster` are `delay_s` behind).
        service: signing name of the service (`rds`, `ec2`, `secretsmanager`, ...), or `*`.
        action: API action (`CreateDBCluster`), with `*` as wildcard.
        count: maximum number of calls that fail; None for all.
        probability: 0 to 1, the share of matching calls that fail.
        seed: start of the random sequence behind `probability`.
        delay_s: seconds before the response, with any kind.
        after_n: number of matching calls that succeed first.
        code, message: of a `refused` call, as AWS returns it, e.g. `InvalidParameterCombination`.
        cluster: of a `replica_lag`, with `*` as wildcard.
        id: name of the rule; the emulator generates one if it is empty.
    """

    kind: str
    service: str = "*"
    action: str = "*"
    count: int | None = None
    probability: float = 1.0
    seed: int = 0
    delay_s: float = 0.0
    after_n: int = 0
    code: str = ""
    message: str = ""
    id: str = ""
    cluster: str = "*"

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise InvalidInput(f"The fault is not valid: {problem}.", hint=f"Kinds are {', '.join(KINDS)}.")

    def _problem(self) -> str | None:
        checks = (
            (self.kind not in KINDS, f"unknown kind '{self.kind}'"),
            (self.count is not None and self.count < 1, "count must be at least 1"),
            (not 0.0 < self.probability <= 1.0, "probability must be greater than 0 and at most 1"),
            (not 0.0 <= self.delay_s <= 600.0, "delay_s must be between 0 and 600 seconds"),
            (self.after_n < 0, "after_n must not be negative"),
            (self.kind in ("slow", REPLICA_LAG) and self.delay_s == 0.0, f"{self.kind} requires delay_s"),
            (self.kind == "refused" and not self.code, "refused requires code"),
            (not self.service or not self.action, "service and action must not be empty"),
        )
        return next((text for broken, text in checks if broken), None)

    def matches(self, service: str, action: str) -> bool:
        """Whether the rule matches this call, without regard to case."""
        if self.kind == REPLICA_LAG:
            return False
        return fnmatchcase(service.lower(), self.service.lower()) and fnmatchcase(action.lower(), self.action.lower())

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def parse_rule(data: Mapping[str, Any]) -> FaultRule:
    """A rule from JSON values or text (`{"kind": "throttle", "service": "rds", "count": "2"}`).

    Raises:
        InvalidInput: an unknown key, or a value that is not valid.
    """
    casts: dict[str, Callable[[Any], Any]] = {
        "count": _count,
        "seed": int,
        "after_n": int,
        "probability": float,
        "delay_s": float,
    }
    unknown = sorted(set(data) - {item.name for item in fields(FaultRule)})
    if unknown:
        raise InvalidInput(f"The fault is not valid: unknown key '{unknown[0]}'.")
    if "kind" not in data:
        raise InvalidInput("The fault is not valid: kind is missing.", hint=f"Kinds are {', '.join(KINDS)}.")
    values = {}
    for name, value in data.items():
        try:
            values[name] = casts.get(name, str)(value)
        except (TypeError, ValueError):
            raise InvalidInput(f"The fault is not valid: {name} cannot be '{value}'.") from None
    return FaultRule(**values)


def _count(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


@dataclass
class _Tally:
    rule: FaultRule
    seen: int = 0
    fired: int = 0
    chance: random.Random = field(default_factory=random.Random)

    def fires(self) -> bool:
        self.seen += 1
        if self.seen <= self.rule.after_n or (self.rule.count is not None and self.fired >= self.rule.count):
            return False
        if self.chance.random() >= self.rule.probability:
            return False
        self.fired += 1
        return True


class FaultBook:
    """The active rules. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: list[_Tally] = []
        self._ids = itertools.count(1)

    def add(self, rule: FaultRule) -> FaultRule:
        """Add a rule; returns it with its id."""
        with self._lock:
            values = {**asdict(rule), "id": rule.id or f"fault-{next(self._ids)}"}
            named = FaultRule(**values)
            self._tallies.append(_Tally(named, chance=random.Random(rule.seed)))  # noqa: S311 - repeatable on purpose
            return named

    def list(self) -> list[dict[str, Any]]:
        """Each rule with the number of calls that it matched and failed."""
        with self._lock:
            return [{**tally.rule.to_dict(), "seen": tally.seen, "fired": tally.fired} for tally in self._tallies]

    def clear(self, rule_id: str | None = None) -> int:
        """Remove one rule or all; returns their number."""
        with self._lock:
            kept = [tally for tally in self._tallies if rule_id is not None and tally.rule.id != rule_id]
            gone = len(self._tallies) - len(kept)
            self._tallies = kept
            return gone

    def replica_lag(self, cluster: str) -> float:
        """Seconds that the readers of a cluster are behind, by the first rule for it; 0 without one."""
        with self._lock:
            rules = [tally.rule for tally in self._tallies if tally.rule.kind == REPLICA_LAG]
        return next((one.delay_s for one in rules if fnmatchcase(cluster, one.cluster)), 0.0)

    def match(self, service: str, action: str) -> FaultRule | None:
        """The rule that fails this call, if any. Counts the call."""
        with self._lock:
            for tally in self._tallies:
                if tally.rule.matches(service, action) and tally.fires():
                    return tally.rule
            return None
