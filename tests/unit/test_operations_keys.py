"""Instance keys: stable, filled from below, the writer never among those that go."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.operations.core.instances import choose_keys, identifiers, key_of, keys_in_state
from aurora_cli.spec.derived.members import preferred_writers
from tests.unit.spec_cases import resolved

KEYS = st.sets(st.integers(1, 16).map(str), max_size=16)


def test_a_new_cluster_counts_from_one() -> None:
    assert choose_keys((), 3, None) == ("1", "2", "3")


def test_a_gap_is_filled_before_a_new_number_is_used() -> None:
    assert choose_keys(("1", "3"), 4, "3") == ("1", "2", "3", "4")


def test_the_highest_reader_goes_first() -> None:
    assert choose_keys(("1", "2", "3"), 2, "1") == ("1", "2")


def test_the_writer_stays_and_another_goes() -> None:
    assert choose_keys(("1", "2", "3"), 2, "3") == ("1", "3")
    assert choose_keys(("1", "2", "3"), 1, "2") == ("2",)


def test_numbers_are_ordered_as_numbers() -> None:
    assert choose_keys([str(n) for n in range(1, 12)], 11, "1")[-2:] == ("10", "11")


@given(existing=KEYS, count=st.integers(1, 16), data=st.data())
def test_the_writer_is_kept_and_no_kept_key_is_renamed(existing: set[str], count: int, data: st.DataObject) -> None:
    writer = data.draw(st.sampled_from(sorted(existing))) if existing else None
    keys = choose_keys(existing, count, writer)
    assert len(keys) == count
    assert list(keys) == sorted(keys, key=int)
    assert writer is None or writer in keys
    assert existing <= set(keys) or set(keys) < existing


def test_keys_come_back_from_addresses() -> None:
    addresses = [
        "aws_rds_cluster.this",
        'aws_rds_cluster_instance.this["10"]',
        'aws_rds_cluster_instance.this["3"]',
        'aws_subnet.database["7"]',
    ]
    assert keys_in_state(addresses) == ["3", "10"]
    before = ["aws_rds_cluster_instance.first", 'aws_rds_cluster_instance.others["2"]']
    assert keys_in_state([*addresses, *before]) == ["1", "2", "3", "10"]


@pytest.mark.parametrize(
    ("overrides", "preferred"),
    [
        ({}, ()),
        ({"2": {"tags": {"a": "b"}}}, ()),
        ({"2": {"class": "db.r7g.4xlarge"}}, ("1",)),
        ({"2": {"promotion_tier": 0}}, ("1", "2")),
        ({"2": {"promotion_tier": 0, "class": "db.r7g.4xlarge"}}, ("2",)),
        ({"1": {"promotion_tier": 5}, "3": {"promotion_tier": 1}}, ("2", "3")),
        ({"1": {"zone": "eu-west-1b"}}, ("1",)),
    ],
)
def test_the_writer_of_a_new_cluster_is_what_aws_would_fail_over_to(
    overrides: dict[str, Any], preferred: tuple[str, ...]
) -> None:
    instances = {"class": "db.r7g.large", "readers": 2, "overrides": overrides}
    assert preferred_writers(resolved({"instances": instances}).spec) == preferred
    assert preferred_writers(resolved({"instances": {**instances, "readers": 0}}).spec) == ()


def test_a_stranger_has_no_key() -> None:
    spec = resolved({"name": "demo", "instances.overrides.3.identifier": "reports"}).spec
    assert key_of("demo-2", spec) == "2"
    assert key_of("reports", spec) == "3"
    assert key_of("demo-autoscaled", spec) is None
    assert key_of("other-2", spec) is None
    assert key_of(None, spec) is None
    assert identifiers(["2", "3"], spec) == {"2": "demo-2", "3": "reports"}
