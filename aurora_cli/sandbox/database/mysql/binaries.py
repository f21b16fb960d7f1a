"""Which MariaDB or MySQL there is on this machine. No package brings one: it is the system's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.programs import Binaries

BIN_SETTING = "AURORA_SANDBOX_MYSQL"
"""Environment variable that names the folder of the programs of MariaDB or MySQL, or its `mariadbd` or `mysqld`."""
MARIADB, MYSQL = "MariaDB", "MySQL"
_SERVERS = ("mariadbd", "mysqld")
_FOLDERS = ("/usr/sbin", "/usr/libexec", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/local/mysql/bin")
"""Where servers are that are not on the PATH of users."""
_OLDEST = {MARIADB: (10, 6), MYSQL: (8, 0)}
_REQUIRED = {MARIADB: ("mariadb-backup", "mariadb-binlog"), MYSQL: ("mysqlbinlog",)}
"""What copies a running server and reads binary logs; MySQL copies itself (clone plugin)."""
NONE_HINT = (
    "Install mariadb-server and mariadb-backup (MariaDB 10.6 or later), or MySQL 8.0 or later, or name the folder of its "
    "programs in AURORA_SANDBOX_MYSQL."
)


def installed(environ: Mapping[str, str]) -> Binaries:
    """The MariaDB or MySQL that serves.

    Raises:
        SandboxFailed: there is none, it is too old, or a program is missing.
    """
    named = environ.get(BIN_SETTING)
    if named:
        place = Path(named).absolute()
        candidates = [(place, BIN_SETTING)] if place.is_file() else list(_in_folder(place, BIN_SETTING))
    else:
        candidates = [
            found for folder, origin in _places(environ.get("PATH", "")) for found in _in_folder(folder, origin)
        ]
    problems = []
    for server, origin in candidates:
        found = _probe(server, origin)
        if isinstance(found, Binaries):
            return found
        problems.append(found)
    if named and not candidates:
        problems = [f'"{named}" ({BIN_SETTING}) has neither mariadbd nor mysqld']
    raise SandboxFailed(f"{next(iter(problems), 'No MariaDB or MySQL server is installed')}.", hint=NONE_HINT)


def _places(path: str) -> Iterator[tuple[Path, str]]:
    for name in _SERVERS:
        found = shutil.which(name, path=path)
        if found:
            yield Path(found).parent, "PATH"
    for folder in _FOLDERS:
        yield Path(folder), folder


def _in_folder(folder: Path, origin: str) -> Iterator[tuple[Path, str]]:
    for name in _SERVERS:
        if (folder / name).is_file() and os.access(folder / name, os.X_OK):
            yield folder / name, origin


@lru_cache(maxsize=16)
def _probe(server: Path, origin: str) -> Binaries | str:
    """What a server is, or why it does not do."""
    try:
        done = subprocess.run([server, "--version"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{server} does not run: {error}"
    product = MARIADB if MARIADB in done.stdout else MYSQL
    version = re.search(r"Ver (\d+\.\d+\.\d+)", done.stdout)
    if version is None:
        return f"{server} does not say its version"
    found = Binaries(server.parent, version.group(1), origin, product, server.name, _others(server))
    if tuple(int(part) for part in found.version.split(".")[:2]) < _OLDEST[product]:
        return f"{found.label} is too old"
    missing = [name for name in _REQUIRED[product] if not Path(found.tool(name)).exists()]
    return f"{found.label} is installed without {' and '.join(missing)}" if missing else found


def _others(server: Path) -> tuple[Path, ...]:
    real = server.resolve().parent
    return tuple(dict.fromkeys((real, real.parent / "bin", Path("/usr/bin"), Path("/usr/local/bin"))))
