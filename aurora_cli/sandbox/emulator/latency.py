"""How long a resource stays in `creating`, `modifying`, ... before it reaches its final status."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Latency:
    """Seconds per transition; 0: a resource reaches its final status at once.

    A lower value ends earlier what is in transition.
    """

    seconds: float = 0.0


LATENCY = Latency()


class Transition:
    """A transitional status that ends automatically.

    Args:
        passing: the transitional status, e.g. `creating`.
        final: the status afterwards, e.g. `available`.
    """

    def __init__(self, passing: str, final: str) -> None:
        self.passing = passing
        self.final = final
        self._began, self._seconds = time.time(), LATENCY.seconds

    @property
    def over(self) -> bool:
        """Whether the final status is reached."""
        return time.time() >= self._began + min(self._seconds, LATENCY.seconds)

    @property
    def status(self) -> str:
        """The current status."""
        return self.final if self.over else self.passing
