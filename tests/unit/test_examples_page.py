"""The table of examples: every spec is in it, and its test walks it from nothing to destroyed."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.unit.named_tests import ROOT, named_tests

FOLDER = ROOT / "examples"
ROW = re.compile(
    r"^\| \[(?P<name>[a-z0-9-]+)\]\((?P=name)\.yaml\) \| (.{10,90}) \| \[(\w+)\]\(\.\./(\S+\.py)\) \|$", re.M
)
ROWS = ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
CHANGES = {"apply", "scale", "rotate-password", "global"}
ADOPTED = "adopted"
"""Describes a cluster that is there, so nothing creates it: tests/sandbox/test_adopt.py."""


@cache
def definitions(path: Path) -> dict[str, ast.stmt]:
    """What a module defines at its top, by name."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    return found


def said(path: Path, test: str) -> set[str]:
    """Every text in a test, its decorators, its fixtures, and whatever of the same module these use."""
    known, waiting, seen, texts = definitions(path), [test], set[str](), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        for node in ast.walk(known[name]):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value.removesuffix(".yaml"))
            elif isinstance(node, ast.Name):
                waiting.append(node.id)
            elif isinstance(node, ast.arg):
                waiting.append(node.arg)
    return texts


def test_every_example_has_its_row() -> None:
    assert len(ROWS) >= 20
    assert sorted([ADOPTED, *(name for name, *_ in ROWS)]) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert f"({ADOPTED}.yaml)" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "_what", "test", "file"), ROWS, ids=[name for name, *_ in ROWS])
def test_an_example_is_created_planned_changed_and_destroyed(name: str, _what: str, test: str, file: str) -> None:
    assert f"{file}::{test}" in named_tests()
    texts = said(ROOT / file, test)
    assert {name, "create", "plan", "--exit-code", "destroy"} <= texts
    assert CHANGES & texts
