"""The names of final snapshots: what gives them and what knows them again."""

from __future__ import annotations

import pytest

from aurora_cli.operations.core.final_snapshot import fresh_name, is_final_name


def test_a_fresh_name_is_known_again() -> None:
    assert is_final_name(fresh_name("orders"), "orders")
    assert not is_final_name(fresh_name("orders-back"), "orders")


@pytest.mark.parametrize(
    ("snapshot", "final"),
    [
        ("orders-final", True),
        ("orders-final-4a763f51", True),
        ("orders-final-20260301083000", True),
        ("orders-final-20260301083000-2", True),
        ("orders-final-before", False),
        ("orders-finally", False),
        ("before-orders-final", False),
        ("orders-4a763f51", False),
    ],
)
def test_other_names_are_not(snapshot: str, final: bool) -> None:
    assert is_final_name(snapshot, "orders") is final
