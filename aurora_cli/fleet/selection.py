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
        changed: absolute paths without symbolic links, one of which must be of a file that the member depends on; None for any.
    """

    names: Sequence[str] = ()
    terms: Sequence[Term] = ()
    changed: Collection[Path] | None = None

    def has(self, member: Member) -> bool:
        """Whether the member is selected."""
        named = not self.names or any(fnmatchcase(member.name or "", glob) for glob in self.names)
        return named and self._touched(member) and all(term.holds(member.fact) for term in self.terms)

    def _touched(self, member: Member) -> bool:
        changed = self.changed
        if changed is None or any(place in changed for file in member.files for place in _places(file)):
            return True
        # A fleet.yaml that was removed counted for all below it.
        above = (folder / NAME for folder in Path(os.path.realpath(member.path.parent), "x").parents)
        return any(path in changed and not path.exists() for path in above)


def _places(path: Path, seen: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """Where a change of a file can be seen: where it is, and each symbolic link on the way to it."""
    for part in (*reversed(path.parents), path):
        if part.is_symlink() and part not in seen:
            yield Path(os.path.realpath(part.parent), part.name)
            yield from _places(part.parent / part.readlink(), seen | {part})
    yield Path(os.path.realpath(path))


def changed_since(reference: str, folders: Sequence[Path]) -> frozenset[Path]:
    """Files that differ from a Git revision, in the working tree, in the index or as new files, of the whole repository.

    Returns:
        Absolute paths; no folder in them is a symbolic link.

    Raises:
        InvalidInput: a folder is in no Git repository, Git has no such revision, or there is no Git.
    """
    return frozenset(path for folder in folders for path in _changed(reference, folder.absolute()))


def _changed(reference: str, folder: Path) -> Iterator[Path]:
    top = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    revision = _git(folder, "rev-parse", "--verify", "--end-of-options", f"{reference}^{{commit}}").strip()
    differing = _git(top, "diff", "--name-only", "-z", revision, "--")
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    yield from (Path(os.path.realpath(top), name) for name in (differing + new).split("\0") if name)


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
