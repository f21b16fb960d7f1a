"""How long `--help` takes, against an interpreter that imports click and nothing else."""

from __future__ import annotations

import sys

from benchmarks.timing import Command, Comparison, compare


def startup(runs: int) -> list[Comparison]:
    """`--help` and `--version` against `python -c "import click"`."""
    bare = Command('python -c "import click"', ((sys.executable, "-c", "import click"),))
    return [
        compare(Command(f"aurora-cli {flag}", ((sys.executable, "-m", "aurora_cli", flag),)), bare, runs)
        for flag in ("--help", "--version")
    ]
