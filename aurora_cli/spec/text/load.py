"""Specs as YAML text: reading them, writing them, and the commented starter file."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import TextIO

from aurora_cli.errors import InvalidInput, SpecInvalid
from aurora_cli.problem import Problem
from aurora_cli.spec.layers.layers import Layer
from aurora_cli.spec.text.dump import dump_spec
from aurora_cli.spec.text.starter import starter
from aurora_cli.spec.values.suggestions import shown
from aurora_cli.spec.values.yaml_tree import Tree, YamlProblem, read_tree

__all__ = ["MAX_BYTES", "dump_spec", "load_file", "load_found", "load_yaml", "printable", "shown_path", "starter"]

MAX_BYTES = 1024 * 1024
_STDIN = "standard input"


def load_file(path_or_dash: str, stdin: TextIO, *, source: str | None = None, may_be_empty: bool = False) -> Layer:
    """The layer in a file, or on standard input for `-`.

    Args:
        source: what to call it in messages; default: the path.
        may_be_empty: whether it may have no key.

    Raises:
        InvalidInput: the file cannot be read, is not text, or is larger than 1 MiB.
        SpecInvalid: it is not one YAML mapping.
    """
    if path_or_dash == "-":
        return load_yaml(_read_stdin(stdin), source=_STDIN)
    name = source or printable(path_or_dash)
    try:
        with Path(path_or_dash).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise InvalidInput(f"cannot read {shown(name, 200)}: {reason}") from error
    except ValueError as error:
        raise InvalidInput(f"{shown(name, 200)} is not a file name") from error
    return load_yaml(_decode(data, name), source=name, may_be_empty=may_be_empty)


def load_found(path: Path, *, may_be_empty: bool = False) -> Layer:
    """The layer in a file that nobody named: under the path that is shown, and without waiting for one that is a pipe.

    Raises:
        InvalidInput, SpecInvalid: as `load_file`, or it is not a regular file.
    """
    name = shown_path(str(path))
    try:
        special = not stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise InvalidInput(f"cannot read {name}: {(error.strerror or 'it cannot be opened').lower()}") from error
    if special:
        raise InvalidInput(f"{name} is not a regular file", hint="move it away")
    return load_file(str(path), io.StringIO(), source=name, may_be_empty=may_be_empty)


def shown_path(file: str) -> str:
    """A path as people write it from where they are, as `printable` has it."""
    path, here = Path(file), Path.cwd()
    return printable(str(path.relative_to(here)) if path.is_relative_to(here) else str(path))


def printable(path: str) -> str:
    """A path that can be printed: bytes that are no UTF-8, and characters that cannot be seen, as `\\xff` or `\\n`."""
    return "".join(one if one.isprintable() else _escaped(one) for one in path)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte, as Python has it in names of files
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()


def load_yaml(text: str, *, source: str, may_be_empty: bool = False) -> Layer:
    """The layer in a YAML text, with the line of every value.

    Args:
        text: one YAML mapping with the keys of the spec.
        source: what to call it in messages, e.g. the file's name.
        may_be_empty: whether it may have no key.

    Raises:
        InvalidInput: the text is larger than 1 MiB.
        SpecInvalid: it is not one YAML mapping, holds a key twice, or goes beyond the limits for nesting and aliases.
    """
    _check_size(len(text.encode("utf-8", "surrogatepass")), source)
    try:
        tree = read_tree(text)
    except YamlProblem as problem:
        raise _invalid([problem], source) from None
    if tree.duplicates:
        raise _invalid(tree.duplicates, source)
    return Layer({}, source) if tree.value is None and may_be_empty else _layer(tree, source)


def _layer(tree: Tree, source: str) -> Layer:
    if tree.value is None:
        hint = "it needs at least `name`, `region` and `engine`; `aurora-cli spec init NAME` writes a first one"
        raise _invalid([YamlProblem("the file is empty", hint=hint)], source)
    if not isinstance(tree.value, dict):
        what = "a list" if isinstance(tree.value, list) else "a single value"
        hint = "write keys and values, e.g. `name: orders`"
        raise _invalid([YamlProblem(f"the file holds {what}, not a mapping", 1, hint=hint)], source)
    return Layer(tree.value, source, tree.lines)


def _invalid(found: list[YamlProblem], source: str) -> SpecInvalid:
    problems = [Problem(p.path, p.message, hint=p.hint, line=p.line, source=source) for p in found]
    return SpecInvalid(f"{shown(source, 200)} cannot be read as a spec", problems=problems)


def _read_stdin(stdin: TextIO) -> str:
    try:
        return stdin.read(MAX_BYTES + 1)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{_STDIN} is not UTF-8 text") from error


def _decode(data: bytes, source: str) -> str:
    _check_size(len(data), source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{shown(source, 200)} is not UTF-8 text", hint="a spec is a YAML file; save it as UTF-8"
        ) from error


def _check_size(size: int, source: str) -> None:
    if size > MAX_BYTES:
        raise InvalidInput(f"{shown(source, 200)} is larger than 1 MiB", hint="a spec has a few dozen lines")
