"""Tags, which go on every resource."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from aurora_cli.spec.facts.features import given_services
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_CLUSTER_TAG = "aurora-cli:cluster"
_OURS = ("Name", _CLUSTER_TAG)
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
        elif key == _CLUSTER_TAG:
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


def _creates_in_iam(spec: ClusterSpec) -> bool:
    """Whether the stack creates a role or a policy of IAM."""
    enhanced, given, source = spec.monitoring.enhanced, spec.credentials, spec.source
    monitored = any(own.monitoring_interval for own in spec.instances.overrides.values())
    monitored = monitored or (enhanced is not None and enhanced.interval > 0)
    roles = [
        *([enhanced.role if enhanced else None] if monitored else ()),
        *([spec.proxy.role] if spec.proxy and spec.proxy.enabled else ()),
        *(service.role for service in given_services(spec).values()),
        *([source.s3.role] if source and source.s3 else ()),
        *([given.domain.role] if given.domain else ()),
    ]
    return None in roles or bool(given.iam_users)


@rule(
    "tag-case",
    hard=True,
    text="Where the stack creates a role or policy of IAM, no two keys of `tags` differ in case only.",
    source="IAM User Guide, tagging: keys are not case sensitive, unlike those of RDS",
    fields="tags monitoring.enhanced instances.overrides proxy services source credentials",
)
def tag_case(spec: ClusterSpec) -> Iterator[Finding]:
    if not _creates_in_iam(spec):
        return
    known: dict[str, str] = {}
    for key in (_CLUSTER_TAG, *spec.tags):
        first = known.setdefault(key.lower(), key)
        if first != key:
            message = f"`{key}` and `{first}` differ in case only, and IAM takes them for the same tag of a role"
            yield Finding(f"tags.{key}", message, "keep one of them")
