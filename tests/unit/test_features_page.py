"""The table of features: complete, each link leads somewhere, and no yes of ours without a test that is there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.named_tests import ROOT, named_tests

DOCS = ROOT / "docs" / "reference"
PAGE = (DOCS / "features.md").read_text(encoding="utf-8")
OTHERS = ("rds-aurora", "cloudposse", "cdk", "ansible")
ROW = re.compile(r"^\| (?P<number>\d+) \|(?P<cells>.*)\|$", re.M)


def _tool() -> Any:
    found = importlib.util.spec_from_file_location("features_page", ROOT / "tools" / "features_page.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


TOOL = _tool()
ROWS: list[dict[str, Any]] = TOOL.rows()
KNOWN = {"row", "group", "what", *OTHERS, "ours", "link", "test", "note", "open"}


def anchors(page: Path) -> set[str]:
    """Ids that stand in a page, and those that GitHub makes of its headings."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    made = {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="([^"]+)">', text))


def test_the_page_fits_its_data() -> None:
    assert TOOL.page() == PAGE


def test_there_are_151_rows_in_order_with_seven_cells() -> None:
    assert [row["row"] for row in ROWS] == list(range(1, 152))
    found = ROW.findall(PAGE)
    assert [int(number) for number, _ in found] == list(range(1, 152))
    for number, cells in found:
        assert len(re.split(r"(?<!\\)\|", cells)) == 6, number


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"row-{row['row']}")
def test_a_row_says_what_others_do_and_shows_what_we_do(row: dict[str, Any]) -> None:
    assert set(row) <= KNOWN
    for name in OTHERS:
        assert re.match(r"(Y|P|N|L1|N/A)\b", row[name]), name
    if row["ours"] == "no":
        assert row["note"]
        assert not row.get("test")
        return
    assert row["ours"] in ("yes", "part")
    assert row["ours"] == "yes" or row["note"]
    assert not row.get("open")
    page, _, place = TOOL.target(row["link"]).partition("#")
    assert place in anchors(DOCS / page)
    assert row["test"] in named_tests()


def test_every_link_of_the_page_leads_to_a_place_that_is_there() -> None:
    for page, _, place in re.findall(r"\]\(([a-z.]+\.md)(#([a-z0-9_-]+))?\)", PAGE):
        assert not place or place in anchors(DOCS / page), place


def test_no_row_is_open() -> None:
    assert not [row["row"] for row in ROWS if row.get("open") or row.get("note") == "not there yet"]
