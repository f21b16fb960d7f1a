"""How long `--help` takes, against an interpreter that imports click and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.timing import Command, Comparison, compare

_PROGRAM = str(Path(sys.executable).with_name("aurora-cli"))
"""What a user runs: `python -m` looks for the module first, for 2 ms."""


def startup(runs: int) -> list[Comparison]:
    """`--help` and `--version` against `python -c "import click"`."""
    bare = Command('python -c "import click"', ((sys.executable, "-c", "import click"),))
    return [compare(Command(f"aurora-cli {flag}", ((_PROGRAM, flag),)), bare, runs) for flag in ("--help", "--version")]
