"""Values that show what an argument accepts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from aurora_cli.sandbox.provider.protocol.schema import Block
from aurora_cli.sandbox.provider.protocol.types import Type
from tests.calibration.combinations import SUMMARIES

Validate = Callable[[dict[str, Any]], list[tuple[str, str]]]
"""A provider: from a configuration to the dotted paths and the texts of its errors."""


class Refusals(NamedTuple):
    """The names of the refused probes, and the message for one of each kind."""

    names: list[str]
    says: dict[str, str]


_POLICY = '{{"Version":"2012-10-17","Statement":[{{"Effect":"{}","Action":"a:b","Resource":"*"}}]}}'
TEXTS = (
    "alpha", "beta", "alpha-one", "beta-two", "arn:aws:iam::123456789012:role/alpha", "arn:aws:iam::123456789012:role/beta",
    "10.0.0.0/16", "10.1.0.0/16", "10.0.0.0/24", "fd00:1::/56", "fd00:2::/56", "10.0.0.4", "10.0.0.5",
    _POLICY.format("Allow"), _POLICY.format("Deny"), '{"a":1}', '{"a":2}', "03:00-04:00", "04:00-05:00",
    "mon:03:00-mon:04:00", "tue:03:00-tue:04:00", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "1", "2", "true", "false",
    "alias/alpha", "alias/beta", "p95", "p99", "AWSRDSCustomA", "AWSRDSCustomB", "aurora-mysql", "aurora-postgresql",
    "rate(1 day)", "rate(2 days)", "2h", "3h", "YWxwaGE=", "YmV0YQ==", "eu-west-1", "eu-west-2", "aws/rds",
)  # fmt: skip
NUMBERS = (5, 6, 7, 60, 120, 30, 14, 300, 600, 3600, 7200, 56, 20, 1, 2, 0.5)

_BAD_TEXTS = {
    "empty": "",
    "space": " ",
    "upper case": "Alpha",
    "digit first": "1alpha",
    "two hyphens": "alpha--one",
    "hyphen last": "alpha-",
    "hyphen first": "-alpha",
    "underscore": "alpha_one",
    "dot": "alpha.one",
    "slash": "alpha/one",
    "colon": ":alpha",
    "bang": "alpha!",
    "non-ASCII": "älpha",
    "quotes": '"alpha"',
    "open brace": "{",
    "list": "[]",
    "default": "default",
    "sg-": "sg-alpha",
    "aws alias": "alias/aws/alpha",
    "100 characters": "a" * 100,
    "1000 characters": "a" * 1000,
    "10000 characters": "a" * 10_000,
    "arn of nothing": "arn:",
    "arn of no partition": "arn::iam::123456789012:role/alpha",
    "address": "10.0.0.1",
    "host bits": "10.0.0.1/16",
    "wide network": "10.0.0.0/8",
    "narrow network": "10.0.0.0/30",
    "IPv6 host bits": "fd00::1/56",
    "IPv6 network": "fd00::/64",
    "backup window": "3:00-4:00",
    "hour 24": "24:00-01:00",
    "maintenance window": "mon:03:00-xyz:04:00",
    "window in upper case": "Mon:03:00-Mon:04:00",
    "date": "2026-01-01",
    "time with offset": "2026-01-01T00:00:00+01:00",
    "number": "5",
    "negative": "-1",
    "decimal": "0.5",
}
_BAD_NUMBERS = (-2, -1, 0, 1, 2, 7, 11, 29, 36, 57, 61, 101, 299, 601, 1001, 3601, 43201, 86401, 259201, 10**6)


def choices(rule: str, kind: str) -> list[Any]:
    """The values that the text of a packaged validator names."""
    if "JSON" in rule:
        return [text for text in TEXTS if "Statement" in text]
    found = [word for part in re.findall(r"\(([^)]*)\)", rule) for word in re.split(r"[,\s]+", part)]
    found += re.split(r" or |, |\s", rule)
    if kind == "string":
        return [word for word in found if word and word not in ("each", "or", "of", "one", "a", "an")]
    return [int(word) for word in found if re.fullmatch(r"-?\d+", word)]


def probes(type_: Type) -> Iterator[tuple[str, Any]]:
    """Values to try, each with its name."""
    many = type_.kind in ("list", "set")
    kind = type_.item.kind if many or type_.kind == "map" else type_.kind
    named: Mapping[str, Any] = {}
    if kind == "string":
        named = _BAD_TEXTS | {text: text for text in TEXTS}
    elif kind == "number":
        named = {str(one): one for one in (*_BAD_NUMBERS, *NUMBERS)}
    for name, value in named.items():
        yield name, [value] if many else value


def refusals(block: Block, path: str, type_: Type, validate: Validate) -> Refusals | None:
    """What an argument refuses; None if a configuration with it alone is refused for what is missing beside it."""
    found = {}
    for name, value in probes(type_):
        errors = [
            text for where, text in validate(placed(block, path, value)) if where and f"{path}.".startswith(f"{where}.")
        ]
        if any(text.startswith(SUMMARIES) for text in errors):
            return None
        if errors:
            found[name] = errors[0]
    says = {text[:20]: name for name, text in reversed(found.items()) if len(text) < 250}
    return Refusals(sorted(found), {name: found[name] for name in sorted(says.values())})


def placed(block: Block, path: str, value: Any) -> dict[str, Any]:
    """A configuration with nothing but that value."""
    name, _, rest = path.partition(".")
    if not rest:
        return {name: value}
    nested = block.blocks[name]
    inner = placed(nested.block, rest, value)
    return {name: inner if nested.nesting == "single" else [inner]}
