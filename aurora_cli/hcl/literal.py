"""Python values as HCL literals that mean exactly those values.

Grammar: the HCL native syntax specification (string literals, heredoc templates, numeric literals, object constructors).
Everything that is not an `Expression` comes out as a constant: no text, whatever it holds, can become a reference, a
function call or a second argument.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from aurora_cli.errors import InvalidInput

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEYWORDS = frozenset({"null", "true", "false", "for", "if", "in"})
_REFERENCE = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*|\[(?:\d+|\"[A-Za-z0-9._/:-]*\")\])+")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_TEMPLATE_START = re.compile(r"([$%])(?=\{)")
_MARKER = "EOT"


class Expression(str):
    """A reference such as `aws_vpc.this.id`: the one kind of value that is written as it stands.

    Raises:
        ValueError: the text is not a plain reference (names, dots and constant indices), so it could smuggle in HCL.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Expression:
        if not _REFERENCE.fullmatch(text):
            raise ValueError(f"not a reference: {text!r}")
        return super().__new__(cls, text)


class Attempt(Expression):
    """A reference to what may not be there: written as `try(..., null)`."""

    __slots__ = ()


class Name(Expression):
    """The name of an argument or a block, written as it stands.

    Raises:
        ValueError: the text is no identifier of HCL.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Name:
        if not _IDENTIFIER.fullmatch(text) or text in _KEYWORDS:
            raise ValueError(f"not a name: {text!r}")
        return str.__new__(cls, text)


def to_hcl(value: Any) -> str:
    """The HCL literal of a value, on one line or on several, the later ones indented from column 0.

    Args:
        value: text, a number, a boolean, None (`null`), a list or tuple, a mapping with text keys, or an `Expression`;
            nested as deep as wanted. None in a mapping leaves the key out.

    Raises:
        InvalidInput: text that HCL cannot carry unchanged (a lone surrogate, or text that is not in Unicode normal form C,
            into which Terraform brings every string).
        TypeError: a value of another type (bytes, sets, arbitrary objects), or a key that is not text.
        ValueError: a number that is not finite.
    """
    return _literal(value, heredocs=True)


def _literal(value: Any, *, heredocs: bool) -> str:
    if isinstance(value, Expression):
        return f"try({value}, null)" if isinstance(value, Attempt) else str(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _heredoc(value) if heredocs and _reads_better_as_heredoc(value) else _quoted(value)
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview, range)):
        return _tuple(value)
    raise TypeError(f"no HCL literal for {type(value).__name__}")


def _number(value: int | float | Decimal) -> str:
    """All digits, never an exponent: Terraform reads `1e-07` too, people do not."""
    if not math.isfinite(value):
        raise ValueError(f"no HCL literal for {value}")
    if isinstance(value, int):
        return str(int(value))
    text = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _quoted(text: str) -> str:
    _check(text)
    return '"' + _escape_templates("".join(_escape(c) for c in text)) + '"'


def _check(text: str) -> None:
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise InvalidInput(
            f"The text {text!a} is not in Unicode normal form C, and Terraform would change it.",
            hint=f"Write it as {unicodedata.normalize('NFC', text)} (one character where yours has a letter and an accent).",
        )
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise InvalidInput(
            f"The text {text!a} holds half of a surrogate pair, which is not a character.",
            hint="Remove it from the text.",
        )


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() else _escape_code(char)


def _escape_templates(text: str) -> str:
    """`${` and `%{` start templates; doubled, their first sign is plain text."""
    return _TEMPLATE_START.sub(r"\1\1", text)


def _reads_better_as_heredoc(text: str) -> bool:
    """A heredoc holds whole lines and has no escapes: so two printable lines or more, and none that would end it."""
    lines = text.split("\n")
    if lines.pop() or len(lines) < 2:
        return False
    return all(line.isprintable() and line.strip() != _MARKER for line in lines)


def _heredoc(text: str) -> str:
    _check(text)
    return f"<<{_MARKER}\n{_escape_templates(text)}{_MARKER}"


def _object(value: Mapping[Any, Any]) -> str:
    items = [(key, item) for key, item in value.items() if item is not None]
    if not items:
        return "{}"
    bare = all(_is_bare_key(key) for key, _ in items)
    lines = "".join(f"{key if bare else _quoted_key(key)} = {_literal(item, heredocs=True)}\n" for key, item in items)
    return "{\n" + lines + "}"


def _is_bare_key(key: Any) -> bool:
    if not isinstance(key, str):
        raise TypeError(f"an HCL key is text, not {type(key).__name__}")
    return _IDENTIFIER.fullmatch(key) is not None and key not in _KEYWORDS


def _quoted_key(key: str) -> str:
    """Escapes what may join with its neighbours into one sign: the `=` after a key is aligned by counting signs."""
    return "".join(c if _stands_alone(c) else _escape_code(c) for c in _quoted(key))


def _stands_alone(char: str) -> bool:
    return char.isascii() or unicodedata.category(char) in ("Lu", "Ll", "Nd") or "\u4e00" <= char <= "\u9fff"


def _escape_code(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def _tuple(value: Sequence[Any]) -> str:
    """Plain values on one line, anything longer one item a line."""
    items = [_literal(item, heredocs=False) for item in value]
    line = "[" + ", ".join(items) + "]"
    if len(line) <= 80 and not any("\n" in item for item in items):
        return line
    return "[\n" + "".join(f"{item},\n" for item in items) + "]"
