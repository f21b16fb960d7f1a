"""Tags, which go on every resource."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_OURS = ("Name", "aurora-cli:cluster")
_PUNCTUATION = frozenset("_.:/=+-@")
_ALLOWED = "letters, digits, spaces and _ . : / = + - @"


def _foreign(text: str) -> str:
    """The characters that AWS does not take in a tag: all but Unicode letters, digits, spaces and eight signs."""
    return "".join(c for c in text if c not in _PUNCTUATION and not _is_word(c))


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or category == "Zs"


def _groups(spec: ClusterSpec) -> Iterator[tuple[str, dict[str, str]]]:
    yield "tags", spec.tags
    for key, override in spec.instances.overrides.items():
        yield f"instances.overrides.{key}.tags", override.tags


def _all(spec: ClusterSpec) -> Iterator[tuple[str, str, str]]:
    """(dotted path, key, value) of every tag."""
    for path, tags in _groups(spec):
        for key, value in tags.items():
            yield f"{path}.{key}", key, value


@rule(
    "tag-count",
    hard=True,
    text="A resource has at most 50 tags, including two of this tool.",
    source="RDS quotas",
    fields="tags instances.overrides",
)
def tag_count(spec: ClusterSpec) -> Iterator[Finding]:
    most = table("limits")["tags_per_resource"] - len([key for key in _OURS if key not in spec.tags])
    for path, own in _groups(spec):
        count = len({**spec.tags, **own})
        if count > most and (own or path == "tags"):
            message = f"{count} tags are too many: a resource can have {most} in addition to the tool's"
            yield Finding(path, message, "remove some")


@rule(
    "tag-key",
    hard=True,
    text=f"A tag's key has 1 to 128 characters: {_ALLOWED}; it does not start with `aws:` or `rds:`.",
    source="RDS API Tag.Key",
    fields="tags instances.overrides",
)
def tag_key(spec: ClusterSpec) -> Iterator[Finding]:
    for path, key, _ in _all(spec):
        if not 1 <= len(key) <= 128:
            yield Finding(path, f"a tag's key has 1 to 128 characters, this one {len(key)}", "shorten it")
        elif key.lower().startswith(("aws:", "rds:")):
            yield Finding(path, f"AWS reserves tags that start with `{key[:4]}`", f"for example `{key[4:] or 'team'}`")
        elif key == "aurora-cli:cluster":
            yield Finding(path, f"the tool sets the tag `{key}` itself", "remove it")
        elif _foreign(key):
            yield Finding(path, f"the tag key {shown(key)} has characters that AWS refuses; it allows {_ALLOWED}")


@rule(
    "tag-value",
    hard=True,
    text=f"A tag's value has 0 to 256 characters: {_ALLOWED}; it does not start with `aws:` or `rds:`.",
    source="RDS API Tag.Value",
    fields="tags instances.overrides",
)
def tag_value(spec: ClusterSpec) -> Iterator[Finding]:
    for path, key, value in _all(spec):
        if len(value) > 256:
            yield Finding(path, f"a tag's value has at most 256 characters, this one {len(value)}", "shorten it")
        elif value.lower().startswith(("aws:", "rds:")):
            yield Finding(path, f"a tag's value may not start with `{value[:4]}`", f"for example `{shown(value[4:])}`")
        elif _foreign(value):
            message = f"the value of tag {shown(key)} has characters that AWS refuses: {shown(_foreign(value))}"
            yield Finding(path, message, f"it allows {_ALLOWED}")
