"""Continuous backup of a cluster: a base backup, and all WAL since then, from which it is restored to a time."""

from __future__ import annotations

import datetime as dt
import math
import shutil
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.sandbox.database.postgres.server import PostgresServer
from aurora_cli.sandbox.processes import wait_until

MOST_WAL = 256 * 1024 * 1024
"""Bytes of WAL after which a new base backup takes the place of the old one, and of all before it."""
ARCHIVE_TIMEOUT_S = 30.0


class PostgresBackups:
    """The backups of a cluster.

    Args:
        folder: of the cluster.
    """

    def __init__(self, account: Account, folder: Path) -> None:
        self._account = account
        self.archive = folder / "wal"
        self._base = folder / "base"

    @property
    def earliest(self) -> float | None:
        """Seconds since the epoch of the earliest time to restore to; None before the first base backup."""
        try:
            return math.ceil((self._base / "backup_manifest").stat().st_mtime)
        except OSError:
            return None

    def keep_up(self, primary: PostgresServer) -> None:
        """Take a base backup if there is none, or much WAL since. Raises SandboxFailed."""
        files = list(self.archive.glob("*"))
        if self.earliest is not None and sum(file.stat().st_size for file in files) < MOST_WAL:
            return
        new = self._base.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        primary.back_up(new)
        shutil.rmtree(self._base, ignore_errors=True)
        new.rename(self._base)
        for file in files:  # which were there before the backup began
            file.unlink(missing_ok=True)

    def forget(self) -> None:
        """See `Backups`."""
        shutil.rmtree(self._base, ignore_errors=True)
        for file in self.archive.glob("*"):
            file.unlink(missing_ok=True)

    def restore(self, primary: PostgresServer, recovering: PostgresServer, target: Path, time: float) -> None:
        """Put the data as they were at a time into a folder that does not exist.

        Args:
            primary: the running primary.
            recovering: a server that does not exist, to recover them with; whoever calls deletes it.

        Raises:
            SandboxFailed: the time is not one that can be restored to.
        """
        self._archive_all(primary)
        self._account.folder(recovering.folder)
        copy_folder(self._base, recovering.data)
        moment = dt.datetime.fromtimestamp(time, dt.timezone.utc)
        recovering.recover(self.archive, f"{moment:%Y-%m-%d %H:%M:%S.%f+00}")
        recovering.stop()
        recovering.data.rename(target)

    def _archive_all(self, primary: PostgresServer) -> None:
        """So that the archive has a transaction that is later than any time to restore to."""
        primary.query("SELECT pg_logical_emit_message(true, 'aurora', 'restore')")
        name = primary.query("SELECT pg_walfile_name(pg_switch_wal())")[0][0]
        if not wait_until((self.archive / name).exists, timeout_s=ARCHIVE_TIMEOUT_S, every_s=0.02):
            raise SandboxFailed(f"The WAL segment {name} is not archived.")
