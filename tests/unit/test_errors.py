"""The tree of errors: codes, statuses, documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aurora_cli import errors
from aurora_cli.errors import AuroraError, SpecInvalid
from aurora_cli.problem import Problem

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"


def _tree(cls: type[AuroraError]) -> Iterator[type[AuroraError]]:
    yield cls
    for sub in cls.__subclasses__():
        if sub.__module__ == errors.__name__:
            yield from _tree(sub)


ALL = list(_tree(AuroraError))


def _documented() -> dict[str, int]:
    """Code -> status, from the table in docs/reference/exit-statuses.md."""
    rows = re.findall(r"^\| (\d+) \| .* \| ([^|]*) \|$", (DOCS / "exit-statuses.md").read_text(encoding="utf-8"), re.M)
    return {code: int(status) for status, codes in rows for code in re.findall(r"`([a-z-]+)`", codes)}


def test_every_error_class_is_in_this_one_file() -> None:
    outside = [sub for cls in ALL for sub in cls.__subclasses__() if sub.__module__.startswith("aurora_cli.")]
    assert all(sub.__module__ == errors.__name__ for sub in outside)


def test_codes_are_unique() -> None:
    codes = [cls.code for cls in ALL]
    assert sorted(codes) == sorted(set(codes))


def test_the_page_of_statuses_lists_every_code_with_its_status_and_no_other() -> None:
    assert _documented() == {cls.code: cls.exit_status for cls in ALL}


@pytest.mark.parametrize("cls", ALL)
def test_the_drawing_in_the_module_shows_the_class(cls: type[AuroraError]) -> None:
    if cls is AuroraError:
        return
    line = re.search(rf"^.*── {cls.__name__} +(\S+) +(\d+) ", errors.__doc__ or "", re.M)
    assert line is not None
    assert (line[1], int(line[2])) == (cls.code, cls.exit_status)


@pytest.mark.parametrize("cls", ALL)
def test_an_error_keeps_its_sentence_hint_and_details(cls: type[AuroraError]) -> None:
    error = cls("It failed.", hint="Try again.")
    assert (str(error), error.message, error.hint) == ("It failed.", "It failed.", "Try again.")


def test_spec_invalid_carries_its_problems_as_plain_values() -> None:
    problem = Problem("instances.readers", "too many", line=3)
    error = SpecInvalid("The spec breaks a rule.", problems=[problem])
    assert error.problems == (problem,)
    assert error.details["problems"] == [
        {"path": "instances.readers", "message": "too many", "severity": "error", "check": "schema", "line": 3}
    ]


def test_two_errors_do_not_share_details() -> None:
    first, second = AuroraError("a"), AuroraError("b")
    first.details["x"] = 1
    assert second.details == {}
