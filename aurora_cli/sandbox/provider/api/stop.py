"""Terraform's request to stop: waits end after a grace period."""

from __future__ import annotations

import threading
import time

GRACE_SECONDS = 5.0


class StopSignal:
    """Set once by StopProvider; every wait checks it.

    Args:
        grace: seconds that a wait may continue after the signal. A resource that is ready by then is saved as complete,
            any other as tainted, as the genuine provider saves all of them.
    """

    def __init__(self, grace: float = GRACE_SECONDS) -> None:
        self._event = threading.Event()
        self.grace = grace
        self._end = float("inf")

    def set(self) -> None:
        """End all waits."""
        if not self._event.is_set():
            self._end = time.monotonic() + self.grace
            self._event.set()

    def pause(self, seconds: float) -> bool:
        """Wait at most `seconds`; returns whether the caller must stop."""
        if self._event.is_set():
            time.sleep(max(0.0, min(seconds, self._end - time.monotonic())))
        else:
            self._event.wait(seconds)
        return time.monotonic() >= self._end
