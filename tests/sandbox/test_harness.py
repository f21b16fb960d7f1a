"""The command in the test's process does what it does as a process of its own, and finds nothing that an earlier one has kept."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import harness
from tests.harness import Aurora, Outcome, caches

pytestmark = pytest.mark.sandbox
CREATE = ("--region", "eu-west-1", "create", "demo", "--engine", "postgres", "--yes")


def held() -> dict[str, str]:
    """What the modules of the package keep in lists, dictionaries and sets, and what is set in the process."""
    kept = {
        f"{module}.{name}": repr(value)
        for module, loaded in sorted(sys.modules.items())
        if module.startswith("aurora_cli.")
        for name, value in vars(loaded).items()
        if isinstance(value, list | dict | set) and not name.startswith("__")
    }
    return kept | {"environment": repr(sorted(os.environ.items())), "folder": str(Path.cwd()), "path": repr(sys.path)}


def test_nothing_is_kept_from_one_call_to_the_next(aurora: Aurora, monkeypatch: pytest.MonkeyPatch) -> None:
    aurora.ok(*CREATE)
    aurora.ok("status", "demo")  # every module that the next ones need is loaded now
    before = held()
    for words in (("status", "demo"), ("status", "nobody"), ("scale", "demo", "--readers", "1", "--yes")):
        aurora.run(*words)
    assert held() == before
    assert any(kept.cache_info().currsize for kept in caches()), "the premise: something is kept while a command runs"

    def main(words: Any) -> int:
        return sum(kept.cache_info().currsize for kept in caches())

    monkeypatch.setattr(harness, "main", main)
    assert aurora.run("status", "demo").status == 0


@pytest.mark.parametrize(
    "words",
    [
        ("status", "demo", "-o", "json"),
        ("status", "demo"),
        ("plan", "demo", "--exit-code", "--readers", "3"),
        ("status", "nobody", "-o", "json"),
        ("--help",),
        ("apply", "-f", "-", "--dry-run", "-o", "json"),
        ("hisotry",),
    ],
)
def test_it_says_the_same_as_a_process_of_its_own(aurora: Aurora, words: tuple[str, ...]) -> None:
    spec = "name: demo\nregion: eu-west-1\nengine: postgres\nbackup: {retention: 3d}\n"
    here, there = aurora.run(*words, stdin=spec), aurora.process(*words, stdin=spec)
    assert (here.status, timeless(here.out), timeless(here.err)) == (
        there.status,
        timeless(there.out),
        timeless(there.err),
    )


def test_an_operation_that_leaves_a_difference_fails_its_test() -> None:
    said = "warning: 'scale' of demo ended, and the next plan is\n  not empty: aws_rds_cluster.this (update)."
    assert Outcome(0, "", said).unsettled
    assert not Outcome(0, "", "Every step is done.").unsettled


def timeless(text: str) -> str:
    """Without seconds (`1.2`) and times of day, and with one blank for many."""
    return " ".join(re.sub(r"\b\d+\.\d+\b|\d+(:\d\d)+|<?\d+s\b", "", text).split())
