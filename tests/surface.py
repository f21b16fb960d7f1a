"""Write what users rely on: commands and their parameters, errors, the spec, checks, presets, and the words that json.md names.

PYTHONPATH=CHECKOUT python tests/surface.py CHECKOUT > tests/fixtures/previous_version/surface.json
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from aurora_cli import errors
from aurora_cli.commands.root import cli
from aurora_cli.commands.table import ALIASES
from aurora_cli.spec.layers.presets import PRESETS
from aurora_cli.spec.text import reference
from aurora_cli.spec.text.schema import json_schema

_TEXTS = ("description", "title", "examples")


def surface(checkout: Path) -> dict[str, Any]:
    """All of it as plain JSON values."""
    schema = json_schema()
    found = {
        "commands": dict(_commands(cli, ())),
        "aliases": ALIASES,
        "errors": {kind.__name__: _of_error(kind) for kind in _with_below(errors.AuroraError)},
        "schema": _inlined(schema, schema["$defs"]),
        "fields": {field.path: _in_code(field.default) for field in reference.fields()},
        "checks": {name: {"refuses": hard} for name, hard, *_ in vars(reference)["catalogue"]()},
        "presets": PRESETS,
        "json_page": _words(next((checkout / "docs").rglob("json.md"))),
    }
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def lines(found: dict[str, Any]) -> str:
    """As JSON with a line for each command, error, field and check."""
    parts = [f"{json.dumps(name)}: {_entries(part)}" for name, part in found.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _entries(part: Any) -> str:
    if not isinstance(part, dict):
        return json.dumps(part)
    return "{\n" + ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in part.items()) + "\n}"


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    context = click.Context(command)
    yield " ".join(path), dict(_of_param(param, number) for number, param in enumerate(command.params))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from _commands(found, (*path, name))


def _of_param(param: click.Parameter, number: int) -> tuple[str, dict[str, Any]]:
    facts = param.to_info_dict()
    kind = {key: facts["type"].get(key) for key in ("param_type", "choices", "min", "max", "exists")}
    found = {
        "names": [*param.opts, *param.secondary_opts] if isinstance(param, click.Option) else None,
        "type": _filled(kind),
        "default": _plain(facts.get("default")),
        "flag_value": _plain(facts.get("flag_value")),
        **{key: facts.get(key) for key in ("envvar", "multiple", "nargs", "required", "is_flag")},
    }
    return max(param.opts, key=len) if isinstance(param, click.Option) else f"argument {number}", _filled(found)


def _of_error(kind: type[errors.AuroraError]) -> dict[str, Any]:
    return {
        "code": kind.code,
        "exit_status": kind.exit_status,
        "parents": [base.__name__ for base in kind.__mro__[1:-3]],
    }


def _with_below(kind: type[errors.AuroraError]) -> Iterator[type[errors.AuroraError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _with_below(below)


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """Without references, whose names are ours alone, and without texts."""
    if isinstance(part, list):
        return [_inlined(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        target = definitions[part["$ref"].rpartition("/")[2]]
        part = {**target, **{key: value for key, value in part.items() if key != "$ref"}}
    texts = {key for key in _TEXTS if not isinstance(part.get(key), dict)} | {"$defs"}
    return {key: _inlined(value, definitions) for key, value in part.items() if key not in texts}


def _words(page: Path) -> list[str]:
    """The words in code of a page."""
    spans = _in_code(page.read_text(encoding="utf-8"))
    return sorted({word for span in spans for word in re.findall(r"[A-Za-z_][\w.-]*", span)})


def _in_code(text: str) -> list[str]:
    return [_in_seconds(value) for value in re.findall(r"`([^`\n]+)`", text)]


def _in_seconds(value: str) -> str:
    """A duration is the same however it is written."""
    found = re.fullmatch(r"(\d+)([smhd])", value)
    return str(int(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]) if found else value


def _plain(value: Any) -> Any:
    """A value that JSON has; what click puts where there is no default is none."""
    return value if isinstance(value, str | int | float | bool | list | tuple | None) else None


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value is not False}


if __name__ == "__main__":
    sys.stdout.write(lines(surface(Path(sys.argv[1]))))
