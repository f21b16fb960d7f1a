"""A file of JSON that is read as a stream, and refused where it is nested deeper than any price list.

A parser that names the path of each value needs memory by the square of the depth.
"""

from __future__ import annotations

import re
from typing import BinaryIO

DEEPEST = 64
"""Levels of arrays and objects, or a few more within what is read at once; a price list has eight."""
_LONGEST = 2**20
"""Bytes of a text that is not at its end yet."""
_TEXTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_OTHERS = re.compile(rb'[^][{}"]+')
_PAIRS = re.compile(rb"\{\}|\[\]")


class ShallowFile:
    """Hands on what it reads. `read` raises ValueError for what is nested too deep."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._rest, self._depth = file, b"", 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, which are looked at first."""
        found = self._file.read(size)
        self._look(self._rest + found)
        return found

    def _look(self, text: bytes) -> None:
        bare = _TEXTS.sub(b"", text)
        begun = bare.find(b'"')
        self._rest = bare[begun:] if begun >= 0 else b""
        if len(self._rest) > _LONGEST:
            raise ValueError("a text in it is longer than a mebibyte")
        brackets = _OTHERS.sub(b"", bare if begun < 0 else bare[:begun])
        pairs = 0
        for _ in range(DEEPEST + 1):
            brackets, pairs = _PAIRS.subn(b"", brackets)
            if not pairs:
                break
        self._depth += sum(brackets.count(one) for one in (b"[", b"{")) - sum(
            brackets.count(one) for one in (b"]", b"}")
        )
        if self._depth > DEEPEST or pairs:
            raise ValueError(f"it is nested deeper than {DEEPEST} levels")
