"""Retries of failed calls, and the signal that ends them.

The rules are those of the AWS SDKs' standard retry mode (throttling codes, transient statuses, connection errors), implemented
here because a delay between attempts must end early when Terraform stops the provider.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from aurora_cli.sandbox.provider.api.errors import AwsError

T = TypeVar("T")

# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "RequestThrottled",
        "SlowDown",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    }
)
_TRANSIENT_CODES = frozenset({"RequestTimeout", "RequestTimeoutException", "InternalError", "ServiceUnavailable"})
_TRANSIENT_STATUS = frozenset({500, 502, 503, 504})
_REFUSED_ATTEMPTS = 6  # a stopped emulator does not restart; the genuine provider also stops early

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
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


def is_throttle(error: AwsError) -> bool:
    """Whether AWS throttled the call."""
    return error.code in _THROTTLED or error.status == 429


def is_transient(error: AwsError) -> bool:
    """Whether a retry may succeed."""
    return error.code in _TRANSIENT_CODES or error.status in _TRANSIENT_STATUS or not error.code


def with_retries(call: Callable[[], T], *, max_attempts: int, stop: StopSignal, repeat_lost: bool = True) -> T:
    """The result of a call, with retries.

    Args:
        call: raises AwsError if it fails.
        max_attempts: attempts in total.
        stop: set to end retries.
        repeat_lost: False: no retry if AWS may have processed the request (`error.lost`).

    Raises:
        AwsError: the last one, with the number of attempts and whether an earlier one may have been processed.
    """
    attempt, lost = 0, False
    while True:
        attempt += 1
        try:
            return call()
        except AwsError as error:
            error.repeated, lost = lost, lost or error.lost
            again = is_throttle(error) or (is_transient(error) and (repeat_lost or not error.lost))
            limit = max_attempts if error.code or error.lost else min(max_attempts, _REFUSED_ATTEMPTS)
            if not again or attempt >= limit or stop.pause(_pause(attempt)):
                error.attempts = attempt if again else 1
                raise


def _pause(attempt: int) -> float:
    longest: float = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - jitter, not cryptography
