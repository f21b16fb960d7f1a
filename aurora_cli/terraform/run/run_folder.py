"""One run of Terraform on disk: what was started, what it printed, and how it ended.

Terraform is started so that it outlives us (see `process.py`), hence everything about a run is in files, for whoever comes next:

    <runs>/<id>/run.json      what was started, and the outcome once somebody has seen it
                events.jsonl  Terraform's standard output
                errors.txt    its standard error
                pid           process id of the supervising shell, which is also the process group
                exit          Terraform's exit status, once it has ended
                config/       of an apply: the files that it applied
                alive         locked (flock) by the supervisor and Terraform for as long as one of them lives

A run that is dealt with keeps run.json, config/ and its output, as events.jsonl.gz; what nobody reads any more takes a twentieth.

A lock and not a process id says whether a run goes on: a lock is freed by the system at the death of its last holder, however it
dies, and neither a recycled process id nor a reboot can fake it.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from aurora_cli.json_input import as_dataclass, read_json
from aurora_cli.writing import write_atomic

KEPT_RUNS = 20


@dataclass(frozen=True)
class RunRecord:
    """What was started.

    Attributes:
        id: folder name of the run; sorts by time.
        operation: init, plan, apply, unlock or push.
        argv: the command line.
        started_at: RFC 3339 in UTC.
        finished_at: when the end was seen and dealt with; None until then.
        exit_status: Terraform's, None if unknown.
        reconciled: whether what it created was compared with the state and AWS since, after an apply that did not end well.
    """

    id: str
    operation: str
    argv: tuple[str, ...]
    started_at: str
    finished_at: str | None = None
    exit_status: int | None = None
    reconciled: bool = False

    @property
    def unreconciled(self) -> bool:
        """Whether AWS may have what it created and the state does not hold."""
        return self.operation == "apply" and self.exit_status != 0 and not self.reconciled


class Run:
    """The folder of one run.

    Args:
        folder: `<runs>/<id>`.
        record: what is in its run.json.
    """

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self.folder = folder
        self.record = record

    @property
    def events_file(self) -> Path:
        """Terraform's standard output."""
        return self.folder / "events.jsonl"

    @property
    def errors_file(self) -> Path:
        """Terraform's standard error."""
        return self.folder / "errors.txt"

    @property
    def pid_file(self) -> Path:
        """Where the supervisor writes its process id."""
        return self.folder / "pid"

    @property
    def exit_file(self) -> Path:
        """Where the supervisor writes Terraform's exit status."""
        return self.folder / "exit"

    def pid(self) -> int | None:
        """Process id of the supervisor and of the group; None if it has not come so far."""
        return _number(self.pid_file)

    def exit_status(self) -> int | None:
        """Terraform's exit status (128 + n for signal n); None while it runs, and for ever if the supervisor was killed."""
        return _number(self.exit_file)

    def last_heard(self) -> datetime:
        """When Terraform last wrote something, or the supervisor its end."""
        times = [f.stat().st_mtime for f in (self.events_file, self.exit_file) if f.exists()]
        return datetime.fromtimestamp(max(times, default=0.0), tz=timezone.utc)

    def errors(self, limit: int = 20_000) -> str:
        """The end of standard error, at most `limit` bytes."""
        try:
            return self.errors_file.read_bytes()[-limit:].decode("utf-8", errors="replace").strip()
        except FileNotFoundError:
            return ""

    def take_lock(self) -> int:
        """Open and lock the `alive` file; the descriptor is passed to the process that it stands for."""
        descriptor = os.open(self.folder / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor

    def is_alive(self) -> bool:
        """Whether Terraform still works. Asked in this order, the answer cannot be wrong about the exit status."""
        if self.exit_file.exists():
            return False
        try:
            descriptor = os.open(self.folder / "alive", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def keep_config(self, folder: Path) -> None:
        """Keep the rendered files of `folder` as they are now. They are replaced and never written into, so a link does."""
        for file in (*folder.glob("*.tf"), *folder.glob("*/*.tf")):
            if file.stat().st_mode & 0o077:
                continue  # a user's own file stays where it is: it may hold a secret
            kept = self.folder / "config" / file.relative_to(folder)
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.link(file, kept)

    def config(self) -> dict[str, str]:
        """The files that `keep_config` has kept: name -> content."""
        folder = self.folder / "config"
        return {str(f.relative_to(folder)): f.read_text(encoding="utf-8") for f in sorted(folder.rglob("*.tf"))}

    def mark_reconciled(self) -> None:
        """Note that what it created was compared with the state and AWS."""
        self.record = replace(self.record, reconciled=True)
        self.save()

    def finish(self, exit_status: int | None) -> None:
        """Note that the end of this run has been seen and dealt with."""
        self.record = replace(self.record, finished_at=_now(), exit_status=exit_status)
        self.save()
        self.pid_file.unlink(missing_ok=True)  # the number may be another process's by now
        if not self.record.unreconciled:
            self._pack()

    def _pack(self) -> None:
        """Compress the output, and remove what run.json says too. A full disk leaves the files as they are."""
        with suppress(OSError):
            packed = gzip.compress(self.events_file.read_bytes(), compresslevel=6, mtime=0)
            write_atomic(self.events_file.with_name("events.jsonl.gz"), packed, sync=False)
            self.events_file.unlink()
            self.exit_file.unlink(missing_ok=True)

    def save(self) -> None:
        """Write run.json."""
        temporary = self.folder / "run.json.tmp"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self.record), file, indent=2)
        temporary.replace(self.folder / "run.json")


def new_run(runs_dir: Path, operation: str, argv: tuple[str, ...]) -> Run:
    """A folder for a run that is about to start. Older runs are removed, except the last `KEPT_RUNS` and unfinished ones."""
    runs_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _prune(runs_dir)
    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
    identifier = f"{moment}-{operation}-{os.urandom(3).hex()}"
    folder = runs_dir / identifier
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)
    run = Run(folder, RunRecord(identifier, operation, argv, _now()))
    run.save()
    return run


def unfinished_runs(runs_dir: Path) -> list[Run]:
    """Runs whose end nobody has dealt with, oldest first. Folders without a readable run.json never started anything."""
    return [run for run in _runs(runs_dir) if run.record.finished_at is None]


def unreconciled_runs(runs_dir: Path) -> list[Run]:
    """Applies that did not end well and were not compared with AWS since, oldest first."""
    return [run for run in _runs(runs_dir) if run.record.unreconciled]


def _runs(runs_dir: Path) -> list[Run]:
    if not runs_dir.is_dir():
        return []
    found = [
        (folder, read_json(folder / "run.json", _record, lambda why: None)) for folder in sorted(runs_dir.iterdir())
    ]
    return [Run(folder, record) for folder, record in found if record is not None]


def _record(data: Any) -> RunRecord:
    return as_dataclass(RunRecord, data)


def _prune(runs_dir: Path) -> None:
    finished = [r for r in _runs(runs_dir) if r.record.finished_at is not None and not r.record.unreconciled]
    for run in finished[: max(len(finished) - KEPT_RUNS + 1, 0)]:
        shutil.rmtree(run.folder, ignore_errors=True)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii").strip())
    except (FileNotFoundError, ValueError):
        return None


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
