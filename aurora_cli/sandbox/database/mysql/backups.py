"""Continuous backup of a cluster: a base copy, and all binary logs since then, from which it is restored to a time."""

from __future__ import annotations

import datetime as dt
import math
import os
import shutil
from itertools import groupby
from pathlib import Path

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.sandbox.database.mysql.binaries import MARIADB
from aurora_cli.sandbox.database.mysql.server import MysqlServer

MOST_LOGS = 256 * 1024 * 1024
"""Bytes of binary logs after which a new base copy takes the place of the old one, and of all before it."""


class MysqlBackups:
    """The backups of a cluster.

    Binary logs are linked into the archive, where they grow as their server writes, and stay when it is deleted. Each server
    has its own, of all that it has executed: where one ends, another has more.

    Args:
        folder: of the cluster.
    """

    def __init__(self, account: Account, folder: Path) -> None:
        self._account = account
        self.archive = folder / "binlogs"
        self._base = folder / "base"

    @property
    def earliest(self) -> float | None:
        """See `Backups`."""
        try:
            return math.ceil((self._base / "aurora.product").stat().st_mtime)
        except OSError:
            return None

    def keep_up(self, primary: MysqlServer) -> None:
        """See `Backups`."""
        self._link(primary)
        files = sorted(self.archive.glob("*"))
        # The first may have ended before the base copy began.
        if self.earliest is not None and sum(file.stat().st_size for file in files[1:]) < MOST_LOGS:
            return
        new = self._base.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        primary.query("FLUSH BINARY LOGS")
        primary.back_up(new)
        shutil.rmtree(self._base, ignore_errors=True)
        new.rename(self._base)
        for file in files[:-1]:  # they ended before the copy began, as did the last one, after which `_link` goes on
            file.unlink(missing_ok=True)
        self._link(primary)

    def _link(self, primary: MysqlServer) -> None:
        self._account.folder(self.archive)
        known = sorted(self.archive.glob("*"))
        first = int(known[-1].name.split("-", 1)[0]) + 1 if known else 1
        files, logs = {one.stat().st_ino for one in known}, primary.binary_logs()
        linked = max((place for place, log in enumerate(logs, 1) if log.stat().st_ino in files), default=0)
        for number, log in enumerate(logs[linked:], first):
            os.link(log, self.archive / f"{number:08}-{primary.key}{log.suffix}")

    def forget(self) -> None:
        """See `Backups`."""
        for folder in (self._base, self.archive):
            shutil.rmtree(folder, ignore_errors=True)

    def restore(self, primary: MysqlServer, recovering: MysqlServer, target: Path, time: float) -> None:
        """See `Backups`."""
        if primary.binaries.product != MARIADB:
            raise SandboxFailed("The sandbox restores clusters of MySQL to their latest time alone.")
        self._link(primary)
        self._account.folder(recovering.folder)
        copy_folder(self._base, recovering.data)
        before = f"{dt.datetime.fromtimestamp(time, dt.timezone.utc):%Y-%m-%d %H:%M:%S}"
        recovering.configure_alone()
        recovering.start()
        for _, logs in groupby(sorted(self.archive.glob("*")), key=lambda one: one.stem.split("-")[1]):
            since = str(recovering.query("SELECT @@gtid_binlog_pos")[0][0])
            recovering.apply_logs(list(logs), since, before)
        recovering.stop()
        recovering.data.rename(target)
