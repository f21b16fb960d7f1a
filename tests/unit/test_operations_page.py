"""docs/reference/operations.md has a section for each command that operates on a running cluster."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aurora_cli.commands.table import SECTIONS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "operations.md").read_text(encoding="utf-8")
TOGETHER = {
    **dict.fromkeys(("start", "stop"), "start and stop"),
    **dict.fromkeys(("allow", "deny"), "allow and deny"),
    "global": "Global databases",
}
RUNNING = ("Change", "Recover", "Upgrade and migrate", "Global")
OPERATIONS = [*(entry.name for section in RUNNING for entry in SECTIONS[section]), "wait"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_has_a_section_that_says_what_it_interrupts_and_an_example(name: str) -> None:
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    section = sections[TOGETHER.get(name, name)]
    assert re.search(rf"^ *aurora-cli (--\S+ \S+ )?{name} ", section, re.MULTILINE)
    assert re.search(r"interrupt|connection|restart", section, re.IGNORECASE)
    assert re.search(r"undo|changes nothing|apply", section, re.IGNORECASE)
