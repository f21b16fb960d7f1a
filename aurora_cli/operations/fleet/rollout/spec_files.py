"""Which spec files say what the clusters had before a campaign: a file that names an older version would have to be edited."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aurora_cli.errors import AuroraError
from aurora_cli.operations.fleet.rollout.record import DONE
from aurora_cli.operations.spec_file.lines import FileLine, lines_that_differ
from aurora_cli.operations.spec_file.write import write_lines
from aurora_cli.spec.text.load import shown_path

if TYPE_CHECKING:
    from aurora_cli.context import AppContext
    from aurora_cli.operations.fleet.rollout.record import RolloutRun

_FIELDS: Mapping[str, Sequence[str]] = {
    "upgrade": ("engine_version", "cluster_group", "instance_group"),
    "rotate-ca": ("ca_certificate",),
}
"""What a campaign changes in a spec: the last key of its path."""


@dataclass(frozen=True)
class Behind:
    """A line of a spec file that says something else than its cluster has since the campaign.

    Attributes:
        name: of the cluster.
        written: whether the file says it by now.
    """

    name: str
    line: FileLine
    written: bool = False

    @property
    def text(self) -> str:
        """For people."""
        key, has = self.line.path.rpartition(".")[2], json.dumps(self.line.has)
        if self.written:
            return f"{self.line.file}:{self.line.line}: {key} is now {has}"
        return f"{self.line.text}; write {key}: {has}" if self.line.has is not None else f"{self.line.text}; remove it"

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        return {"name": self.name, "file": self.line.file, **self.line.to_dict(), "written": self.written}


def files_behind(app: AppContext, run: RolloutRun) -> tuple[list[Behind], list[str]]:
    """The lines that are to be edited, or were written if the campaign was begun so; of clusters that are done.

    With them a sentence for each cluster whose lines could not be written, or are not known, e.g. since its stack is damaged.

    Of a cluster without a stack in this home, e.g. one that a worker elsewhere has changed, they are those that its command told,
    and are not written.
    """
    fields = _FIELDS.get(run.command, ())
    done = [name for name, state in run.states().items() if state.state in DONE] if fields else []
    found: list[Behind] = []
    problems: dict[str, None] = {}
    for name in done:
        file, lines, written = run.plan.clusters[name].file, list[FileLine](), False
        try:
            stack = app.registry.find(name)
            differing = lines_that_differ(stack, file) if stack else _told(run, name)
            lines = [one for one in differing if one.path.rpartition(".")[2] in fields]
            if lines and run.plan.write and stack:
                write_lines(stack, lines, file)
                written = True
        except AuroraError as error:
            problems[error.message] = None
        found += [Behind(name, one, written) for one in lines]
    return found, list(problems)


def _told(run: RolloutRun, name: str) -> list[FileLine]:
    """What the command of a cluster has said of its spec file."""
    told = run.result(name).document.get("spec_file")
    lines = told.get("lines") if isinstance(told, Mapping) else None
    file = shown_path(run.plan.clusters[name].file)
    return [FileLine(file, one["line"], one["path"], one["says"], one["has"]) for one in lines or ()]
