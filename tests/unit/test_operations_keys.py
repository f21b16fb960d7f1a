"""Instance keys: stable, filled from below, the writer never among those that go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aurora_cli.operations.core.instances import choose_keys, identifiers, key_of, keys_in_state
from tests.unit.spec_cases import resolved

KEYS = st.sets(st.integers(1, 16).map(str), max_size=16)


def test_a_new_cluster_counts_from_one() -> None:
    assert choose_keys((), 3, None).keys == ("1", "2", "3")


def test_a_gap_is_filled_before_a_new_number_is_used() -> None:
    assert choose_keys(("1", "3"), 4, "3").keys == ("1", "2", "3", "4")


def test_the_highest_reader_goes_first() -> None:
    assert choose_keys(("1", "2", "3"), 2, "1").keys == ("1", "2")


def test_the_writer_stays_and_another_goes() -> None:
    choice = choose_keys(("1", "2", "3"), 2, "3")
    assert choice.keys == ("1", "3")
    assert choice.fail_over_to is None


def test_the_role_moves_first_when_only_one_instance_stays() -> None:
    choice = choose_keys(("1", "2", "3"), 1, "2")
    assert choice.keys == ("1",)
    assert choice.fail_over_to == "1"


def test_numbers_are_ordered_as_numbers() -> None:
    assert choose_keys([str(n) for n in range(1, 12)], 11, "1").keys[-2:] == ("10", "11")


@given(existing=KEYS, count=st.integers(1, 16), data=st.data())
def test_the_writer_is_kept_or_moved_and_no_kept_key_is_renamed(
    existing: set[str], count: int, data: st.DataObject
) -> None:
    writer = data.draw(st.sampled_from(sorted(existing))) if existing else None
    choice = choose_keys(existing, count, writer)
    assert len(choice.keys) == count
    assert "1" in choice.keys
    assert list(choice.keys) == sorted(choice.keys, key=int)
    if writer:
        assert writer in choice.keys or choice.fail_over_to in choice.keys
    if count >= len(existing | {"1"}):
        assert existing <= set(choice.keys)


def test_keys_come_back_from_addresses() -> None:
    addresses = [
        "aws_rds_cluster.this",
        'aws_rds_cluster_instance.others["10"]',
        'aws_rds_cluster_instance.others["2"]',
        "aws_rds_cluster_instance.first",
        'aws_subnet.database["7"]',
    ]
    assert keys_in_state(addresses) == ["1", "2", "10"]


def test_a_stranger_has_no_key() -> None:
    spec = resolved({"name": "demo", "instances.overrides.3.identifier": "reports"}).spec
    assert key_of("demo-2", spec) == "2"
    assert key_of("reports", spec) == "3"
    assert key_of("demo-autoscaled", spec) is None
    assert key_of("other-2", spec) is None
    assert key_of(None, spec) is None
    assert identifiers(["2", "3"], spec) == {"2": "demo-2", "3": "reports"}
