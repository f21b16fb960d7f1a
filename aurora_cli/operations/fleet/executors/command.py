"""A command of the fleet as a process."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from aurora_cli.writing import open_private

_MODULE = ("-m", "aurora_cli")
_HEED = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
_HEEDING = ("-c", f"{_HEED}; runpy.run_module('aurora_cli', run_name='__main__', alter_sys=True)")
"""The same where we ignore interrupts, as in the background of a script, which a new process would inherit: it heeds ours."""


def start_command(words: Sequence[str], out: Path, log: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `aurora-cli` in a session of its own: Ctrl-C in a terminal, and the end of who started it, do not reach it.

    Args:
        words: the command line after `aurora-cli`.
        out, log: files for standard output and standard error; what they had is gone.
        environ: its environment.

    Raises:
        OSError: the files cannot be made, or the process cannot be started.
    """
    deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    with open_private(out) as stdout, open_private(log) as stderr:
        return subprocess.Popen(
            [sys.executable, *(_HEEDING if deaf else _MODULE), *words],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
