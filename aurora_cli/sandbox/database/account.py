"""The operating system user that servers run as, and where their data is.

PostgreSQL refuses to run as root. Root's servers run as a user that nobody else is, with data outside of root's home, which that
user could not enter; the programs are copied there if they are where it cannot read them.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.binaries import NONE_HINT, Binaries, choose
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.writing import make_folder, make_missing, write_atomic

OF_ROOT = Path("/var/lib/aurora-cli")
OWN_ID = 64873
"""User and group ID that no user of a distribution has (Debian allocates up to 64999 on request, systemd from 61184 on)."""
NOBODY = "nobody"
"""A user that every system knows: initdb looks its own up."""
LONGEST_SOCKET_FOLDER = 80
"""A socket's path has at most 107 characters (unix(7)), of which PostgreSQL adds `.s.PGSQL.5432`."""
SANDBOX_OF = "sandbox"
_PASSABLE = 0o711


@dataclass(frozen=True)
class Account:
    """Who runs servers, and where.

    Attributes:
        data: folder of all data.
        sockets: folder of all sockets.
        uid: user and group ID of the servers; None: our own.
    """

    data: Path
    sockets: Path
    uid: int | None = None

    def folder(self, path: Path) -> Path:
        """A folder of the servers' user, mode 0700; created with those above it if it does not exist."""
        missing = [one for one in (path, *path.parents) if not one.exists()]
        make_folder(path)
        for one in (path, *missing):
            self.own(one)
        return path

    def own(self, path: Path) -> None:
        """Give a file or folder to the servers' user."""
        if self.uid is not None:
            os.chown(path, self.uid, self.uid, follow_symlinks=False)

    def own_all(self, folder: Path) -> None:
        """Give a folder and all in it to the servers' user."""
        if self.uid is None:
            return
        for parent, _, names in os.walk(folder):
            self.own(Path(parent))
            for name in names:
                self.own(Path(parent, name))

    def write(self, path: Path, text: str) -> None:
        """Write a file of the servers' user."""
        write_atomic(path, text, sync=False)
        self.own(path)

    def check(self, binaries: Binaries) -> None:
        """Raise SandboxFailed if this system does not let us run a program as the servers' user."""
        if self.uid is None:
            return
        try:
            pwd.getpwnam(NOBODY)
            argv = [binaries.tool("postgres"), "--version"]
            subprocess.run(
                argv, check=True, capture_output=True, cwd="/", user=self.uid, group=self.uid, extra_groups=[]
            )
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            raise SandboxFailed(
                f"PostgreSQL does not run as root, and root cannot run it as another user here: {error}",
                hint="Use another user than root.",
            ) from error

    def usable(self, binaries: Binaries) -> Binaries:
        """The same programs where the servers' user can read them."""
        if self.uid is None or _open_to_all(binaries.folder):
            return binaries
        home = binaries.folder.parent
        copy = OF_ROOT / f"postgresql-{binaries.version}-{_digest(home)}"
        if not copy.exists():
            unfinished = Path(tempfile.mkdtemp(dir=OF_ROOT))
            copy_folder(home, unfinished / "copy")
            (unfinished / "copy").chmod(0o755)
            with suppress(OSError):  # another has just made it
                (unfinished / "copy").rename(copy)
            shutil.rmtree(unfinished)
        return Binaries(copy / "bin", binaries.version, binaries.origin)


class Programs:
    """The PostgreSQL of clusters, where their servers' user can run it.

    Args:
        available: what is installed; not empty.
    """

    def __init__(self, account: Account, available: list[Binaries]) -> None:
        self._account, self._available = account, available
        self._usable: dict[Binaries, Binaries] = {}

    def for_cluster(self, major: int) -> Binaries:
        """For a new cluster of a major version of Aurora; see `binaries.choose`."""
        chosen = choose(self._available, major)
        assert chosen is not None
        return self._use(chosen)

    def upgrade_to(self, major: int) -> Binaries | None:
        """That major version, if it is installed with pg_upgrade."""
        found = next((one for one in self._available if one.major == major), None)
        return self._use(found) if found is not None and Path(found.tool("pg_upgrade")).exists() else None

    def for_data(self, data: Path) -> Binaries | None:
        """The one that a data directory needs; None if there are no data.

        Raises:
            SandboxFailed: it is not installed.
        """
        try:
            major = int((data / "PG_VERSION").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        found = next((one for one in self._available if one.major == major), None)
        if found is None:
            raise SandboxFailed(
                f"The data are those of PostgreSQL {major}, which is not installed any more.", hint=NONE_HINT
            )
        return self._use(found)

    def _use(self, chosen: Binaries) -> Binaries:
        if chosen not in self._usable:
            self._usable[chosen] = self._account.usable(chosen)
        return self._usable[chosen]


def account_for(sandbox: Path) -> Account:
    """Who runs the servers of a sandbox folder.

    Raises:
        SandboxFailed: root cannot be anybody else here, or a folder is another user's.
    """
    if os.geteuid() != 0:
        data = make_folder(sandbox / "database")
        return Account(data, _sockets(data))
    _check_user()
    data = OF_ROOT / _digest(sandbox)
    for folder in (OF_ROOT, data, data / "s"):
        make_missing(folder).chmod(_PASSABLE)
    write_atomic(data / SANDBOX_OF, str(sandbox), sync=False)
    return Account(data, data / "s", OWN_ID)


def remove_abandoned() -> None:
    """Delete root's data of sandboxes that are gone."""
    if os.geteuid() != 0 or not OF_ROOT.is_dir():
        return
    for folder in OF_ROOT.iterdir():
        with suppress(OSError):
            sandbox = Path((folder / SANDBOX_OF).read_text(encoding="utf-8"))
            if not sandbox.exists():
                shutil.rmtree(folder, ignore_errors=True)


def _check_user() -> None:
    """In a container with few user IDs, root cannot become this user."""
    try:
        pwd.getpwuid(OWN_ID)
    except KeyError:
        return
    raise SandboxFailed(f"The user ID {OWN_ID}, which root's database servers run as, is taken.")


def _sockets(data: Path) -> Path:
    wanted = data / "s"
    if len(os.fsencode(wanted)) <= LONGEST_SOCKET_FOLDER:
        return make_folder(wanted)
    folder = Path(tempfile.gettempdir()) / f"aurora-{os.geteuid()}-{_digest(data)}"
    make_folder(folder)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise SandboxFailed(f"{folder} is another user's.", hint="Set TMPDIR to a folder of your own.")
    return folder


def _open_to_all(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (folder, *folder.parents))


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
