"""Attribute changes in words: `class: db.r7g.large → db.r7g.xlarge`, without what only Terraform cares about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from aurora_cli.redact import HIDDEN
from aurora_cli.ui.text import clean

if TYPE_CHECKING:
    from aurora_cli.terraform.plan.plan import ResourceChange

UNKNOWN = "known after apply"
NOT_SET = "not set"
_LONGEST = 120

_NOT_OF_THE_SPEC = {
    "availability_zone": "zone",
    "serverlessv2_scaling_configuration[0].min_capacity": "minimum capacity (ACU)",
    "serverlessv2_scaling_configuration[0].max_capacity": "maximum capacity (ACU)",
    "serverlessv2_scaling_configuration[0].seconds_until_auto_pause": "pauses after (seconds)",
    "master_password_wo_version": "version of the given password",
    "cidr_block": "CIDR block",
    "cidr_ipv4": "allowed CIDR blocks",
    "cidr_ipv6": "allowed CIDR blocks (IPv6)",
    "final_snapshot_identifier": "final snapshot",
    "skip_final_snapshot": "skip the final snapshot",
}
"""Labels of attributes that are no one field; those of the others are in the model of the spec."""
# Set by AWS or repeated elsewhere: a person who reads a plan gains nothing from them.
_NOISE = re.compile(r"^(?:tags_all\b|arn$|id$|.*_arn$|timeouts\b|cluster_members\b|name_prefix$|identifier_prefix$)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TAG = re.compile(r"^tags(?:_all)?(?:\.|\[\")(?P<key>.*?)(?:\"\])?$", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One change of one field, in words that are safe to print."""

    label: str
    before: str
    after: str


@cache
def _labels() -> dict[str, str]:
    from aurora_cli.spec.layers.arguments import arguments

    return {**{one.name: one.label for _, one in arguments() if one.label}, **_NOT_OF_THE_SPEC}


def lines_of(change: ResourceChange) -> list[Line]:
    """The changes of a resource that matter to a person, in the plan's order.

    A field that AWS decides during apply is left out of an update in place, unless it had a value that a person set.
    """
    return [*_parameter_lines(change), *_attribute_lines(change)]


def label_of(path: str) -> str:
    """What a person calls an attribute path, e.g. `class` for `instance_class` or for the API's `DBInstanceClass`."""
    path = _CAMEL.sub("_", re.sub(r"^DB(?=[A-Z])", "", path)).lower() if path[:1].isupper() else path
    tag = _TAG.match(path)
    if tag:
        return clean(f"tag {tag['key']}")
    plain = re.sub(r"\[\d+\]", "", path)
    return clean(_labels().get(path) or _labels().get(plain) or plain.replace("_", " ").replace(".", " "))


def plain_words(text: str) -> str:
    """The text with the attribute names that we know replaced by what a person calls them; one safe line."""
    known = "|".join(name for name in _labels() if "_" in name and "[" not in name)
    return clean(re.sub(rf"\b(?:{known})\b(?![.\[])", lambda match: _labels()[match[0]], text))


def value_text(value: Any) -> str:
    """A value in words, one safe line."""
    if value is None or value in ("", [], {}):
        return NOT_SET
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _short(clean(_nested_text(value)))


def _nested_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {_nested_text(v)}" for k, v in value.items() if v is not None)
    if isinstance(value, (list, tuple)):
        between = "; " if any(isinstance(v, Mapping) for v in value) else ", "
        return between.join(_nested_text(v) for v in value)
    return str(value)


def _attribute_lines(change: ResourceChange) -> Iterator[Line]:
    forced = set(change.replace_paths)
    own_tags = any(_root(item.path) == "tags" for item in change.changed)
    for item in change.changed:
        inherited_tag = _root(item.path) == "tags_all" and not own_tags
        if (_NOISE.match(item.path) and not inherited_tag) or (
            item.path.startswith("parameter") and _has_parameters(change)
        ):
            continue
        if not item.known and item.path not in forced and _root(item.path) not in _labels():
            continue
        if item.sensitive:
            yield Line(label_of(item.path), HIDDEN, HIDDEN)
        else:
            yield Line(label_of(item.path), value_text(item.before), value_text(item.after) if item.known else UNKNOWN)


def _root(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _has_parameters(change: ResourceChange) -> bool:
    return "parameter_group" in change.type


def _parameter_lines(change: ResourceChange) -> Iterator[Line]:
    """Parameter groups hold a set of blocks; what changes is one parameter by name, not a position in the set."""
    if not _has_parameters(change) or not any(c.path.startswith("parameter") for c in change.changed):
        return
    before, after = _parameters(change.before), _parameters(change.after)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield Line(clean(f"parameter {name}"), value_text(before.get(name)), value_text(after.get(name)))


def _parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    blocks = values.get("parameter")
    if not isinstance(blocks, Sequence) or isinstance(blocks, str):
        return {}
    return {str(b.get("name")): b.get("value") for b in blocks if isinstance(b, Mapping)}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
