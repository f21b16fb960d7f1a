"""The command line of `restore`: what contradicts itself, and what needs the cluster's name."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.operations.restore_in_place.reconcile import reconcile_step
from tests.unit.conftest import Run

WHERE = ("--to-time", "latest")


class Called(Exception):
    """The operation was reached."""


@pytest.fixture(autouse=True)
def operations(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*args: Any, **kwargs: Any) -> None:
        raise Called(kwargs.get("name"), *(type(one).__name__ for one in args))

    monkeypatch.setattr(importlib.import_module("aurora_cli.operations.pipeline.engine"), "run_operation", reached)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--replace", "--undo"), "--replace and --undo are mutually exclusive"),
        (("--replace",), "--from-snapshot or --to-time"),
        (("--replace", "--from", "x", *WHERE), "--from-snapshot or --to-time"),
        (("--replace", *WHERE, "--readers", "2"), "--replace keeps the spec as it is"),
        (("--replace", *WHERE, "--from-cluster", "other"), "--to-time refers to orders itself"),
        (("--undo", *WHERE), "A source requires --replace"),
        (("--discard-old", "--from", "x"), "A source requires --replace"),
        (("--from", "x", "--confirm", "orders"), "--confirm requires --replace"),
    ],
)
def test_what_contradicts_itself_is_refused(run: Run, words: tuple[str, ...], message: str) -> None:
    done = run("restore", "orders", *words, "-o", "json")
    assert done.status == 2
    assert message in done.document["error"]["message"]


@pytest.mark.parametrize("words", [("--replace", *WHERE), ("--undo",), ("--discard-old",)])
def test_the_name_is_asked_for_and_yes_does_not_do(run: Run, words: tuple[str, ...]) -> None:
    done = run("restore", "orders", *words, "--yes", "-o", "json")
    assert done.status == 2
    assert "--yes alone does not confirm this" in done.document["error"]["message"]
    assert "--confirm orders" in done.document["error"]["hint"]
    assert run("restore", "orders", *words, "--confirm", "other").status == 2


@pytest.mark.parametrize(
    ("words", "operation"),
    [(("--replace", *WHERE), "Replace"), (("--undo",), "Undo"), (("--discard-old",), "Discard")],
)
def test_the_name_reaches_the_operation(run: Run, words: tuple[str, ...], operation: str) -> None:
    said = run("--region", "eu-west-1", "restore", "orders", *words, "--confirm", "orders").err
    assert "Called" in said
    assert operation in said


def test_what_was_swapped_in_is_read_into_the_state_also_where_nothing_is_left_to_change() -> None:
    """Else `drift` takes the new resource IDs for somebody else's work."""
    done: list[str] = []
    context: Any = SimpleNamespace(
        stack=SimpleNamespace(name="orders", record=SimpleNamespace(created_from="empty")),
        refresh_state=lambda: done.append("refresh"),
        bring_to_spec=lambda refuse: done.append("plan"),
    )
    reconcile_step(context).run()
    assert done == ["refresh", "plan"]
