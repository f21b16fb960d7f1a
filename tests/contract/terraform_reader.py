"""Rendered Terraform as plain blocks, read by python-hcl2."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import hcl2

_OPTIONS = hcl2.SerializationOptions(with_comments=False)
_LABELS = {"resource": 2, "data": 2, "provider": 1, "output": 1, "variable": 1, "backend": 1}
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt"\\]))')
# python-hcl2 8.1 takes `$${` for the start of something that ends with the next `}`, even in another string. In their place it
# gets signs that `to_hcl` never writes as they are.
_STAND_INS = {"$${": "\ue000", "%%{": "\ue001"}
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class Block:
    """One block: `resource "aws_vpc" "this" {...}` has kind `resource` and two labels."""

    kind: str
    labels: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    def nested(self, kind: str) -> list[Block]:
        return [block for block in self.blocks if block.kind == kind]


@lru_cache(maxsize=2000)
def read(text: str) -> tuple[Block, ...]:
    """The top-level blocks of a file."""
    for escaped, stand_in in _STAND_INS.items():
        text = text.replace(escaped, stand_in)
    return tuple(_blocks(hcl2.loads(text, serialization_options=_OPTIONS)))


def read_all(files: Mapping[str, str]) -> list[Block]:
    """The top-level blocks of a folder."""
    return [block for text in files.values() for block in read(text)]


def text_of(value: str) -> str:
    """The text that a quoted literal or a heredoc stands for. Raises ValueError if it holds a template."""
    inner = value[1:-1]
    if inner.startswith("<<EOT\n"):  # a quoted literal never holds a line break as it is
        body = inner.split("\n", 1)[1].rpartition("\n")[0]
        return _without_templates(f"{body}\n")
    return _ESCAPE.sub(_character, _without_templates(inner))


def is_expression(value: Any) -> bool:
    """True for `${...}`: a reference or a call, whose type is not known from the text."""
    return isinstance(value, str) and not value.startswith('"')


def _without_templates(text: str) -> str:
    if "${" in text or "%{" in text:
        raise ValueError(f"holds a template: {text}")
    for escaped, stand_in in _STAND_INS.items():
        text = text.replace(stand_in, escaped[1:])
    return text


def _character(match: re.Match[str]) -> str:
    short, long, simple = match.groups()
    return _SIMPLE[simple] if simple else chr(int(short or long, 16))


def _blocks(body: Mapping[str, Any]) -> Iterator[Block]:
    for kind, items in body.items():
        for item in _block_items(items):
            yield _block(kind, item, _LABELS.get(kind, 0))


def _block_items(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict) and _is_block(item)]


def _is_block(item: Mapping[str, Any]) -> bool:
    while "__is_block__" not in item:
        (inner,) = item.values() if len(item) == 1 else (None,)
        if not isinstance(inner, dict):
            return False
        item = inner
    return True


def _block(kind: str, item: Mapping[str, Any], depth: int) -> Block:
    labels = []
    for _ in range(depth):
        ((label, item),) = item.items()
        labels.append(label.strip('"'))
    own = {name: value for name, value in item.items() if name != "__is_block__"}
    attributes = {name: value for name, value in own.items() if not _block_items(value)}
    return Block(kind, tuple(labels), attributes, tuple(_blocks(own)))
