"""Which parameters of Aurora's parameter groups this server knows. The others are kept and shown by the API alone."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from functools import lru_cache

from aurora_cli.sandbox.database.programs import Binaries

_OURS = (
    "read_only",
    "super_read_only",
    "offline_mode",
    "max_connections",
    "datadir",
    "basedir",
    "socket",
    "port",
    "tmpdir",
)
_NOT_IN_MARIADB = "_0900_"
"""In the collations of MySQL 8 that MariaDB before 11.4 does not have."""


def known(wanted: Mapping[str, str], fixed: Mapping[str, str], binaries: Binaries) -> dict[str, str]:
    """The settings that the server takes, without formulas, and without those that are the same on every server."""
    names = options(binaries.tool(binaries.server)).keys()
    return {
        name: value
        for name, value in wanted.items()
        if name in names
        and value
        and "{" not in value
        and _NOT_IN_MARIADB not in value
        and name not in (*_OURS, *fixed)
    }


@lru_cache(maxsize=16)
def options(server: str) -> Mapping[str, str]:
    """The options of a server with their defaults, by the names of its variables."""
    done = subprocess.run(
        [server, "--no-defaults", "--verbose", "--help"], capture_output=True, text=True, check=False, cwd="/"
    )
    _, _, table = done.stdout.partition("\n----")
    rows = [line.split(None, 1) for line in table.splitlines()[1:] if line.strip()]
    return {row[0].replace("-", "_"): row[1] if len(row) > 1 else "" for row in rows}
