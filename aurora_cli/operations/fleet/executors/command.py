"""A command of the fleet as a process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from aurora_cli.writing import open_private


def start_command(words: Sequence[str], out: Path, log: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `aurora-cli` in a session of its own: Ctrl-C in a terminal, and the end of who started it, do not reach it.

    Args:
        words: the command line after `aurora-cli`.
        out, log: files for standard output and standard error; what they had is gone.
        environ: its environment.

    Raises:
        OSError: the files cannot be made, or the process cannot be started.
    """
    with open_private(out) as stdout, open_private(log) as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "aurora_cli", *words],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
