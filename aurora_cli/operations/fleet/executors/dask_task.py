"""What runs on a worker of Dask: one command as a process in a session of its own, which outlives the worker.

Workers see the home and the specs of the controller at the same paths. So the process writes to the files of the run itself, and
only words, paths and digests travel. From a worker's second command on they are forked, from a server that ends with the worker.

A task that Dask starts again, since its worker was lost, finds these files: the process of the lost worker may still run then,
and holds the lock of the stack, which is waited for.
"""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from aurora_cli import __version__
from aurora_cli.errors import StackLocked, TerraformMissing
from aurora_cli.json_input import json_object, read_json
from aurora_cli.operations.fleet.executors.executor import Task
from aurora_cli.operations.fleet.executors.forks import Fork
from aurora_cli.operations.fleet.executors.launcher import Launcher

_LOOK_S = 2.0
"""From one try to the next, while another process works on the stack."""


@dataclass(frozen=True)
class Job:
    """What travels to a worker.

    Attributes:
        key: of Dask's task.
        words: the command line after `aurora-cli`.
        out, log: files for standard output and standard error.
        files: the spec and its `fleet.yaml`, with the digest that each had for the controller.
        version: of the controller's aurora-cli.
    """

    key: str
    words: tuple[str, ...]
    out: str
    log: str
    files: tuple[tuple[str, str], ...]
    version: str = __version__


@dataclass(frozen=True)
class Outcome:
    """What travels back.

    Attributes:
        status: exit status; None where nobody knows it.
        seconds: how long the last process ran.
        starts: how often Dask has started the task.
        refused: a sentence and a hint, where this worker must not run it.
    """

    status: int | None
    seconds: float = 0.0
    starts: int = 1
    refused: tuple[str, str] | None = None


@dataclass
class _Running:
    process: subprocess.Popen[bytes] | Fork | None = None
    interrupted: Event = field(default_factory=Event)

    def interrupt(self) -> None:
        self.interrupted.set()
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGINT)


_running: dict[str, _Running] = {}
_launchers: list[Launcher] = []
"""The worker's one, once it has run a command."""


def run(job: Job) -> Outcome:
    """Run a command to its end."""
    refused = _refusal(job)
    if refused:
        return Outcome(None, refused=refused)
    out, log = Path(job.out), Path(job.log)
    starts = _set_aside(out, log)
    one = _running.setdefault(job.key, _Running())
    try:
        while True:
            began = time.monotonic()
            one.process = _launcher().start(Task(job.key, job.words, out, log))
            if one.interrupted.is_set():
                one.interrupt()
            status = one.process.wait()
            known = status is not None and status >= 0
            ended = Outcome(status if known else None, time.monotonic() - began, starts)
            if starts == 1 or not (status and _is_locked(out)):
                return ended
            if one.interrupted.wait(_LOOK_S):  # what the lost worker has started runs on: nobody knows how it ends
                return Outcome(None, ended.seconds, starts)
    finally:
        _running.pop(job.key, None)


def interrupt(keys: Sequence[str]) -> None:
    """Ask the commands of this worker that have these keys to stop, as Ctrl-C does."""
    for key in keys:
        found = _running.get(key)
        if found is not None:
            found.interrupt()


@dataclass(frozen=True)
class Place:
    """Where a worker runs.

    Attributes:
        host: its name.
        sees_home: whether it has the home of the controller.
        terraform: e.g. `Terraform 1.11.4`; or why there is none that can be used.
    """

    host: str
    sees_home: bool
    terraform: str


def look(marker: str, terraform: str | None, embedded: bool) -> Place:
    """Where this worker runs.

    Args:
        marker: a file in the home of the controller.
        terraform: the Terraform that was named, if any.
        embedded: whether the embedded one may be used.
    """
    from aurora_cli.terraform.binary import find_binary

    try:
        found = find_binary(terraform, os.environ, embedded=embedded)
        version = f"{found.product} {found.version}"
    except TerraformMissing as problem:
        version = problem.message
    return Place(socket.gethostname(), Path(marker).is_file(), version)


def digest_of(path: Path) -> str:
    """Of the content of a file; empty where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _launcher() -> Launcher:
    if _launchers:
        _launchers[0].expect_more()
    else:
        _launchers.append(Launcher(os.environ))
    return _launchers[0]


def _refusal(job: Job) -> tuple[str, str] | None:
    host = socket.gethostname()
    if job.version != __version__:
        said = f"The worker on {host} has version {__version__} of aurora-cli, and this machine {job.version}."
        return said, "Install the same version everywhere, and start the worker again."
    if not Path(job.log).parent.is_dir():
        said = f"The worker on {host} does not see {Path(job.log).parent}."
        return said, "Give all machines the same home, on a file system that they share."
    for name, digest in job.files:
        if digest_of(Path(name)) != digest:
            said = f"{name} is not the same for the worker on {host}."
            return said, "Bring its folder to the same revision as here."
    return None


def _set_aside(out: Path, log: Path) -> int:
    """Leave the files to processes of lost workers, which may still write; gives how often the task is started, now included."""
    if not log.exists():
        return 1
    lost = len(list(log.parent.glob(f"{log.stem}.lost-*.log"))) + 1
    for path in (out, log):
        with suppress(FileNotFoundError):
            path.rename(path.with_name(f"{path.stem}.lost-{lost}{path.suffix}"))
    return lost + 1


def _is_locked(out: Path) -> bool:
    document: dict[str, Any] = read_json(out, json_object, lambda why: {}, {})
    error = document.get("error")
    return isinstance(error, dict) and error.get("code") == StackLocked.code
