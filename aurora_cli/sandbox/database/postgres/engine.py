"""PostgreSQL as the server of Aurora PostgreSQL's clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.engine import Changes, Server
from aurora_cli.sandbox.database.postgres.backups import PostgresBackups
from aurora_cli.sandbox.database.postgres.binaries import NONE_HINT, choose, installed
from aurora_cli.sandbox.database.postgres.changes import PostgresChanges
from aurora_cli.sandbox.database.postgres.server import PostgresServer
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.database.supervisor import Supervisor


class PostgresEngine:
    """See `Engine`.

    Args:
        environ: names a PostgreSQL, or has it on its PATH.

    Raises:
        SandboxFailed: no server can run here; says why.
    """

    def __init__(self, account: Account, supervisor: Supervisor, environ: Mapping[str, str]) -> None:
        self.available = installed(environ)
        if not self.available:
            raise SandboxFailed("No PostgreSQL that runs here is installed.", hint=NONE_HINT)
        self._account, self._supervisor = account, supervisor
        self.changes: Changes | None = PostgresChanges()
        account.check(account.usable(self.available[0]))
        self._programs = Programs(account, self.available)

    def server(
        self, key: str, folder: Path, crashed: Callable[[], None], *, major: int, like: Server | None = None
    ) -> PostgresServer:
        """See `Engine`."""
        needed = self._programs.for_data(folder / key / "data")
        binaries = needed or (like.binaries if like else self._programs.for_cluster(major))
        return PostgresServer(self._account, self._supervisor, binaries, key, folder, crashed)

    def upgrade_to(self, major: int) -> Binaries | None:
        """See `Engine`."""
        return self._programs.upgrade_to(major)

    def backups(self, folder: Path) -> PostgresBackups:
        """See `Engine`."""
        return PostgresBackups(self._account, folder)


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
