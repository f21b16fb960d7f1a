"""What one command on a fleet has done so far, on disk: it can be killed at any point, and another one reads on.

<home>/fleet/<id>/run.json        the command, when and by whom, and the clusters that it is about
                  NAME.json       standard output of the command on that cluster
                  NAME.log        its standard error
                  NAME.end.json   how it ended: exit status, seconds
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurora_cli.json_input import as_dataclass, json_object, read_json
from aurora_cli.operations.fleet.executor import Ended, Task
from aurora_cli.writing import make_folder, write_atomic

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

KEPT = 10
"""Runs of each command that stay; older ones are removed."""


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
        if self.end.status in (0, 7):
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
    def clusters(self) -> list[str]:
        """The names that it is about; none where its record is damaged."""
        return read_json(
            self.folder / "run.json", lambda data: [str(one) for one in data["clusters"]], lambda why: [], []
        )

    def task(self, name: str, words: Sequence[str], limits: Sequence[tuple[str, int]] = ()) -> Task:
        """A command on one of the clusters, whose output is kept here."""
        return Task(name, tuple(words), self.folder / f"{name}.json", self.folder / f"{name}.log", tuple(limits))

    def note(self, ended: Ended) -> None:
        """Keep how a task has ended."""
        end = End(ended.status, round(ended.seconds, 3))
        write_atomic(self.folder / f"{ended.task.name}.end.json", json.dumps(asdict(end)) + "\n")

    def result(self, name: str) -> Result:
        """What is known of one cluster; nothing where its files are missing or damaged."""
        end = read_json(self.folder / f"{name}.end.json", lambda data: as_dataclass(End, data), lambda why: None, None)
        document: dict[str, Any] = read_json(self.folder / f"{name}.json", json_object, lambda why: {}, {})
        return Result(end, document, self.folder / f"{name}.log")


def begin_run(app: AppContext, command: str, names: Sequence[str]) -> FleetRun:
    """A new run; the oldest ones of the command are removed. Raises InvalidInput where the home cannot be used."""
    app.home.prepare()
    runs = make_folder(app.home.path / "fleet")
    for old in _runs_of(runs, command)[: -(KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)
    now = app.clock.now()
    folder = make_folder(runs / f"{now.strftime('%Y%m%dT%H%M%S')}-{command}-{os.urandom(3).hex()}")
    record = {
        "command": command,
        "started_at": now.isoformat(timespec="seconds"),
        "who": app.user,
        "clusters": list(names),
    }
    write_atomic(folder / "run.json", json.dumps(record, indent=2) + "\n")
    return FleetRun(folder)


def newest_run(app: AppContext, command: str) -> FleetRun | None:
    """The last run of a command; None where there is none."""
    return next((FleetRun(folder) for folder in reversed(_runs_of(app.home.path / "fleet", command))), None)


def _runs_of(runs: Path, command: str) -> list[Path]:
    """The folders of the runs of a command, oldest first."""
    return sorted(path for path in runs.glob(f"*-{command}-*") if path.is_dir())
