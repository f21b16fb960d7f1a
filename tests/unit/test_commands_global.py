"""What a switchover and a failover of Regions ask and say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from aurora_cli.commands.change import global_database
from aurora_cli.operations.day_two.global_regions import HandOver, HandOverPlan
from aurora_cli.ui import prompts

SAID: list[str] = []
SESSION = cast("Any", SimpleNamespace(consoles=None, say=lambda text, err: SAID.append(text)))


def plan(lag_ms: float | None) -> HandOverPlan:
    return HandOverPlan("orders", "eu-west-1", "us-east-1", data_loss=False, lag_ms=lag_ms)


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    SAID.clear()
    monkeypatch.setattr(prompts, "confirm", lambda consoles, question: question == "Proceed?")
    monkeypatch.setattr(prompts, "type_name", lambda consoles, name: name == "orders")


def test_a_switchover_asks_with_the_lag() -> None:
    assert vars(global_database)["_agreed"](SESSION, plan(120.4))
    assert SAID == ["Writes stop while us-east-1 (120 ms behind) catches up and takes over from eu-west-1."]


@pytest.mark.parametrize(("lag", "words"), [(None, "how much is not known"), (90.0, "about 90 ms of writes")])
def test_a_failover_says_what_is_lost_and_has_the_name_typed(lag: float | None, words: str) -> None:
    assert vars(global_database)["_named"](SESSION, plan(lag))
    assert [f"us-east-1 takes over from eu-west-1; writes not yet replicated are lost: {words}."] == SAID


def test_it_ends_with_the_primary_region() -> None:
    done = HandOver("orders", "switchover", "aws", "eu-west-1", "us-east-1", True, 12.34, "orders.global.example")
    told = vars(global_database)["_told"]
    assert told(done) == (
        "us-east-1 is the primary Region of orders now, after 12.3 s. "
        "The global writer endpoint orders.global.example leads there."
    )
    same = HandOver("orders", "switchover", "aws", "us-east-1", "us-east-1", False, 0.0, None)
    assert told(same) == "us-east-1 is already the primary Region of orders: nothing was changed."
