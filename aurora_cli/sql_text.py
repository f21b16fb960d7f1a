"""SQL as text: its statements, what each begins with, and its named parameters. Nothing here knows what a statement means.

Lexical rules: PostgreSQL documentation, "Lexical Structure" (nested comments, dollar quoting, E'' strings); MySQL Reference
Manual, "Language Structure" (backslashes in strings, backticks, `#`). The body of a routine, BEGIN ... END, has semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Token = tuple[str, str]
"""Kind and text: `space` (comments too), `quoted`, `word`, `parameter` (`:name`), `;`, or `other`."""

_BLOCK = r"(?P<block>/\*)"
_WORD = r"(?P<word>[^\W\d][\w$]*)"
_PARAMETER = r"(?P<cast>::)|:(?P<parameter>[^\W\d]\w*)"
_OTHER = r"\d+(?:\.\d+)?|[,=<>+*]+|."
_SPACE = r"(?P<space>\s+|--[^\n]*)"
_POSTGRES = re.compile(
    rf"{_SPACE}|{_BLOCK}"
    r"|(?P<quoted>[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)|'(?:[^']|'')*(?:'|\Z)|\"(?:[^\"]|\"\")*(?:\"|\Z)"
    r"|\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))"
    rf"|{_WORD}|{_PARAMETER}|{_OTHER}",
    re.DOTALL,
)
_MYSQL = re.compile(
    rf"(?P<space>\s+|--(?=\s|\Z)[^\n]*|\#[^\n]*|/\*(?!!).*?(?:\*/|\Z))"
    r"|(?P<quoted>'(?:[^'\\]|\\.|'')*(?:'|\Z)|\"(?:[^\"\\]|\\.|\"\")*(?:\"|\Z)|`(?:[^`]|``)*(?:`|\Z))"
    rf"|{_WORD}|{_PARAMETER}|{_OTHER}",
    re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")
_ROUTINES = {"function", "procedure", "trigger", "event"}
_NOT_OF_BEGIN = {"if", "loop", "while", "repeat"}


def tokens(sql: str, *, mysql: bool = False) -> Iterator[Token]:
    """The text in pieces, which together are the text but for the colons of parameters."""
    position, pattern = 0, _MYSQL if mysql else _POSTGRES
    while position < len(sql):
        found = pattern.match(sql, position)
        assert found is not None, "any character matches"
        kind, text, position = found.lastgroup or "other", found[0], found.end()
        if kind == "block":
            position = _end_of_comment(sql, position)
            yield "space", sql[found.start() : position]
        elif kind == "parameter":
            yield kind, found["parameter"]
        else:
            yield {"tag": "quoted", "cast": "other"}.get(kind, ";" if text == ";" else kind), text


def _end_of_comment(sql: str, position: int) -> int:
    depth = 1
    for mark in _COMMENT.finditer(sql, position):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    return len(sql)


def statements(sql: str, *, mysql: bool = False) -> list[str]:
    """The statements of a script without the semicolons between them; what is only a comment is none."""
    found: list[str] = []
    parts: list[str] = []
    body = _Body()
    for kind, text in tokens(sql, mysql=mysql):
        if kind == ";" and not body.open:
            found.append("".join(parts))
            parts, body = [], _Body()
            continue
        parts.append(f":{text}" if kind == "parameter" else text)
        body.read(kind, text)
    return [one.strip() for one in [*found, "".join(parts)] if first_word(one, mysql=mysql)]


class _Body:
    """Whether a statement is inside parentheses, or in the body of a routine."""

    def __init__(self) -> None:
        self._parentheses = self._blocks = 0
        self._words: list[str] = []
        self._ended = False

    @property
    def open(self) -> bool:
        return self._parentheses > 0 or self._blocks > 0

    def read(self, kind: str, text: str) -> None:
        if kind == "other":
            self._parentheses += {"(": 1, ")": -1}.get(text, 0)
        if kind != "word":
            return
        word = text.lower()
        self._words.append(word)
        if self._words[0] != "create" or not _ROUTINES & set(self._words[:8]):
            return
        of_end = self._ended and word in _NOT_OF_BEGIN  # END IF ends no BEGIN
        if of_end or word == "begin" or (word == "case" and self._blocks and not self._ended):
            self._blocks += 1
        elif word == "end" and self._blocks:
            self._blocks -= 1
        self._ended = word == "end"


def first_word(statement: str, *, mysql: bool = False) -> str:
    """The first word in small letters, `(` and comments before it aside; another first character as it is, `` for none."""
    for kind, text in tokens(statement, mysql=mysql):
        if kind not in ("space", ";") and text != "(":
            return text.lower() if kind == "word" else text[:1]
    return ""


def replace_parameters(sql: str, place: Callable[[str], str], *, mysql: bool = False) -> str:
    """The text with `place(name)` for each `:name`."""
    return "".join(place(text) if kind == "parameter" else text for kind, text in tokens(sql, mysql=mysql))


def reads_only(word: str) -> bool:
    """Whether a statement that begins so is one that a read-only transaction can be asked to run."""
    return word in {"select", "with", "values", "table", "show", "explain", "desc", "describe"}


def controls_transaction(word: str) -> bool:
    """Whether a statement that begins so begins or ends a transaction, or a part of one."""
    return word in {"begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "prepare"}
