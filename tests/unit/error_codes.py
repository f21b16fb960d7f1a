"""Which error codes an action of the emulator's RDS can answer with: read from the source of what it calls, moto's included."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from moto.rds.exceptions import RDSClientError

from aurora_cli.sandbox.emulator.rds import errors
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

_PACKAGES = ("aurora_cli.sandbox.emulator.rds", "moto.rds")
_BACKENDS = ("backend", "aurora")
"""Names of variables and attributes that hold a backend."""


@dataclass
class Codes:
    """Collects the codes of functions.

    Attributes:
        never: (caller, callee) -> why what the callee refuses does not happen there.
        found: code -> the calls that lead to it.
        used: those of `never` that were met.
    """

    never: dict[tuple[str, str], str]
    found: dict[str, str] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    _seen: set[tuple[Any, Any]] = field(default_factory=set)

    def read(self, function: Any, owner: type | None = None, way: str = "") -> None:
        """Add what a function raises, and what it calls raises; `owner` is the class of its `self`."""
        function = inspect.unwrap(getattr(function, "fget", None) or getattr(function, "__func__", function))
        if not isinstance(function, FunctionType) or not function.__module__.startswith(_PACKAGES):
            return
        if (function, owner) in self._seen or function.__code__.co_filename == "<string>":
            return
        self._seen.add((function, owner))
        way = f"{way} > {function.__qualname__}"
        names = _Names(function, owner)
        for node in ast.walk(_source(function)):
            for code in names.raised(node):
                self.found.setdefault(code, way)
            for callee, its_owner in names.called(node):
                edge = (function.__qualname__, callee.__qualname__)
                if edge in self.never:
                    self.used.add(edge)
                else:
                    self.read(callee, its_owner, way)


@dataclass(frozen=True)
class _Names:
    """What the names in a function stand for."""

    function: FunctionType
    owner: type | None

    def raised(self, node: ast.AST) -> Iterator[str]:
        """The codes that a node raises by itself."""
        if isinstance(node, ast.Call):
            kind = self._value(node.func)
            if kind is errors.error or kind is RDSClientError:
                yield from self._texts(node.args[0])
            elif _is_error(kind):
                yield _code_of(kind)
        elif isinstance(node, ast.Raise) and _is_error(kind := self._value(node.exc)):
            yield _code_of(kind)
        elif isinstance(node, ast.Attribute | ast.Name) and _is_code(text := self._value(node)):
            yield text

    def called(self, node: ast.AST) -> Iterator[tuple[Any, type | None]]:
        """The functions that a node calls, each with the class of its `self`."""
        if isinstance(node, ast.Call):
            target = self._value(node.func)
            if isinstance(target, type) and not _is_error(target):
                yield from [(make, target) for make in [inspect.getattr_static(target, "__init__", None)] if make]
            elif isinstance(target, FunctionType | staticmethod | classmethod):
                yield getattr(target, "__func__", target), self._owner_of(node.func)
        elif isinstance(node, ast.Attribute) and isinstance(value := self._value(node), property):
            yield value.fget, self._owner_of(node)

    def _owner_of(self, node: ast.AST) -> type | None:
        backend = isinstance(node, ast.Attribute) and _last(node.value) in _BACKENDS
        return AuroraBackend if backend else self.owner

    def _value(self, node: ast.AST | None) -> Any:
        if isinstance(node, ast.Name):
            return self.function.__globals__.get(node.id)
        if not isinstance(node, ast.Attribute):
            return None
        if _last(node.value) in _BACKENDS:
            return inspect.getattr_static(AuroraBackend, node.attr, None)
        if _last(node.value) == "self":
            return inspect.getattr_static(self.owner, node.attr, None) if self.owner else None
        if isinstance(node.value, ast.Call) and _last(node.value.func) == "super" and self.owner:
            above = (vars(one).get(node.attr) for one in self.owner.__mro__)
            return next((one for one in above if one is not None and one is not self.function), None)
        value = self._value(node.value)
        return getattr(value, node.attr, None) if isinstance(value, ModuleType | type) else None

    def _texts(self, node: ast.AST) -> Iterator[str]:
        """The texts in an expression, and those that its names stand for."""
        for one in ast.walk(node):
            value = one.value if isinstance(one, ast.Constant) else self._value(one)
            if isinstance(value, dict):
                yield from value.values()
            elif isinstance(value, str):
                yield value


def _source(function: FunctionType) -> ast.AST:
    code = function.__code__
    return _functions(code.co_filename).get(code.co_firstlineno, ast.Pass())


@cache
def _functions(file: str) -> dict[int, ast.AST]:
    """The functions of a file by their first line, decorators included."""
    kinds = (ast.FunctionDef, ast.Lambda)
    nodes = [node for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))) if isinstance(node, kinds)]
    return {min(one.lineno for one in (node, *getattr(node, "decorator_list", ()))): node for node in nodes}


def _last(node: ast.AST) -> str:
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


def _is_error(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, RDSClientError)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and value.endswith(("Fault", "NotFound"))


def _code_of(kind: Callable[..., Any]) -> str:
    given = [one for one in inspect.signature(kind).parameters.values() if one.kind is one.POSITIONAL_OR_KEYWORD]
    return str(kind(*("x" for one in given if one.default is one.empty)).code)
