"""Throttling that one process meets holds back all that work on the account. Answers are fed in where botocore would send."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from aurora_cli.aws import throttling
from aurora_cli.aws.clients import Access, AwsClients
from aurora_cli.aws.clock import Clock
from aurora_cli.aws.errors import aws_errors
from aurora_cli.aws.throttling import ATTEMPTS, FIRST_S, MOST_S, SharedBackoff
from aurora_cli.errors import AwsFailed

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::1:user/a</Arn><UserId>A</UserId><Account>111111111111</Account></GetCallerIdentityResult>"
    "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)
THROTTLED = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"


class Time(Clock):
    """Sleep is the passing of time."""

    def __init__(self) -> None:
        object.__setattr__(self, "at", 1_000_000.0)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.__dict__["at"], timezone.utc)

    def sleep(self, seconds: float) -> None:
        object.__setattr__(self, "at", self.__dict__["at"] + seconds)


class Body:
    def __init__(self, text: str) -> None:
        self.text = text

    def stream(self, *given: Any, **named: Any) -> Iterator[bytes]:
        yield self.text.encode()


class Account:
    """Answers calls, as often throttled as it is told; notes when they came."""

    def __init__(self, clock: Clock, throttled: Callable[[], bool]) -> None:
        self.clock, self.throttled, self.calls = clock, throttled, list[float]()

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        self.calls.append(self.clock.now().timestamp())
        refused = self.throttled()
        return AWSResponse(
            request.url, 400 if refused else 200, HTTPHeaders(), Body(THROTTLED if refused else IDENTITY)
        )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    found = Time()
    monkeypatch.setattr(throttling, "Clock", lambda: found)
    monkeypatch.setattr("botocore.endpoint.time.sleep", found.sleep)
    monkeypatch.setattr("random.uniform", lambda least, most: 0.0)
    return found


def client(folder: Path | None, account: Account, region: str = "eu-west-1", key: str = "a") -> Any:
    """A client of a process of its own, as far as it knows."""
    access = Access(region, access_key_id=key, secret_access_key="b")
    found = AwsClients(access, throttling=folder).client("sts")
    found.meta.events.register("before-send", account.answer)
    return found


def times(count: int) -> Callable[[], bool]:
    left = iter(range(count))
    return lambda: next(left, None) is not None


def throttle(folder: Path, clock: Clock, **context: float) -> SharedBackoff:
    """Another process is throttled."""
    other = SharedBackoff(folder, "a eu-west-1", clock)
    other._note("response-received.sts.GetCallerIdentity", context, {"Error": {"Code": "Throttling"}})
    return other


def test_a_process_waits_for_what_another_one_has_met(tmp_path: Path, clock: Time) -> None:
    started = clock.now().timestamp()
    throttle(tmp_path, clock)
    account = Account(clock, lambda: False)
    for _ in range(2):
        client(tmp_path, account).get_caller_identity()
    assert account.calls == [started + FIRST_S] * 2


def test_an_answer_ends_it_and_the_next_throttling_begins_anew(tmp_path: Path, clock: Time) -> None:
    """Else a fifth of all calls that is throttled, whatever their rate, would hold all back for the most that there is."""
    started, fifth = clock.now().timestamp(), cycle([True, False, False, False, False])
    account = Account(clock, lambda: next(fifth))
    one = client(tmp_path, account)
    for _ in range(100):
        one.get_caller_identity()
    assert clock.now().timestamp() - started < 100 * FIRST_S


def test_an_answer_to_a_call_of_before_ends_nothing(tmp_path: Path, clock: Time) -> None:
    sent = clock.now().timestamp()
    other = throttle(tmp_path, clock)
    clock.sleep(FIRST_S)
    other._note("response-received.sts.GetCallerIdentity", {throttling._SENT: sent}, {"Account": "1"})
    assert other._held("x.sts.X") is not None
    other._note("response-received.sts.GetCallerIdentity", {}, {"Account": "1"})
    assert other._held("x.sts.X") is None


@pytest.mark.parametrize(("region", "key"), [("us-east-1", "a"), ("eu-west-1", "another")])
def test_other_accounts_and_regions_do_not_wait(tmp_path: Path, clock: Time, region: str, key: str) -> None:
    throttle(tmp_path, clock)
    started, account = clock.now().timestamp(), Account(clock, lambda: False)
    client(tmp_path, account, region, key).get_caller_identity()
    assert account.calls == [started]


def test_what_a_process_meets_it_tells_and_heeds(tmp_path: Path, clock: Time) -> None:
    account = Account(clock, times(1))
    assert client(tmp_path, account).get_caller_identity()["Account"] == "111111111111"
    first, second = account.calls
    assert second - first >= FIRST_S
    assert SharedBackoff(tmp_path, "a eu-west-1", clock)._held("x.sts.X") is None


def test_it_is_held_back_longer_only_by_calls_that_were_made_after(tmp_path: Path, clock: Time) -> None:
    started = clock.now().timestamp()
    lengths = []
    for sent in (started, started, *[None] * 8):  # two were under way together
        other = throttle(tmp_path, clock, **{throttling._SENT: clock.now().timestamp() if sent is None else sent})
        held = other._held("x.sts.X")
        assert held is not None
        lengths.append(held.until - held.since)
        clock.sleep(0.1 if sent else held.until - clock.now().timestamp())
    assert lengths == pytest.approx([0.5, 0.5, 1, 2, 4, 8, 16, MOST_S, MOST_S, MOST_S], abs=0.01)
    clock.sleep(2 * MOST_S)
    held = throttle(tmp_path, clock)._held("x.sts.X")
    assert held is not None and held.until - held.since == pytest.approx(FIRST_S, abs=0.01)


def test_a_throttled_call_is_repeated_more_often_than_one_that_failed(tmp_path: Path, clock: Time) -> None:
    account = Account(clock, times(ATTEMPTS - 1))
    assert client(tmp_path, account).get_caller_identity()["Account"] == "111111111111"
    assert len(account.calls) == ATTEMPTS
    account = Account(clock, lambda: True)
    with pytest.raises(AwsFailed, match="throttles"), aws_errors("looking"):
        client(tmp_path, account).get_caller_identity()
    assert len(account.calls) == ATTEMPTS


@pytest.mark.thorough
def test_an_account_refuses_less_where_its_throttling_is_shared(tmp_path: Path) -> None:
    """Real threads and seconds: eight processes of an account that takes ten calls a second."""

    def refused(folder: Path | None) -> int:
        lock, tokens, last = threading.Lock(), [10.0], [time.monotonic()]

        def throttled() -> bool:
            with lock:
                now = time.monotonic()
                tokens[0], last[0] = min(10.0, tokens[0] + 10 * (now - last[0])), now
                taken = tokens[0] >= 1
                tokens[0] -= taken
                return not taken

        account = Account(Clock(), throttled)
        clients = [client(folder, account) for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda one: [one.get_caller_identity() for _ in range(8)], clients))
        return len(account.calls) - 64

    alone, shared = refused(None), refused(tmp_path)
    print(f"refused: {alone} alone, {shared} shared")  # noqa: T201
    assert shared < alone
