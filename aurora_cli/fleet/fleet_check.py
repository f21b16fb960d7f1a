"""What can be seen to be wrong with a `fleet.yaml` only beside the specs that are below it."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from fnmatch import filter as matching
from functools import cache
from pathlib import Path
from typing import Any

from aurora_cli.errors import AuroraError, SpecInvalid
from aurora_cli.fleet.files import spec_files
from aurora_cli.fleet.fleet_file import NAME, FleetFile
from aurora_cli.fleet.inherited import Fleet, fleet_of
from aurora_cli.fleet.known_facts import declared, needed, terms_of, unknown_facts, written
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
        known = known.union(*map(written, _values_of(fleet, facts)))
    problems = unknown_facts(fleet.file, fleet.text, known)
    if problems:
        raise SpecInvalid(f"{fleet.text.source} selects by what no spec has", problems=problems)


def doubts_of(folder: Path, names: Collection[str]) -> Iterator[Problem]:
    """Warnings about what people may think counts: a `fleet.yaml` further above, and globs that nothing below it matches.

    Args:
        folder: of a spec.
        names: of the clusters that were read; the other specs are looked at where that is needed.
    """
    with suppress(AuroraError):  # each member says so
        fleet = fleet_of(folder)
        yield from ignored_above(folder)
        files = cache(lambda: [path.relative_to(fleet.folder).as_posix() for path in _files_of(fleet)])
        others = cache(lambda: [str(values.get("name")) for values in _values_of(fleet)])
        for place, path, glob in _globs(fleet.file):
            there = files() if path == "file" else names if matching(names, glob) else others()
            if not matching(there, glob):
                yield _unmatched(fleet, place, path, glob)


def _globs(file: FleetFile) -> Iterator[tuple[str, str, str]]:
    """What selects by `file` or `name`: the place, which of both, and the glob."""
    for at, group in enumerate(file.groups):
        yield from ((f"groups.{at}.match", "file", glob) for glob in group.match)
    for place, term in terms_of(file):
        if term.path in ("file", "name") and not term.negated:
            yield place, term.path, term.glob


def ignored_above(folder: Path) -> Iterator[Problem]:
    """A warning about a `fleet.yaml` further above that does not count. Raises InvalidInput, SpecInvalid as `fleet_of`."""
    above = fleet_of(folder).ignored
    if above is None:
        return
    message = f"{NAME} does not count for specs in other folders: no Git repository holds both"
    inside = any((one / ".git").exists() for one in (folder, *folder.parents))
    place = shlex.quote(shown_path(str(above if inside else above.parent)))
    hint = f"copy {place} into the repository" if inside else f"let it count: git init {place}"
    yield Problem("", message, hint=hint, severity="warning", check=DOUBT, source=shown_path(str(above)))


def _unmatched(fleet: Fleet, place: str, path: str, glob: str) -> Problem:
    line, source = fleet.text.line_of(place), fleet.text.source
    message = f"no spec has the name `{glob}`"
    hint = "`aurora-cli fleet list` shows the names"
    if path == "file":
        message = f"no spec file matches `{glob}`"
        hint = f"it is compared with paths below the folder of {NAME}, e.g. `payments/*`"
    return Problem(place, message, hint=hint, severity="warning", check=DOUBT, line=line, source=source)


def _files_of(fleet: Fleet) -> Iterator[Path]:
    yield from (path for path in spec_files(fleet.folder) if fleet_of(path.parent).folder == fleet.folder)


def _values_of(fleet: Fleet, read: Collection[Path] = ()) -> Iterator[dict[str, Any]]:
    """What the other specs than those that were read say."""
    for path in _files_of(fleet):
        if path not in read:
            with suppress(AuroraError):
                yield load_found(path).values
