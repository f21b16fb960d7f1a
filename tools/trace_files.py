"""Count the files that a command passes: `python tools/trace_files.py create demo --engine postgres --yes`.

The command runs in this process, in the sandbox, in a home of its own that AURORA_HOME names (a temporary one by default).
Printed are, for the whole package and for `operations/`, how many files had a function called, how many functions, and how often
one function called or returned into one of another file there: what a reader who follows the command has to turn over.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1] / "aurora_cli"


class Tracer:
    """Counts calls between files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = f"{folder}{os.sep}"
        self.files: Counter[str] = Counter()
        self.functions: set[CodeType] = set()
        self.changes = 0
        self._last = ""

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        name = frame.f_code.co_filename
        in_function = frame.f_code.co_flags & CO_OPTIMIZED  # the bodies of modules and classes run once, at import
        if event not in ("call", "return") or not in_function or not name.startswith(self.folder):
            return
        self.changes += bool(self._last) and name != self._last
        self._last = name
        if event == "call":
            self.files[name] += 1
            self.functions.add(frame.f_code)

    def told(self) -> str:
        return f"{len(self.files)} files, {len(self.functions)} functions, {self.changes} changes of file"


def main(words: list[str]) -> int:
    """Run the command, and print what it passed."""
    from aurora_cli.main import main as run

    whole, operations = Tracer(PACKAGE), Tracer(PACKAGE / "operations")

    def both(frame: FrameType, event: str, argument: Any) -> None:
        whole(frame, event, argument)
        operations(frame, event, argument)

    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("AURORA_HOME", home)
        sys.setprofile(both)
        try:
            status = run(["--sandbox", *words])
        finally:
            sys.setprofile(None)
        print(f"aurora_cli: {whole.told()}")
        print(f"operations: {operations.told()}")
        if os.environ["AURORA_HOME"] == home:
            run(["sandbox", "stop"])
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
