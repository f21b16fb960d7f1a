"""Every fact about AWS that can be checked before a plan: the refusal or warning, its words, and the way round it."""

from __future__ import annotations

from itertools import chain

import pytest

from aurora_cli.errors import SpecInvalid
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.rules.all import check_names
from tests.unit.hard_facts import (
    capacity,
    credentials,
    engines,
    global_database,
    instances,
    monitoring,
    names,
    network,
    serverless_v1,
    services,
    sources,
    storage,
)
from tests.unit.hard_facts.elsewhere import ELSEWHERE, NOTHING_TO_CHECK, SAME_AS
from tests.unit.hard_facts.fact import Fact
from tests.unit.named_tests import named_tests
from tests.unit.spec_cases import layers, problems

TABLES = (
    names,
    credentials,
    network,
    engines,
    instances,
    capacity,
    serverless_v1,
    storage,
    sources,
    monitoring,
    services,
    global_database,
)
FACTS: tuple[Fact, ...] = tuple(chain.from_iterable(table.FACTS for table in TABLES))
NAMES = [f"{fact.id}-{fact.check}-{number}" for number, fact in enumerate(FACTS)]
REFUSED, DOUBTED = (
    [pytest.param(fact, id=name) for fact, name in zip(FACTS, NAMES, strict=True) if fact.hard is hard]
    for hard in (True, False)
)
SECTIONS = {
    "c1": 10, "c2": 15, "c3": 11, "c4": 16, "c5": 11, "c6": 16, "c7": 7, "c8": 20, "c9": 15, "c10": 11, "c11": 10, "c12": 12
}  # fmt: skip


@pytest.mark.parametrize("fact", FACTS, ids=NAMES)
def test_what_breaks_a_fact_is_told_in_these_words(fact: Fact) -> None:
    (found,) = [p for p in problems(dict(fact.changes), dict(fact.base)) if p.check == fact.check]
    assert (found.path, found.message, found.hint) == (fact.path, fact.message, fact.hint)
    assert found.severity == ("error" if fact.hard else "warning")


@pytest.mark.parametrize("fact", REFUSED)
def test_a_hard_fact_refuses_and_its_name_lets_through(fact: Fact) -> None:
    given = layers(dict(fact.changes), dict(fact.base))
    with pytest.raises(SpecInvalid) as refused:
        resolve(given)
    own = {p.check for p in refused.value.problems if p.severity == "error"}
    if fact.check not in check_names():
        with pytest.raises(SpecInvalid, match="problem") as still:
            resolve(given, skip_checks=[fact.check])
        assert f"the check `{fact.check}` cannot be skipped" in {p.message for p in still.value.problems}
        return
    assert own == {fact.check}
    (left,) = [p for p in resolve(given, skip_checks=[fact.check]).warnings if p.check == fact.check]
    assert (left.severity, left.message) == ("warning", fact.message)


@pytest.mark.parametrize("fact", DOUBTED)
def test_a_doubtful_fact_lets_through(fact: Fact) -> None:
    found = [p for p in resolve(layers(dict(fact.changes), dict(fact.base))).warnings if p.check == fact.check]
    assert [p.message for p in found] == [fact.message]


def test_every_fact_has_its_place() -> None:
    told = {fact.id for fact in FACTS}
    places = [
        told - set(ELSEWHERE),
        set(ELSEWHERE),
        set(SAME_AS),
        set(NOTHING_TO_CHECK),
    ]
    every = {f"{section}-{row}" for section, rows in SECTIONS.items() for row in range(1, rows + 1)}
    assert set().union(*places) == every
    assert sum(map(len, places)) == len(every)
    assert set(SAME_AS.values()) <= told


@pytest.mark.parametrize("fact", ELSEWHERE)
def test_what_no_rule_can_see_is_shown_by_a_test(fact: str) -> None:
    assert ELSEWHERE[fact][1] in named_tests()
