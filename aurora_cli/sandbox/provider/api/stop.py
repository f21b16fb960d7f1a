"""Terraform's wish to stop: waits end soon, but what is about to finish may still do so."""

from __future__ import annotations

import threading
import time

GRACE_SECONDS = 5.0


class StopSignal:
    """Set once, by StopProvider; looked at by everything that waits.

    Args:
        grace: seconds that a wait may go on after the signal. A resource that is ready within them is saved as complete;
            one that is not is saved as tainted, which is what the genuine provider does with all of them.
    """

    def __init__(self, grace: float = GRACE_SECONDS) -> None:
        self._event = threading.Event()
        self.grace = grace
        self._end = float("inf")

    def set(self) -> None:
        """Ask everything that waits to come to an end."""
        if not self._event.is_set():
            self._end = time.monotonic() + self.grace
            self._event.set()

    def pause(self, seconds: float) -> bool:
        """Wait, at most `seconds`. True when there is no more time to go on."""
        if self._event.is_set():
            time.sleep(max(0.0, min(seconds, self._end - time.monotonic())))
        else:
            self._event.wait(seconds)
        return time.monotonic() >= self._end
