"""Which members of a fleet a command is about: names, values of their specs, labels, what Git has seen change."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.errors import InvalidInput
from aurora_cli.fleet.fleet_file import NAME
from aurora_cli.fleet.where import Term

if TYPE_CHECKING:
    from aurora_cli.fleet.members import Member

_GIT_SECONDS = 60


@dataclass(frozen=True)
class Selection:
    """What the options say; nothing given selects all.

    Attributes:
        names: globs, of which one must match the name.
        terms: all must hold.
        changed: absolute paths of files, one of which must be the member's or its `fleet.yaml`; None for any.
    """

    names: Sequence[str] = ()
    terms: Sequence[Term] = ()
    changed: Collection[Path] | None = None

    def has(self, member: Member) -> bool:
        """Whether the member is selected."""
        named = not self.names or any(fnmatchcase(member.name or "", glob) for glob in self.names)
        return named and self._touched(member) and all(term.holds(member.fact) for term in self.terms)

    def _touched(self, member: Member) -> bool:
        if self.changed is None or {member.path, member.fleet / NAME} & set(self.changed):
            return True
        # One that was removed counted for all below it.
        above = {folder / NAME for folder in member.path.parents} & set(self.changed)
        return any(not path.exists() for path in above)


def changed_since(reference: str, folders: Sequence[Path]) -> frozenset[Path]:
    """Files that differ from a Git revision, in the working tree, in the index or as new files: absolute paths.

    Raises:
        InvalidInput: a folder is in no Git repository, Git has no such revision, or there is no Git.
    """
    return frozenset(path for folder in folders for path in _changed(reference, folder.absolute()))


def _changed(reference: str, folder: Path) -> Iterator[Path]:
    top = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    revision = _git(folder, "rev-parse", "--verify", "--end-of-options", f"{reference}^{{commit}}").strip()
    differing = _git(top, "diff", "--name-only", "-z", revision, "--")
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    # Git gives the folder without symbolic links; ours may have some.
    inside = folder.resolve().relative_to(top.resolve())
    for name in filter(None, (differing + new).split("\0")):
        if Path(name).is_relative_to(inside):
            yield folder / Path(name).relative_to(inside)
        elif Path(name).name == NAME and inside.is_relative_to(Path(name).parent):
            yield folder.parents[len(inside.relative_to(Path(name).parent).parts) - 1] / NAME


def _git(folder: Path, *words: str) -> str:
    git = shutil.which("git")
    if git is None:
        raise InvalidInput("--changed-since needs Git, which is not on PATH.", hint="Install Git.")
    try:
        done = subprocess.run([git, "-C", str(folder), *words], capture_output=True, timeout=_GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise InvalidInput(
            f"Git could not say what has changed in {folder}.", hint="Run `git status` there."
        ) from problem
    if done.returncode:
        reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["it gave no reason"])[-1].removeprefix(
            "fatal: "
        )
        raise InvalidInput(
            f"Git could not say what has changed in {folder}: {reason}",
            hint="Specify a branch, tag or commit of the repository that holds the specs, e.g. --changed-since origin/main.",
        )
    return os.fsdecode(done.stdout)  # names of files, in any encoding
