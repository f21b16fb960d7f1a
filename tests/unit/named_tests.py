"""Every test of the project by its name, read from the files without running them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def named_tests() -> frozenset[str]:
    """`tests/unit/test_x.py::test_y` of every test function, and of every method of a test class."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return frozenset(f"{path.relative_to(ROOT).as_posix()}::{name}" for path in files for name in _in(path))


def _in(path: Path) -> list[str]:
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            found.append(node.name)
        elif isinstance(node, ast.ClassDef):
            found += [f"{node.name}::{item.name}" for item in node.body if isinstance(item, ast.FunctionDef)]
    return found
