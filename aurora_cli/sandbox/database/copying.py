"""Copies of folders, which share their blocks where the file system can do that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from aurora_cli.errors import SandboxFailed

_REFLINK = {"linux": ["--reflink=auto"], "darwin": ["-c"]}


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder with owners, modes and times; the target must not exist.

    Raises:
        SandboxFailed: the disk is full, or the source cannot be read.
    """
    for options in (_REFLINK.get(sys.platform, []), []):  # a `cp` of another make does not know the option
        done = subprocess.run(["/bin/cp", "-a", *options, source, target], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        if not options:
            break
    raise SandboxFailed(f"{source} cannot be copied: {done.stderr.strip()[-300:]}", hint="Check the free disk space.")
