"""Fault rules: what is accepted, and on which calls they fire."""

from __future__ import annotations

from typing import Any

import pytest

from aurora_cli.errors import InvalidInput
from aurora_cli.sandbox.faults import KINDS, FaultBook, FaultRule, parse_rule


def fired(rule: FaultRule, calls: int) -> list[bool]:
    book = FaultBook()
    book.add(rule)
    return [book.match("rds", "CreateDBCluster") is not None for _ in range(calls)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_accepted(kind: str) -> None:
    assert parse_rule({"kind": kind, "delay_s": "0.5", "code": "InvalidParameterValue"}).kind == kind


def test_values_may_be_text() -> None:
    rule = parse_rule({"kind": "throttle", "service": "rds", "count": "2", "probability": "0.5", "after_n": "1"})
    assert (rule.count, rule.probability, rule.after_n) == (2, 0.5, 1)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({}, "kind is missing"),
        ({"kind": "explode"}, "unknown kind 'explode'"),
        ({"kind": "slow"}, "slow requires delay_s"),
        ({"kind": "replica_lag"}, "replica_lag requires delay_s"),
        ({"kind": "slow", "delay_s": "soon"}, "delay_s cannot be 'soon'"),
        ({"kind": "throttle", "count": 0}, "count"),
        ({"kind": "throttle", "probability": 0}, "probability"),
        ({"kind": "throttle", "probability": 1.5}, "probability"),
        ({"kind": "throttle", "after_n": -1}, "after_n"),
        ({"kind": "throttle", "delay_s": 1e9}, "delay_s"),
        ({"kind": "throttle", "service": ""}, "must not be empty"),
        ({"kind": "throttle", "sevice": "rds"}, "unknown key 'sevice'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(data: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        parse_rule(data)


def test_a_counted_rule_ends() -> None:
    assert fired(FaultRule("throttle", count=2), 4) == [True, True, False, False]


def test_the_first_calls_can_go_well() -> None:
    assert fired(FaultRule("throttle", after_n=2, count=1), 4) == [False, False, True, False]


def test_chance_is_repeatable_and_near_its_probability() -> None:
    rule = FaultRule("error5xx", probability=0.3, seed=7)
    first, again = fired(rule, 1000), fired(rule, 1000)
    assert first == again
    assert 230 < sum(first) < 370
    assert first != fired(FaultRule("error5xx", probability=0.3, seed=8), 1000)


@pytest.mark.parametrize(
    ("service", "action", "hit"),
    [
        ("rds", "CreateDBCluster", True),
        ("*", "Create*", True),
        ("RDS", "createdbcluster", True),
        ("ec2", "CreateDBCluster", False),
        ("rds", "CreateDB", False),
    ],
)
def test_rules_name_calls(service: str, action: str, hit: bool) -> None:
    assert FaultRule("throttle", service, action).matches("rds", "CreateDBCluster") is hit


def test_the_first_rule_that_fires_wins() -> None:
    book = FaultBook()
    book.add(FaultRule("throttle", count=1))
    book.add(FaultRule("error5xx"))
    kinds = [rule.kind for rule in (book.match("rds", "X"), book.match("rds", "X")) if rule]
    assert kinds == ["throttle", "error5xx"]


def test_rules_have_names_counts_and_can_be_taken_back() -> None:
    book = FaultBook()
    first = book.add(FaultRule("throttle", action="Create*"))
    second = book.add(FaultRule("error5xx", action="Delete*"))
    book.match("rds", "DeleteDBCluster")
    assert first.id != second.id
    assert [(rule["id"], rule["seen"], rule["fired"]) for rule in book.list()] == [(first.id, 0, 0), (second.id, 1, 1)]
    assert book.clear(first.id) == 1
    assert [rule["id"] for rule in book.list()] == [second.id]
    assert book.clear() == 1
    assert book.list() == []


def test_a_refusal_needs_its_code() -> None:
    with pytest.raises(InvalidInput, match="refused requires code"):
        parse_rule({"kind": "refused"})


def test_a_replica_lag_is_of_a_cluster_and_of_no_call() -> None:
    book = FaultBook()
    for cluster, seconds in (("demo-*", 3.0), ("*", 7.0)):
        book.add(FaultRule("replica_lag", delay_s=seconds, cluster=cluster))
    assert [book.replica_lag(name) for name in ("demo-1", "other")] == [3.0, 7.0]
    assert book.match("rds", "CreateDBCluster") is None
    book.clear()
    assert book.replica_lag("demo-1") == 0.0
