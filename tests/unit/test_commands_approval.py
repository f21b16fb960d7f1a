"""Without a terminal, a missing approval ends the command before any operation is called."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from tests.unit.conftest import Run

CREATE = ("--region", "eu-west-1", "create", "demo", "--engine", "postgres")
CHANGES = [CREATE, ("--region", "eu-west-1", "apply", "demo", "--engine", "mysql"), ("scale", "demo", "--readers", "2")]


class Called(Exception):
    """The operation was reached."""


@pytest.fixture(autouse=True)
def operations(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*args: Any, **kwargs: Any) -> None:
        raise Called

    for place in ("build.create", "build.apply", "scale.scale", "destroy.destroy"):
        module = importlib.import_module(f"aurora_cli.operations.{place}")
        monkeypatch.setattr(module, place.rpartition(".")[2], reached)


@pytest.mark.parametrize("words", CHANGES)
def test_no_yes_and_no_terminal_stops_before_the_operation(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, "-o", "json")
    assert done.status == 2
    assert done.document["error"]["code"] == "approval-required"
    assert "--yes" in done.document["error"]["hint"]


@pytest.mark.parametrize("words", CHANGES)
@pytest.mark.parametrize("flag", ["--yes", "-y", "--dry-run"])
def test_yes_or_dry_run_reaches_the_operation(run: Run, words: tuple[str, ...], flag: str) -> None:
    assert "Called" in run(*words, flag).err


def test_destroy_needs_the_name(run: Run) -> None:
    done = run("destroy", "demo", "-o", "json")
    assert done.status == 2
    assert done.document["error"]["code"] == "approval-required"
    assert "--confirm demo" in done.document["error"]["hint"]


def test_yes_alone_does_not_destroy_and_says_so(run: Run) -> None:
    done = run("destroy", "demo", "--yes", "-o", "json")
    assert done.status == 2
    assert "--yes alone does not confirm a destroy" in done.document["error"]["message"]


def test_another_name_does_not_destroy(run: Run) -> None:
    done = run("destroy", "demo", "--confirm", "demos", "--yes", "-o", "json")
    assert done.status == 2
    assert done.document["error"]["code"] == "invalid-input"


@pytest.mark.parametrize("words", [("--confirm", "demo"), ("--dry-run",)])
def test_the_right_name_or_a_dry_run_reaches_the_operation(run: Run, words: tuple[str, ...]) -> None:
    assert "Called" in run("destroy", "demo", *words).err


def test_scale_needs_something_to_change(run: Run) -> None:
    done = run("scale", "demo", "--yes")
    assert done.status == 2
    assert "--readers, --class or --acu" in done.err
