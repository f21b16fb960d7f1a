"""A spec as YAML that loads again to the same spec."""

from __future__ import annotations

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from aurora_cli.spec.layers.shape import Shape, child_of, leaf_paths, spec_shape
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.values.quantities import format_acu
from aurora_cli.spec.values.scalars import number_or_text, scalar

_NUMBER_LIKE = re.compile(
    r"[-+.]?[0-9][0-9_.,:]*(e[-+]?[0-9]*)?|0[xob][0-9a-f_]*|[0-9]{4}-[0-9]{1,2}-.*|[-+]?\.(inf|nan)", re.IGNORECASE
)
_MEANT_EMPTY = frozenset({"exports"})
"""Lists whose default is not empty: no log exports is a choice, no subnets is the lack of one."""
_UNKNOWN = Shape("plain")
_WORD_LIKE = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false", "null"})


def dump_spec(spec: ClusterSpec, *, comments: bool = False) -> str:
    """The spec as YAML, keys in the order of the model, without what is unset.

    Args:
        spec: any spec.
        comments: add each section's description above it.
    """
    document = mapping(plain_values(spec))
    if comments:
        _describe(document)
    return render(document)


def render(document: CommentedMap) -> str:
    """A mapping as block YAML, two spaces a level, long lines unbroken."""
    writer = YAML()
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 1_000_000
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(document, stream)
    text: str = stream.getvalue()
    return text


def dump_values(values: dict[str, Any]) -> str:
    """Nested values of a spec, as `plain_values` gives them, as YAML."""
    return render(mapping(values))


def plain_values(spec: ClusterSpec) -> dict[str, Any]:
    """The spec as nested plain values, written as people write them (`7d`, `0.5-4`), without what is unset."""
    values = spec.model_dump(by_alias=True, exclude_none=True)
    acu = spec.instances.acu
    if acu is not None:
        values["instances"]["acu"] = format_acu(acu.min, acu.max)
    return values


def mapping(values: dict[str, Any], shape: Shape | None = None) -> CommentedMap:
    """A mapping that `render` writes, texts quoted where they must be; what is empty is left out, but for entries of maps.

    Args:
        shape: what the values are in the spec; None for a whole spec.
    """
    shape = shape or spec_shape()
    plain = {_text(key): _plain(value, child_of(shape, key)) for key, value in values.items()}
    return CommentedMap((key, value) for key, value in plain.items() if not _says_nothing(key, value, shape))


def _says_nothing(key: str, value: Any, shape: Shape) -> bool:
    """An entry of a map that is all defaults is an entry still."""
    if value == {}:
        return shape.kind != "map" or shape.item is None or shape.item.kind != "section"
    return bool(value == [] and key not in _MEANT_EMPTY)


def _plain(value: Any, shape: Shape | None) -> Any:
    if isinstance(value, dict):
        return mapping(value, shape or _UNKNOWN)
    if isinstance(value, list):
        return [_plain(item, shape.item if shape else None) for item in value]
    if isinstance(value, float):
        value = number_or_text(value)
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    """Text that reads back as it is: quoted wherever plain YAML would mean something else, or could not hold it."""
    simple = value.isascii() and value.isprintable() and value == value.strip()
    if simple and value and scalar(value) == value and not _looks_typed(value):
        return value
    quoted: str = DoubleQuotedScalarString(value)
    return quoted


def _looks_typed(value: str) -> bool:
    """Whether YAML 1.1 or 1.2 readers other than ours could take the text for a number, a date or a boolean."""
    return _NUMBER_LIKE.fullmatch(value) is not None or value.lower() in _WORD_LIKE or value[0] in "~=<"


def _describe(document: CommentedMap) -> None:
    described = dict(_descriptions())
    for key in document:
        if key in described:
            document.yaml_set_comment_before_after_key(key, before=f"\n{described[key]}")


def _descriptions() -> list[tuple[str, str]]:
    from aurora_cli.spec.text.reference import describe

    return [(path, describe(path)) for path in {p.partition(".")[0]: s for p, s in leaf_paths()}]
