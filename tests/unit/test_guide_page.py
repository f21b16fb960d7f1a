"""The guide: every command parses, every spec is valid, every link leads to a place that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.text.load import load_yaml
from tests.guide import FOLDER, Block, blocks, status_of, words_of
from tests.unit.test_docs import parses
from tests.unit.test_features_page import anchors

PAGES = sorted(FOLDER.glob("*.md"))
OTHERS = {"aws", "curl", "dask", "mysql", "pip", "psql", "terraform"}
FENCED = [(page.name, block) for page in PAGES for block in blocks(page.read_text(encoding="utf-8"))]
LINES = [(page, line) for page, block in FENCED for line in block.lines]
SPECS = [(page, block) for page, block in FENCED if block.file and block.kind == "yaml"]


def _spoken() -> list[tuple[str, str]]:
    """Commands in the running text, and in indented blocks."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        said = [*re.findall(r"`(aurora-cli [^`]+)`", text), *re.findall(r"^    (aurora-cli .+)$", text, re.M)]
        found += [(page.name, command) for command in said]
    return found


@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_line_is_a_command_of_ours_or_of_a_program_that_is_known(page: str, line: str) -> None:
    first, *rest = words_of(line)
    assert first in {"aurora-cli", *OTHERS}
    assert rest
    assert status_of(line) in (0, 2 if "-detailed-exitcode" in rest else 7)
    if first == "aurora-cli":
        parses(rest)


@pytest.mark.parametrize(("page", "command"), _spoken())
def test_a_command_in_the_text_parses(page: str, command: str) -> None:
    parses(words_of(command)[1:])


@pytest.mark.parametrize(("page", "block"), SPECS, ids=[block.file for _, block in SPECS])
def test_a_spec_is_valid(page: str, block: Block) -> None:
    assert resolve([load_yaml(block.text, source=page)]).spec.name


def test_each_recipe_has_one_block_of_commands() -> None:
    _, *recipes = re.split(r"^## ", (FOLDER / "recipes.md").read_text(encoding="utf-8"), flags=re.M)
    assert len(recipes) == 7
    for recipe in recipes:
        assert [block.kind for block in blocks(recipe)].count("sh") == 1, recipe


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_a_heading_that_is_there(page: Path) -> None:
    for target, place in re.findall(r"\]\(([^)#:]*\.md)#([^)]+)\)", page.read_text(encoding="utf-8")):
        assert place in anchors(page.parent / target), f"{target}#{place}"


def test_every_page_is_in_the_table() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert {f"({page.name})" for page in PAGES} - set(re.findall(r"\(\S+?\)", text)) == {"(README.md)"}
