"""How long a resource stays in `creating`, `modifying`, ... before it reaches its final status."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Latency:
    """Seconds per transition; 0 means that the first look finds the final status."""

    seconds: float = 0.0


LATENCY = Latency()


class Transition:
    """A passing status that ends by itself.

    Args:
        passing: status while it lasts, e.g. `creating`.
        final: status after it, e.g. `available`.
    """

    def __init__(self, passing: str, final: str) -> None:
        self.passing = passing
        self.final = final
        self._ends = time.monotonic() + LATENCY.seconds

    @property
    def over(self) -> bool:
        """True when the final status is reached."""
        return time.monotonic() >= self._ends

    @property
    def status(self) -> str:
        """The status now."""
        return self.final if self.over else self.passing
