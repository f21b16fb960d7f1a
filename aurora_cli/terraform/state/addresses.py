"""Terraform addresses: how they are written, and those of a global database.

Each secondary Region of a global database is a module, `module.eu_central_1.aws_rds_cluster.this`.
"""

from __future__ import annotations

import re

CLUSTER_ADDRESS = "aws_rds_cluster.this"
INSTANCES = "aws_rds_cluster_instance.this"
GLOBAL_ADDRESS = "aws_rds_global_cluster.this"
_EARLIER = re.compile(r"\baws_rds_cluster_instance\.(?:(?P<first>first)$|others(?=\[))")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_TEMPLATE_START = re.compile(r"([$%])(?=\{)")
_KEY = r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]"
_ANY_KEY = re.compile(_KEY, re.DOTALL)
_CALL = re.compile(rf"module\.[^.\[]+(?:{_KEY})?\.", re.DOTALL)
_MODULE = re.compile(r"module\.(?P<label>[a-z]{2}(?:_[a-z]+){1,3}_\d{1,2})\.(?P<rest>.+)", re.DOTALL)


def region_of(address: str) -> str | None:
    """The secondary Region that an address is in, e.g. `eu-central-1`; None for one of the cluster's own."""
    match = _MODULE.fullmatch(address)
    return match["label"].replace("_", "-") if match else None


def inner(address: str) -> str:
    """The address inside its module: `aws_rds_cluster.this`."""
    match = _MODULE.fullmatch(address)
    return match["rest"] if match else address


def in_region(region: str, address: str) -> str:
    """The address of what is in a secondary Region's module."""
    return f"module.{region.replace('-', '_')}.{address}"


def as_now(address: str) -> str:
    """The address of an instance, where it is one of earlier versions: `first` was key 1, `others` had the other keys."""
    return _EARLIER.sub(lambda found: INSTANCES + ('["1"]' if found["first"] else ""), address)


def instance_key(key: str | int | None) -> str:
    """The end of an address: `[0]` with `count`, `["one"]` with `for_each`, nothing without.

    Source: Terraform, internal/addrs/instance_key.go (a key is an HCL string, in which `${` and `%{` are doubled).
    """
    if not isinstance(key, str):
        return "" if key is None else f"[{key}]"
    text = "".join(_ESCAPES.get(c) or (c if c.isprintable() else _code(c)) for c in key)
    return '["' + _TEMPLATE_START.sub(r"\1\1", text) + '"]'


def modules_of(address: str) -> list[str]:
    """The module instances around a resource, the outermost first: `module.shop["eu"]`, `module.shop["eu"].module.aurora`."""
    around, end = [], 0
    while call := _CALL.match(address, end):
        end = call.end()
        around.append(address[: end - 1])
    return around


def without_keys(address: str) -> str:
    """The address as a configuration has it, without instance keys: `module.shop.aws_rds_cluster.this`."""
    return _ANY_KEY.sub("", address)


def _code(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
