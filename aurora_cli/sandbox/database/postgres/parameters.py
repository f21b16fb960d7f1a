"""Which parameters of Aurora's parameter groups this PostgreSQL knows. The others are kept and shown by the API alone."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from aurora_cli.sandbox.database.programs import Binaries

_LIBRARIES = "shared_preload_libraries"


def known(wanted: Mapping[str, str], binaries: Binaries) -> dict[str, str]:
    """The settings that the server takes, without formulas, and with the libraries that are installed."""
    names = _names(binaries.tool("postgres"))
    found = {name: value for name, value in wanted.items() if name in names and value and "{" not in value}
    if wanted.get("rds.logical_replication") == "1":
        found["wal_level"] = "logical"
    if _LIBRARIES in wanted:
        there = [one.strip() for one in wanted[_LIBRARIES].split(",") if _installed(one.strip(), binaries)]
        found[_LIBRARIES] = ",".join(there)
    return found


def _installed(library: str, binaries: Binaries) -> bool:
    lib = binaries.folder.parent / "lib"
    return any((folder / f"{library}.so").exists() for folder in (lib, lib / "postgresql"))


@lru_cache(maxsize=16)
def _names(postgres: str) -> frozenset[str]:
    done = subprocess.run([postgres, "--describe-config"], capture_output=True, text=True, check=False, cwd=Path("/"))
    return frozenset(line.split("\t", 1)[0] for line in done.stdout.splitlines())
