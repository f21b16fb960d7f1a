"""Every string of the package, read from the files when a test asks for them: each worker imports each module of tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.unit.named_tests import ROOT

PACKAGE = ROOT / "aurora_cli"


@cache
def texts(hole: str = "{}") -> tuple[tuple[Path, int, str], ...]:
    """File, line and text of each string but docstrings, with a hole for each value that is put in."""
    found = (
        (path, node.lineno, _text(node, hole))
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in _strings(ast.parse(path.read_text(encoding="utf-8")))
    )
    return tuple(found)


def _strings(tree: ast.AST) -> Iterator[ast.JoinedStr | ast.Constant]:
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.JoinedStr):
            yield node
            todo += [part for part in node.values if not isinstance(part, ast.Constant)]
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield node
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            todo += ast.iter_child_nodes(node)


def _text(node: ast.JoinedStr | ast.Constant, hole: str) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else hole for part in parts)
