"""What can be seen to be wrong with a `fleet.yaml` only beside the specs that are below it."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from aurora_cli.errors import AuroraError, SpecInvalid
from aurora_cli.fleet.files import spec_files
from aurora_cli.fleet.fleet_file import NAME
from aurora_cli.fleet.inherited import Fleet, fleet_of
from aurora_cli.fleet.known_facts import declared, needed, unknown_facts, written
from aurora_cli.problem import Problem
from aurora_cli.spec.text.load import load_found, shown_path

DOUBT = "fleet-file"
"""Check of the warnings about a `fleet.yaml` as a whole."""


def refuse_unknown_facts(folder: Path, facts: Mapping[Path, Collection[str]]) -> None:
    """Refuse a `fleet.yaml` that selects by what no spec below it has.

    Args:
        folder: of a spec.
        facts: of each spec that was read, as `known_facts.written` has them; the others are looked at where that is needed.

    Raises:
        SpecInvalid: with each place.
    """
    try:
        fleet = fleet_of(folder)
    except AuroraError:  # each member says so
        return
    wanted = {path for _, path in needed(fleet.file)}
    known = declared(fleet.file).union(*facts.values())
    if not wanted <= known:
        known = known.union(*_facts_of_others(fleet, facts))
    problems = unknown_facts(fleet.file, fleet.text, known)
    if problems:
        raise SpecInvalid(f"{fleet.text.source} selects by what no spec has", problems=problems)


def doubts_of(folder: Path) -> Iterator[Problem]:
    """Warnings about what people may think counts: a `fleet.yaml` further above, and a group that no file is in."""
    with suppress(AuroraError):  # each member says so
        fleet = fleet_of(folder)
        if fleet.ignored:
            yield _ignored(folder, fleet.ignored)
        if any(group.match for group in fleet.file.groups):
            names = [path.relative_to(fleet.folder).as_posix() for path in _files_of(fleet)]
            for at, group in enumerate(fleet.file.groups):
                for glob in group.match:
                    if not any(fnmatchcase(name, glob) for name in names):
                        yield _unmatched(fleet, f"groups.{at}.match", glob)


def _ignored(folder: Path, above: Path) -> Problem:
    message = f"{NAME} does not count for specs in other folders: no Git repository holds both"
    inside = any((one / ".git").exists() for one in (folder, *folder.parents))
    place = shlex.quote(shown_path(str(above if inside else above.parent)))
    hint = f"copy {place} into the repository" if inside else f"let it count: git init {place}"
    return Problem("", message, hint=hint, severity="warning", check=DOUBT, source=shown_path(str(above)))


def _unmatched(fleet: Fleet, place: str, glob: str) -> Problem:
    line, hint = fleet.text.line_of(place), f"it is compared with paths below the folder of {NAME}, e.g. `payments/*`"
    message = f"no spec file matches `{glob}`"
    return Problem(place, message, hint=hint, severity="warning", check=DOUBT, line=line, source=fleet.text.source)


def _files_of(fleet: Fleet) -> Iterator[Path]:
    yield from (path for path in spec_files(fleet.folder) if fleet_of(path.parent).folder == fleet.folder)


def _facts_of_others(fleet: Fleet, read: Collection[Path]) -> Iterator[set[str]]:
    for path in _files_of(fleet):
        if path not in read:
            with suppress(AuroraError):
                yield written(load_found(path).values)
