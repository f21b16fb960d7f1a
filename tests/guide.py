"""The blocks of the guide's pages: YAML and Terraform files, and lines of a shell."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "guide"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)
_FILE = re.compile(r"^# (\S+\.tf)$", re.M)
_NAME = re.compile(r"^name: (\S+)$", re.M)


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    kind: str
    text: str

    @property
    def file(self) -> str | None:
        """Of a spec or a Terraform file: the file that the page calls it by."""
        found = _NAME.search(self.text) if self.kind == "yaml" else None
        named = _FILE.match(self.text) if self.kind == "hcl" else None
        return f"{found[1]}.yaml" if found else named[1] if named else None

    @property
    def lines(self) -> list[str]:
        """Of a shell block: its lines."""
        return self.text.splitlines() if self.kind == "sh" else []


def blocks(text: str) -> list[Block]:
    """The fenced blocks, in order."""
    return [Block(*found) for found in _BLOCK.findall(text)]


def words_of(line: str) -> list[str]:
    """The words of a line, up to where its output goes."""
    return shlex.split(re.split(r" [|>]", line)[0], comments=True)


def status_of(line: str) -> int:
    """How the command ends: 0, or what its comment says."""
    found = re.search(r"# status (\d+)$", line)
    return int(found[1]) if found else 0
