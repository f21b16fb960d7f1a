"""AWS throttles an account in a Region, not a process: who meets it tells the others, and all hold back once.

A file of each account, Region and service says from when until when no call is made. Who is throttled by a call that was made
after that holds back twice as long, up to `MOST_S`; one that was made before has met the same throttling. The first answer to a
call that was made after it ends it, and the next throttling begins anew. Calls resume spread over half the time that they were
held back, so that they do not all come at once.

botocore repeats a throttled call a few times, whoever else is throttled, too; so it is repeated here `ATTEMPTS` times.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import hashlib
import json
import random
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aurora_cli.aws.clock import Clock
from aurora_cli.json_input import as_dataclass
from aurora_cli.kept import keep, kept

CODES = frozenset(
    {
        *("BandwidthLimitExceeded", "EC2ThrottledException", "PriorRequestNotComplete", "RequestLimitExceeded"),
        *("RequestThrottled", "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling"),
        *("ThrottlingException", "TooManyRequestsException"),
    }
)
FIRST_S, MOST_S = 0.5, 20.0
ATTEMPTS = 12
_FORM = "throttling 1"
_SENT = "aurora_cli_sent_at"


@dataclass(frozen=True)
class HeldBack:
    """When no call is made, in seconds since 1970."""

    since: float
    until: float


class SharedBackoff:
    """What the processes that have a folder know of an account's throttling.

    Args:
        folder: with the files; need not exist.
        whose: what stands for the account, e.g. its number.
    """

    def __init__(self, folder: Path, whose: str, clock: Clock | None = None) -> None:
        self._folder, self._whose, self._clock = folder, whose, clock or Clock()

    def watch(self, session: Any) -> None:
        """Have all clients that a session of botocore makes heed it."""
        session.register("request-created", self._hold_back)
        session.register("response-received", self._note)
        session.register("needs-retry", _repeat)

    def _hold_back(self, request: Any, event_name: str, **_: Any) -> None:
        held, now = self._held(event_name), self._now()
        if held and 0 < held.until - now <= MOST_S:  # else the machine's clock was set back
            spread = (held.until - held.since) / 2
            self._clock.sleep(held.until - now + random.uniform(0, spread))  # noqa: S311 - not cryptography
        request.context[_SENT] = self._now()

    def _note(self, event_name: str, context: Any, parsed_response: Any = None, **_: Any) -> None:
        held, now = self._held(event_name), self._now()
        sent = context.get(_SENT, now)
        if not _is_throttled(parsed_response):
            if held and parsed_response and held.until <= sent:
                with suppress(OSError):  # another process has
                    self._file(event_name).unlink()
            return
        if held and sent <= held.since <= now:
            return
        again = held and now - held.until < MOST_S
        seconds = min(2 * (held.until - held.since), MOST_S) if held and again else FIRST_S
        keep(self._file(event_name), _FORM, json.dumps(asdict(HeldBack(now, now + seconds))))

    def _held(self, event_name: str) -> HeldBack | None:
        return kept(self._file(event_name), _FORM, partial(as_dataclass, HeldBack))

    def _file(self, event_name: str) -> Path:
        service = event_name.split(".")[1]
        return self._folder / hashlib.sha256(f"{self._whose} {service}".encode()).hexdigest()[:16]

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _is_throttled(answer: Any) -> bool:
    return bool(answer) and answer.get("Error", {}).get("Code") in CODES


def _repeat(response: Any, attempts: int, **_: Any) -> float | None:
    """Seconds until botocore repeats the call, asked after botocore's own rules; None: it does not."""
    return 0.0 if response and _is_throttled(response[1]) and attempts < ATTEMPTS else None
