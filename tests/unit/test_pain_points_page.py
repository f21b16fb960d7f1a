"""The page of pain points: each has a row, sources, and a test that is named after it; every link leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from typing import Any

import pytest

from tests.unit.named_tests import ROOT, named_tests
from tests.unit.test_features_page import anchors

DOCS = ROOT / "docs" / "reference"
PAGE = (DOCS / "pain-points.md").read_text(encoding="utf-8")
NUMBERS = range(1, 42)


def _tool() -> Any:
    found = importlib.util.spec_from_file_location("pain_points_page", ROOT / "tools" / "pain_points_page.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


TOOL = _tool()
ROWS: list[dict[str, Any]] = TOOL.rows()
TESTS: dict[str, list[str]] = TOOL.tests()


def test_the_page_fits_its_data_and_the_names_of_the_tests() -> None:
    assert TOOL.page() == PAGE, "write it again with: make docs"


def test_every_pain_point_has_a_row() -> None:
    assert [row["pain"] for row in ROWS] == [*NUMBERS, "from_cdk"]


def test_every_pain_point_has_a_test_that_is_named_after_it_or_says_why_not() -> None:
    missing = [row["pain"] for row in ROWS if not TESTS.get(TOOL.key(row)) and not row.get("why_not")]
    assert missing == []


def test_no_test_is_named_after_a_pain_point_that_is_none() -> None:
    assert set(TESTS) <= {TOOL.key(row) for row in ROWS}
    assert {name for names in TESTS.values() for name in names} <= named_tests()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["pain"]))
def test_a_row_has_sources_and_a_place_to_read_more(row: dict[str, Any]) -> None:
    assert set(row) <= {"pain", "title", "hurts", "ours", "see", "sources", "why_not"}
    assert row["title"]
    assert row["hurts"].endswith(".")
    assert row["ours"].endswith(".")
    assert row["sources"]
    for source in row["sources"]:
        assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/(issues|pull)/\d+", source), source
    page, _, place = row["see"].partition("#")
    assert (DOCS / page).is_file()
    assert not place or place in anchors(DOCS / page), place


def test_every_row_of_the_page_has_five_cells() -> None:
    table = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert {len(re.split(r"(?<!\\)\|", line)) for line in table} == {7}
