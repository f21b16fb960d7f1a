"""Starts the emulator process."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.isolation import without_machine_settings
from aurora_cli.sandbox.requirements import INSTALL
from aurora_cli.sandbox.state import StateFiles

LISTEN_TIMEOUT_S = 60.0
INSTALL_HINT = f"Install the sandbox with `{INSTALL}`."


def launch(files: StateFiles, *, port: int, region: str, environ: Mapping[str, str]) -> None:
    """Start a detached emulator; returns when it listens and its state file exists.

    Args:
        files: the sandbox folder's files; output goes to its log (0600).
        port: preferred port, 0 for any.
        region: the Region to preload.
        environ: the caller's environment; AWS and moto settings are removed for the emulator.

    Raises:
        SandboxFailed: it stopped or did not listen in time; contains the end of its log.
    """
    command = [sys.executable, "-m", "aurora_cli.sandbox.emulator", "--folder", str(files.folder), "--detach"]
    reader, writer = os.pipe()
    try:
        log = os.open(files.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            starter = subprocess.Popen(
                [*command, "--port", str(port), "--region", region, "--ready-fd", str(writer)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=emulator_environment(environ),
                cwd=files.folder,
                pass_fds=(writer,),
            )
        finally:
            os.close(log)
            os.close(writer)
        starter.wait()
        _await_ready(reader, files.log)
    finally:
        os.close(reader)


_KEPT_OUT = ("AWS_", "MOTO_", "PYTHONWARNINGS", "AURORA_MASTER_PASSWORD", "TF_")


def emulator_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without settings of moto, botocore or Terraform (profiles, endpoints, proxies, MOTO_*)."""
    env = {name: value for name, value in without_machine_settings(environ).items() if not name.startswith(_KEPT_OUT)}
    package_root = str(Path(__file__).resolve().parents[2])
    env["PYTHONPATH"] = os.pathsep.join(part for part in (package_root, environ.get("PYTHONPATH", "")) if part)
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return env | nowhere | {"AWS_EC2_METADATA_DISABLED": "true", "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}


def _await_ready(reader: int, log: Path) -> None:
    """Wait until the emulator writes its port; the pipe closes without it if the process stops first."""
    deadline = time.monotonic() + LISTEN_TIMEOUT_S
    ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
    if ready and os.read(reader, 16):
        return
    why = "stopped while it started" if ready else f"did not listen within {LISTEN_TIMEOUT_S:.0f} s"
    tail = log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
    last = tail.splitlines()[-1] if tail else "its log is empty"
    raise SandboxFailed(f"The emulator {why}: {last}", hint=INSTALL_HINT, details={"log": str(log), "tail": tail})
