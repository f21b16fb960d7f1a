"""Start, follow the resources, end."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.emulator.rds.databases.serving import SERVING

SETTING = "AURORA_SANDBOX_DATABASE"
MOST_SETTING = "AURORA_SANDBOX_SERVERS"
OFF = ("off", "0", "no", "false")


def start(folder: Path, environ: Mapping[str, str]) -> None:
    """Have servers from now on, where they can run and are not switched off. If not, the log says why, once.

    Args:
        folder: the sandbox folder.
        environ: of the emulator.
    """
    if environ.get(SETTING, "").lower() in OFF:
        return
    from aurora_cli.sandbox.database.fleet import Fleet

    most = environ.get(MOST_SETTING, "")
    SERVING.most = int(most) if most.isdigit() else SERVING.most
    try:
        SERVING.fleet = Fleet(folder, environ)
    except (SandboxFailed, OSError) as problem:
        print(f"The sandbox runs without databases: {problem}", file=sys.stderr)  # noqa: T201 - the log


def sync() -> None:
    """Follow the resources. Call after each change, while no other call is served."""
    if SERVING.fleet is None:
        return
    from aurora_cli.sandbox.emulator.rds.databases import wanted

    SERVING.fleet.update(wanted.clusters(), wanted.snapshots())


def settle() -> None:
    """Wait until the servers are as the resources say."""
    if SERVING.fleet is not None:
        SERVING.fleet.wait_until_settled()


def end(folder: Path) -> None:
    """Stop all servers; if the sandbox folder is deleted, with their data."""
    if SERVING.fleet is not None:
        SERVING.fleet.close(delete=not folder.exists())
