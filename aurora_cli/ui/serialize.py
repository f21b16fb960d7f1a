"""Documents for scripts: JSON and YAML on stdout, with the keys in the order they are published."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from aurora_cli.errors import AuroraError
from aurora_cli.redact import redact
from aurora_cli.ui.console import Consoles, as_typed, document
from aurora_cli.ui.text import visible_controls

DataFormat = Literal["json", "yaml"]

SCHEMA_VERSION = 1

_BOOLEANS_OF_YAML_1_1 = frozenset({"y", "n", "yes", "no", "on", "off"})


def emit_data(consoles: Consoles, value: Mapping[str, Any] | list[Any], format: DataFormat) -> None:  # noqa: A002
    """Writes one document and a final line break to stdout, without colour and without wrapping.

    Raises:
        BrokenPipeError: the reader has gone; the caller ends quietly.
    """
    as_run = _map_texts(value, lambda text: as_typed(consoles.out, text))
    document(consoles.out, to_text(as_run, format, ascii_only=not _is_unicode(consoles.out.encoding)))


def to_text(value: Mapping[str, Any] | list[Any], format: DataFormat, *, ascii_only: bool = False) -> str:  # noqa: A002
    """The document as text that ends with a line break. Sets and tuples become lists, other objects their text."""
    plain = _plain(value)
    if format == "yaml":
        return _yaml(plain, ascii_only)
    return visible_controls(json.dumps(plain, indent=2, ensure_ascii=ascii_only)) + "\n"


def error_document(error: AuroraError) -> dict[str, Any]:
    """The published form of a failure: `schema_version`, and `error` with `code`, `message`, `hint` and `details`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "error": {
            "code": error.code,
            "message": redact(error.message),
            "hint": redact(error.hint),
            "details": redact(error.details),
        },
    }


def _yaml(value: Any, ascii_only: bool) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.representer import SafeRepresenter

    class Representer(SafeRepresenter):
        """Quotes words that a YAML 1.1 reader (PyYAML, Ansible) takes for yes or no, and what cannot be seen."""

        def represent_str(self, data: str) -> Any:
            style = '"' if data.lower() in _BOOLEANS_OF_YAML_1_1 or visible_controls(data) != data else None
            return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Representer.add_representer(str, Representer.represent_str)
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = Representer
    yaml.default_flow_style = False
    yaml.representer.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = not ascii_only
    yaml.width = 10_000
    buffer = io.StringIO()
    yaml.dump(value, buffer)
    return visible_controls(buffer.getvalue())


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """The document with its texts changed, except the specs of clusters."""
    if isinstance(value, Mapping):
        return {key: one if key == "spec" else _map_texts(one, change) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_map_texts(one, change) for one in value]
    return change(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_valid(str(k)): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(v) for v in value), key=str)
    return value if value is None or isinstance(value, (int, float, bool)) else _valid(str(value))


def _valid(text: str) -> str:
    """Text that is Unicode: half of a pair is none, and parsers refuse it."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _is_unicode(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "").startswith("utf")
