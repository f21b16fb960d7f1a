"""What one command on a fleet has done so far, on disk: it can be killed at any point, and another one reads on.

<home>/fleet/<id>/_run.json       the command, when and by whom, and the clusters that it is about; no cluster has such a name
                  NAME.json       standard output of the command on that cluster
                  NAME.log        its standard error
                  NAME.end.json   how it ended: exit status, seconds
                  _apply.json, _progress.json, NAME.state.json, _abort, _lock: see `rollout/record.py`
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.json_input import as_dataclass, json_object, read_json
from aurora_cli.operations.fleet.executors.executor import Ended, Task
from aurora_cli.writing import make_folder, write_atomic

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

KEPT = 10
"""Runs of a command that stay; older ones are removed."""
RECORD = "_run.json"
UNFINISHED = "_unfinished"
"""File of a run that can be resumed."""


CHANGES = 7
"""Exit status of a plan with changes, and with an error that of an operation after which the plan has some."""


@dataclass(frozen=True)
class End:
    """How a command on one cluster ended.

    Attributes:
        status: exit status; None where nobody knows it.
        seconds: how long it ran.
    """

    status: int | None
    seconds: float


@dataclass(frozen=True)
class Result:
    """What is known of a command on one cluster.

    Attributes:
        end: None where it has not ended.
        document: what it wrote to standard output, empty where that is not a JSON object.
        log: its file for standard error.
    """

    end: End | None
    document: dict[str, Any]
    log: Path

    @property
    def error(self) -> dict[str, Any] | None:
        """`{code, message, hint, exit_status}` of what went wrong; None where it ended well."""
        if self.end is None or self.end.status is None:
            message = f"The command was killed; its output is in {self.log}."
            return {"code": "unknown", "message": message, "hint": None, "exit_status": None}
        if self.end.status == 0 or (self.end.status == CHANGES and "error" not in self.document):
            return None
        found = self.document.get("error")
        told = found if isinstance(found, dict) else {}
        generic = f"The command ended with status {self.end.status}; its output is in {self.log}."
        message = str(told.get("message") or self._said() or generic)
        return {
            "code": str(told.get("code", "error")),
            "message": message,
            "hint": told.get("hint"),
            "exit_status": self.end.status,
        }

    @property
    def problem(self) -> dict[str, Any] | None:
        """The error of a command that is to write JSON: also where it ended well and wrote none."""
        if self.error or self.document:
            return self.error
        message = f"What the command wrote cannot be read; it is in {self.log.with_suffix('.json')}."
        return {"code": "error", "message": message, "hint": None, "exit_status": 0}

    def _said(self) -> str:
        """The last error that a command without a JSON document has told people, in one line."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return (
            " ".join(f"\n{text}".rpartition("\nerror: ")[2].partition("\nhint: ")[0].split())
            if "error: " in text
            else ""
        )


class FleetRun:
    """The folder of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        """Name of the run; sorts by time."""
        return self.folder.name

    @property
    def command(self) -> str:
        """`plan`, `apply`, ...; part of the name."""
        return self.id.partition("-")[2].rpartition("-")[0]

    @property
    def record(self) -> dict[str, Any]:
        """What is known of the whole; empty where that is missing or damaged."""
        found: dict[str, Any] = read_json(self.folder / RECORD, json_object, lambda why: {}, {})
        return found

    @property
    def clusters(self) -> list[str]:
        """The names that it is about; none where its record is damaged."""
        found = self.record.get("clusters")
        return [str(one) for one in found] if isinstance(found, list) else []

    def task(self, name: str, words: Sequence[str], limits: Sequence[tuple[str, int]] = (), kind: str = "") -> Task:
        """A command on one of the clusters, whose output is kept here.

        Args:
            kind: set the output of another command on the same cluster apart, e.g. `.health`.
        """
        files = (self.folder / f"{name}{kind}.json", self.folder / f"{name}{kind}.log")
        return Task(name, tuple(words), *files, tuple(limits))

    def note(self, ended: Ended) -> None:
        """Keep how a task has ended."""
        end = End(ended.status, round(ended.seconds, 3))
        write_atomic(ended.task.out.with_suffix(".end.json"), json.dumps(asdict(end)) + "\n")

    def result(self, name: str, kind: str = "") -> Result:
        """What is known of one cluster; nothing where its files are missing or damaged. `kind` is as in `task`."""
        stem = f"{name}{kind}"
        end = read_json(self.folder / f"{stem}.end.json", lambda data: as_dataclass(End, data), lambda why: None, None)
        document: dict[str, Any] = read_json(self.folder / f"{stem}.json", json_object, lambda why: {}, {})
        return Result(end, document, self.folder / f"{stem}.log")


def runs_of(app: AppContext) -> list[FleetRun]:
    """The runs of this home, the oldest first."""
    folder = app.home.path / "fleet"
    found = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return [FleetRun(path) for path in found]


def begin_run(app: AppContext, command: str, names: Sequence[str], more: Mapping[str, Any] | None = None) -> FleetRun:
    """A new run; the oldest ones of the command are removed, except what can be resumed.

    Args:
        more: further keys of its record.

    Raises:
        InvalidInput: the home cannot be used.
    """
    app.home.prepare()
    runs = make_folder(app.home.path / "fleet")
    alike = [one for one in runs_of(app) if one.command == command and not (one.folder / UNFINISHED).exists()]
    for old in alike[: -(KEPT - 1)]:
        shutil.rmtree(old.folder, ignore_errors=True)
    now = app.clock.now()
    folder = make_folder(runs / f"{now.strftime('%Y%m%dT%H%M%S')}-{command}-{os.urandom(3).hex()}")
    record = {
        "command": command,
        "started_at": now.isoformat(timespec="seconds"),
        "who": app.user,
        "clusters": list(names),
        **(more or {}),
    }
    write_atomic(folder / RECORD, json.dumps(record, indent=2) + "\n")
    return FleetRun(folder)


def newest_run(app: AppContext, command: str) -> FleetRun | None:
    """The last run of a command; None where there is none."""
    return next((run for run in reversed(runs_of(app)) if run.command == command), None)
