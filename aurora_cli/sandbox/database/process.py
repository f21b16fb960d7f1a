"""What every server has, whatever its engine: data, a process, a log."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from aurora_cli.errors import SandboxFailed
from aurora_cli.sandbox.database.account import Account
from aurora_cli.sandbox.database.programs import Binaries
from aurora_cli.sandbox.database.supervisor import Process, Supervisor
from aurora_cli.sandbox.processes import wait_until

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0


class ServerProcess:
    """A server, running or not.

    Args:
        key: its name on disk, short and unique.
        folder: of the cluster.
        crashed: is called when it has ended without being told to.
    """

    LOG: ClassVar[str]
    GENTLE: ClassVar[signal.Signals]
    HARD: ClassVar[signal.Signals]
    """What it is told to end with: in order, and at once."""

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
        self.log = self.folder / self.LOG
        self.sockets = account.sockets / key
        self._account, self._supervisor, self._crashed = account, supervisor, crashed
        self._process: Process | None = None
        self._expected = True

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and not self._process.ended.is_set()

    @property
    def pid(self) -> int | None:
        """Its process ID; None if it is not running."""
        return self._process.pid if self._process is not None and self.running else None

    def stop(self, *, fast: bool = False) -> None:
        """Stop it; see `Server`."""
        process = self._process
        if process is None:
            return
        self._expected = True
        for one, seconds in (
            (self.HARD if fast else self.GENTLE, STOP_TIMEOUT_S),
            (self.HARD, 5.0),
            (signal.SIGKILL, 5.0),
        ):
            self._supervisor.signal(process, one)
            if process.ended.wait(seconds):
                break

    def delete(self) -> None:
        """Stop it and delete its data."""
        self.stop(fast=True)
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

    def _start(self, argv: list[str], accepts: Callable[[], bool]) -> None:
        """Start it, and wait until it accepts connections.

        Raises:
            SandboxFailed: it ended instead, or takes too long; contains the end of its log.
        """
        self._account.folder(self.sockets)
        size = self.log.stat().st_size if self.log.exists() else 0
        process = self._process = self._supervisor.start(
            argv, uid=self._account.uid, log=self.log, ending=self._ended, signals=(self.GENTLE, self.HARD)
        )
        ready = wait_until(lambda: process.ended.is_set() or accepts(), timeout_s=READY_TIMEOUT_S, every_s=0.02)
        if not ready or process.ended.is_set():
            self.stop(fast=True)
            raise SandboxFailed(
                f"The database server does not start: {self._reason(size)}", details={"log": str(self.log)}
            )
        self._expected = False

    def _make_folder(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self._account.folder(self.folder)

    def _ended(self) -> None:
        if not self._expected:
            threading.Thread(target=self._crashed, name=f"crash-{self.key}", daemon=True).start()

    def _end_stale(self, pid_file: str) -> None:
        """End a server of these data that an emulator before this one has left."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self.data / pid_file).read_text().splitlines()[0])
            if Path(f"/proc/{pid}/cwd").readlink() == self.data:
                os.kill(pid, self.GENTLE)
                wait_until(lambda: not Path(f"/proc/{pid}").exists(), timeout_s=10.0)

    def _run(
        self,
        tool: str,
        *arguments: str,
        user: str | None = None,
        binaries: Binaries | None = None,
        text: str | None = None,
        cwd: Path = Path("/"),
    ) -> str:
        """What a program prints: any bytes, which another one gets as they are, ends of lines too (`surrogateescape`)."""
        uid = self._account.uid
        account: dict[str, Any] = {} if uid is None else {"user": user or uid, "group": uid, "extra_groups": []}
        environ = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        try:
            done = subprocess.run(
                [(binaries or self.binaries).tool(tool), *arguments],
                capture_output=True,
                input=text.encode("utf-8", "surrogateescape") if text is not None else None,
                check=False,
                cwd=cwd,
                env=environ,
                **account,
            )
        except OSError as error:
            raise SandboxFailed(f"{tool} does not run: {error}") from error
        if done.returncode:
            output = (done.stderr or done.stdout).decode("utf-8", "replace")
            raise SandboxFailed(f"{tool} fails: {self._complaint(output)}", details={"output": output[-2000:]})
        return str(done.stdout.decode("utf-8", "surrogateescape"))

    def _complaint(self, output: str) -> str:
        """Why a program has failed, from its output."""
        return last_line(output)

    def _reason(self, since: int) -> str:
        """Why it has ended, from what its log has got since then."""
        with suppress(OSError):
            return self._cause(self.log.read_bytes()[since:].decode("utf-8", "replace"))
        return "its log cannot be read"

    def _cause(self, log: str) -> str:
        return last_line(log)


def last_line(text: str) -> str:
    """The last line that is not empty."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no output"
