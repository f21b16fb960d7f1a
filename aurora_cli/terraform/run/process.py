"""Runs Terraform so that it outlives us, and follows what it says.

Terraform dies of SIGPIPE when a pipe that it writes to is closed, and may then leave an empty state. So it writes to files, in a
session of its own (a terminal's Ctrl-C and hang-up do not reach it), under a small shell that waits for it and notes its exit
status. Whoever wants to know what it does reads the files: we, or the next command if we were killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from aurora_cli.terraform.output.events import InterruptRequested, TerraformEvent
from aurora_cli.terraform.output.messages import parse_line
from aurora_cli.terraform.run.interrupts import Interrupts
from aurora_cli.terraform.run.run_folder import Run, new_run

# The traps run nothing but keep the shell alive until Terraform has ended; a trapped (unlike an ignored) signal is back to its
# default in the child. The exit status appears by rename: it is there as a whole or not at all.
_SUPERVISOR = """
trap : INT TERM QUIT
trap '' HUP
pid_file=$1
exit_file=$2
shift 2
printf '%s' "$$" >"$pid_file.tmp" && mv "$pid_file.tmp" "$pid_file"
"$@"
status=$?
printf '%s' "$status" >"$exit_file.tmp" && mv "$exit_file.tmp" "$exit_file"
exit "$status"
"""
_LOOK_EVERY_S = 0.05
_START_GRACE_S = 2.0
KILL_AT = 3
"""The request to stop at which Terraform is killed."""


class Follower:
    """Reads the events of one run until it ends, and passes requests to stop on to it.

    Use as a context manager; it makes no difference whether the run is our own child or one whose parent has died.

    Args:
        run: the run.
        child: its supervisor if it is our own child.
        ended: a pipe that closes when the run ends, if it is our own child.
    """

    def __init__(self, run: Run, child: subprocess.Popen[bytes] | None = None, ended: int | None = None) -> None:
        self.run = run
        self.killed = False
        self._child = child
        self._ended = ended
        self._handled = 0
        self._tail = _Tail(run.events_file)
        self._deadline = time.monotonic() + _START_GRACE_S

    def __enter__(self) -> Follower:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tail.close()
        if self._ended is not None:
            os.close(self._ended)
            self._ended = None
        if self._child is not None and self._child.poll() is None:
            # We leave by an error of our own while Terraform works. It goes on; Python must not warn about the child.
            self._child.returncode = 0

    def events(self, interrupts: Interrupts) -> Iterator[TerraformEvent]:
        """Every event until the run has ended.

        The first request to stop becomes one SIGINT to Terraform's group, the second is only reported, the third kills the
        group. All are reported as `InterruptRequested`.
        """
        while True:
            running = self._is_running()
            yield from self._tail.read()
            yield from self._pass_on(interrupts)
            if not running:
                break
            self._wait()
        yield from self._tail.rest()

    def exit_status(self) -> int | None:
        """Terraform's exit status after the end; None if nobody has noted it (killed, or the machine went down)."""
        return self.run.exit_status()

    def _is_running(self) -> bool:
        if self._child is not None and self._child.poll() is None:
            return True
        return self.run.is_alive()

    def _wait(self) -> None:
        if self._ended is None:
            time.sleep(_LOOK_EVERY_S)
            return
        readable, _, _ = select.select([self._ended], [], [], _LOOK_EVERY_S)
        if readable and self._child is not None:
            # Closed by all who had it: the end is a matter of a moment, unless a stray grandchild holds on to nothing of ours.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(_LOOK_EVERY_S)

    def _pass_on(self, interrupts: Interrupts) -> Iterator[TerraformEvent]:
        while self._handled < interrupts.count and self._can_be_stopped():
            self._handled += 1
            if self._handled == 1:
                self._signal(signal.SIGINT)
            elif self._handled == KILL_AT:
                self.killed = self._signal(signal.SIGKILL)
            yield InterruptRequested(self._handled)

    def _can_be_stopped(self) -> bool:
        # Before its first line Terraform may not have its signal handler yet, or the shell may not have started it.
        return self._tail.has_read or time.monotonic() > self._deadline or not self._is_running()

    def _signal(self, number: signal.Signals) -> bool:
        group = self._child.pid if self._child is not None else self.run.pid()
        if group is None or not self._is_running():
            return False
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):  # ended meanwhile; the second is what macOS says of a zombie
            return False
        return True


def start(
    run_dir: Path,
    operation: str,
    argv: tuple[str, ...],
    *,
    folder: Path,
    env: Mapping[str, str],
    inherited: Sequence[int] = (),
) -> Follower:
    """Start Terraform; gives the follower of its run.

    Args:
        run_dir: where the folders of runs are.
        operation: init, plan, apply, ...; for the record.
        argv: the command line.
        folder: working directory.
        env: the whole environment.
        inherited: descriptors that stay open for as long as the run lasts.

    Raises:
        OSError: the files cannot be written, or the shell cannot be started.
    """
    run = new_run(run_dir, operation, argv)
    if operation == "apply":
        run.keep_config(folder)
    lock = run.take_lock()
    ended, writer = os.pipe()
    try:
        with _private(run.events_file) as out, _private(run.errors_file) as err:
            child = subprocess.Popen(
                ["/bin/sh", "-c", _SUPERVISOR, "aurora-run", str(run.pid_file), str(run.exit_file), *argv],
                cwd=folder,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=(lock, writer, *inherited),
                start_new_session=True,
                umask=0o077,
            )
    except BaseException:
        os.close(ended)
        raise
    finally:
        os.close(lock)
        os.close(writer)
    return Follower(run, child, ended)


def _private(path: Path) -> contextlib.AbstractContextManager[int]:
    return _closing(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600))


@contextlib.contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class _Tail:
    """Reads the whole lines that have been added to a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._pending = b""
        self.has_read = False

    def read(self) -> Iterator[TerraformEvent]:
        """The events of all lines that are complete by now."""
        while chunk := self._chunk():
            self.has_read = True
            *lines, self._pending = (self._pending + chunk).split(b"\n")
            yield from (parse_line(line) for line in lines if line.strip())

    def rest(self) -> Iterator[TerraformEvent]:
        """At the end: what is left, and a last line without its end."""
        yield from self.read()
        if self._pending.strip():
            yield parse_line(self._pending)
        self._pending = b""

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _chunk(self) -> bytes:
        if self._file is None:
            try:
                self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return b""
        return os.read(self._file, 1 << 16)
