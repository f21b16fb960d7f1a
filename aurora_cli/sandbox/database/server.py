"""One PostgreSQL server: its data directory, its process, and what it is told."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import NOBODY, Account
from aurora_cli.sandbox.database.binaries import Binaries
from aurora_cli.sandbox.database.copying import copy_folder
from aurora_cli.sandbox.database.settings import HBA, PORT, SUPERUSER, ServerSettings
from aurora_cli.sandbox.database.supervisor import Process, Supervisor
from aurora_cli.sandbox.processes import wait_until

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
FORMER_DATA = "former"
"""Name of the data before an upgrade, beside those after it."""
_INITDB = (
    f"--username={SUPERUSER}",
    "--auth=trust",
    "--data-checksums",
    "--wal-segsize=1",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
)


class Server:
    """A server, running or not.

    Args:
        key: its name on disk, short and unique.
        folder: of the cluster.
        crashed: is called when it has ended without being told to.
    """

    def __init__(
        self,
        account: Account,
        supervisor: Supervisor,
        binaries: Binaries,
        key: str,
        folder: Path,
        crashed: Callable[[], None],
    ) -> None:
        self.key, self.binaries = key, binaries
        self.folder = folder / key
        self.data = self.folder / "data"
        self.log = self.folder / "postgresql.log"
        self.sockets = account.sockets / key
        self._account, self._supervisor, self._crashed = account, supervisor, crashed
        self._process: Process | None = None
        self._expected = True

    @property
    def exists(self) -> bool:
        """Whether it has data."""
        return (self.data / "PG_VERSION").exists()

    @property
    def is_standby(self) -> bool:
        """Whether it follows another server."""
        return (self.data / "standby.signal").exists()

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and not self._process.ended.is_set()

    @property
    def pid(self) -> int | None:
        """Process ID of the postmaster; None if it is not running."""
        return self._process.pid if self._process is not None and self.running else None

    def create(self) -> None:
        """Initialize an empty data directory. Raises SandboxFailed."""
        self._make_folder()
        with self._of_known_user() as (folder, user):
            self._run("initdb", "-D", f"{folder}/data", *_INITDB, user=user)
            self._account.own_all(folder)
            (folder / "data").rename(self.data)

    @contextmanager
    def _of_known_user(self) -> Iterator[tuple[Path, str | None]]:
        """A folder for programs that look their user up, unlike all others, and a user that is known; None: our own."""
        with tempfile.TemporaryDirectory(dir=self._account.data) as folder:
            if self._account.uid is not None:
                shutil.chown(folder, NOBODY)
            yield Path(folder), NOBODY if self._account.uid is not None else None

    def upgrade(self, new: Binaries, functions: str) -> None:
        """Make its data, of a server that was shut down, those of a later major version. Until then they stay as they are.

        Args:
            new: its programs, with pg_upgrade.
            functions: statements for template0, from which pg_upgrade makes databases; each ends with a line.

        Raises:
            SandboxFailed: pg_upgrade refuses, or fails; says why.
        """
        former = self.data.with_name(FORMER_DATA)
        with self._of_known_user() as (folder, user):
            copy_folder(self.data, folder / "old")
            for name in ("postgresql.conf", "standby.signal", "postmaster.pid"):
                (folder / "old" / name).unlink(missing_ok=True)
            self._account.write(folder / "old" / "postgresql.conf", "")
            self._account.write(folder / "functions.sql", functions.replace(";\n", ";\n\n"))
            if user is not None:
                for path in (folder, *folder.rglob("*")):
                    shutil.chown(path, user)
            self._run("initdb", "-D", f"{folder}/data", *_INITDB, user=user, binaries=new)
            single = ("--single", "-j", "-D", f"{folder}/data", "template0")
            self._run("postgres", *single, user=user, binaries=new, given=folder / "functions.sql")
            places = ("-b", str(self.binaries.folder), "-d", f"{folder}/old", "-D", f"{folder}/data", "-s", str(folder))
            self._run("pg_upgrade", *places, "-U", SUPERUSER, "--link", user=user, binaries=new, cwd=folder)
            self._account.own_all(folder)
            self.data.rename(former)
            (folder / "data").rename(self.data)
        shutil.rmtree(former, ignore_errors=True)
        self.binaries = new

    def finish_upgrade(self) -> None:
        """Bring an upgrade that was interrupted to its end, or take it back."""
        former = self.data.with_name(FORMER_DATA)
        if former.exists() and not self.data.exists():
            former.rename(self.data)
        shutil.rmtree(former, ignore_errors=True)

    def copy_of(self, writer_sockets: Path, slot: str | None) -> None:
        """Make this a base backup of a running server. Raises SandboxFailed."""
        self._make_folder()
        self.back_up(writer_sockets, self.data, *(("-S", slot) if slot else ()))

    def back_up(self, sockets: Path, target: Path, *options: str) -> None:
        """Put a base backup of a running server into a folder of its own. Raises SandboxFailed."""
        source = ("-h", str(sockets), "-p", str(PORT), "-U", SUPERUSER)
        self._run("pg_basebackup", *source, "-D", str(target), "-X", "stream", "-c", "fast", "--no-sync", *options)

    def rewind(self, writer_sockets: Path) -> None:
        """Bring data that has gone another way back to where the writer's timeline began. Raises SandboxFailed."""
        source = f"host={writer_sockets} port={PORT} user={SUPERUSER} dbname=postgres"
        self._run("pg_rewind", "-D", str(self.data), f"--source-server={source}", "--no-sync")

    def configure(self, settings: ServerSettings, *, standby: bool) -> None:
        """Write its configuration, which holds from the next start or reload."""
        self._account.write(self.data / "postgresql.conf", settings.text())
        self._account.write(self.data / "pg_hba.conf", HBA)
        (self.data / "postgresql.auto.conf").unlink(missing_ok=True)
        mark = self.data / "standby.signal"
        if standby:
            self._account.write(mark, "")
        else:
            mark.unlink(missing_ok=True)

    def recover(self, restore_command: str, time: str) -> None:
        """Replay archived WAL up to a time, and become a primary. Raises SandboxFailed: that time is not reached."""
        restore = {
            "restore_command": restore_command,
            "recovery_target_time": time,
            "recovery_target_action": "promote",
            "hot_standby": "off",  # which would wait for settings that are not less than those of the primary
        }
        settings = ServerSettings(str(self.sockets), self.key, None, None, "", {}, {}, restore)
        self.configure(settings, standby=False)
        self._account.write(self.data / "recovery.signal", "")
        self.start()
        if not wait_until(lambda: self.query("SELECT pg_is_in_recovery()") == [(False,)], timeout_s=READY_TIMEOUT_S):
            raise SandboxFailed("The recovery does not end.", details={"log": str(self.log)})

    def start(self) -> None:
        """Start it, and wait until it accepts connections.

        Raises:
            SandboxFailed: it ended instead, or takes too long; contains the end of its log.
        """
        self._end_stale()
        self._account.folder(self.sockets)
        size = self.log.stat().st_size if self.log.exists() else 0
        argv = [self.binaries.tool("postgres"), "-D", str(self.data)]
        process = self._process = self._supervisor.start(argv, uid=self._account.uid, log=self.log, ending=self._ended)
        ready = wait_until(lambda: process.ended.is_set() or self._accepts(), timeout_s=READY_TIMEOUT_S, every_s=0.02)
        if not ready or process.ended.is_set():
            self.stop(signal.SIGQUIT)
            raise SandboxFailed(
                f"The database server does not start: {self._reason(size)}", details={"log": str(self.log)}
            )
        self._expected = False

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop it: by default a fast shutdown, which sends standbys all that is committed."""
        process = self._process
        if process is None:
            return
        self._expected = True
        for one, seconds in ((number, STOP_TIMEOUT_S), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            self._supervisor.signal(process, one)
            if process.ended.wait(seconds):
                break

    def reload(self) -> None:
        """Have it read its configuration again."""
        if self._process is not None:
            self._supervisor.signal(self._process, signal.SIGHUP)

    def promote(self) -> None:
        """Make a standby the writer. Raises SandboxFailed."""
        if self.query("SELECT pg_promote(true, 60)") != [(True,)]:
            raise SandboxFailed("The standby is not promoted within 60 s.", details={"log": str(self.log)})

    def query(self, statement: str, parameters: tuple[Any, ...] = (), database: str = "postgres") -> list[Any]:
        """Run a statement as the superuser; returns its rows.

        Raises:
            SandboxFailed: the server is not running or refuses.
        """
        import psycopg

        try:
            with self.connect(database) as connection:
                cursor = connection.execute(statement.encode(), parameters or None)
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise SandboxFailed(f"The database server refuses: {str(error).strip()}") from error

    def connect(self, database: str = "postgres") -> Any:
        """A connection of the superuser, without transactions. Raises psycopg.Error."""
        import psycopg

        return psycopg.connect(
            host=str(self.sockets), port=PORT, user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=10
        )

    def control(self) -> Mapping[str, str]:
        """The lines of pg_controldata. Raises SandboxFailed."""
        lines = self._run("pg_controldata", "-D", str(self.data)).splitlines()
        return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def delete(self) -> None:
        """Stop it and delete its data."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def disk(self) -> int:
        """Bytes of its files."""
        total = 0
        for parent, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):
                    total += os.lstat(os.path.join(parent, name)).st_blocks * 512  # noqa: PTH118
        return total

    def memory(self) -> int:
        """Bytes of memory of its processes, of shared pages their part; 0 where the system does not say."""
        pid, total = self.pid, 0
        with suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            for one in (str(pid), *children):
                with suppress(OSError):
                    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{one}/smaps_rollup").read_text(), re.MULTILINE)
                    total += int(found.group(1)) * 1024 if found else 0
        return total

    def _make_folder(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self._account.folder(self.folder)

    def _accepts(self) -> bool:
        import psycopg

        with suppress(psycopg.Error), self.connect():
            return True
        return False

    def _ended(self) -> None:
        if not self._expected:
            threading.Thread(target=self._crashed, name=f"crash-{self.key}", daemon=True).start()

    def _end_stale(self) -> None:
        """End a server of these data that an emulator before this one has left."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            if Path(f"/proc/{pid}/cwd").readlink() == self.data:
                os.kill(pid, signal.SIGINT)
                wait_until(lambda: not Path(f"/proc/{pid}").exists(), timeout_s=10.0)

    def _run(
        self,
        tool: str,
        *arguments: str,
        user: str | None = None,
        binaries: Binaries | None = None,
        given: Path | None = None,
        cwd: Path = Path("/"),
    ) -> str:
        uid = self._account.uid
        account: dict[str, Any] = {} if uid is None else {"user": user or uid, "group": uid, "extra_groups": []}
        environ = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        try:
            done = subprocess.run(
                [(binaries or self.binaries).tool(tool), *arguments],
                input=given.read_text(encoding="utf-8") if given else None,
                capture_output=True,
                text=True,
                check=False,
                cwd=cwd,
                env=environ,
                **account,
            )
        except OSError as error:
            raise SandboxFailed(f"{tool} does not run: {error}") from error
        if done.returncode:
            output = done.stderr or done.stdout
            raise SandboxFailed(f"{tool} fails: {_reason(output)}", details={"output": output[-2000:]})
        return str(done.stdout)

    def _reason(self, since: int) -> str:
        with suppress(OSError):
            text = self.log.read_bytes()[since:].decode("utf-8", "replace")
            lines = [
                line.split(":  ", 1)[1] for line in text.splitlines() if re.search(r"(?:LOG|FATAL|PANIC):  ", line)
            ]
            causes = [line for line in lines if re.search("No space left|parameter", line)]
            return (causes or lines or [_last_line(text)])[-1]
        return "its log cannot be read"


def _reason(output: str) -> str:
    """The last line; of pg_upgrade the sentence on what keeps it from an upgrade."""
    found = re.search(r"^(Your (?:installation|cluster) .+?)(?:\.\s|\n\n)", output, re.DOTALL | re.MULTILINE)
    return " ".join(found[1].split()) if found else _last_line(output.replace("Failure, exiting", ""))


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no output"
