"""The spec files of folders, each with what it inherits, resolved and checked."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aurora_cli.errors import AuroraError, SpecInvalid
from aurora_cli.fleet.files import spec_files
from aurora_cli.fleet.fleet_check import doubts_of, refuse_unknown_facts
from aurora_cli.fleet.fleet_file import NAME
from aurora_cli.fleet.inherited import fleet_of, inherited_by
from aurora_cli.fleet.known_facts import ACCOUNT
from aurora_cli.fleet.paths import LABEL
from aurora_cli.fleet.policies import broken
from aurora_cli.problem import Problem
from aurora_cli.spec.layers.shape import split_path
from aurora_cli.spec.text.files import file_beside, named_files
from aurora_cli.spec.text.load import load_found, shown_path

_WORTH_PROCESSES = 40
"""Files from which on starting processes takes less time than it saves."""


@dataclass(frozen=True)
class Member:
    """One spec file of a fleet.

    Attributes:
        path: absolute.
        fleet: absolute folder of the `fleet.yaml` that counts for it; its own folder where there is none.
        labels: from `fleet.yaml`, and the tags of the spec.
        account: number; None where it is not known from files.
        values: the resolved spec as JSON values; what the files say where the spec is not valid.
        problems: errors and warnings.
    """

    path: Path
    fleet: Path
    labels: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def file(self) -> str:
        """The file as people write it."""
        return shown_path(str(self.path))

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it depends on: the spec, its `fleet.yaml`, and what the spec names."""
        named = (file_beside(self.path.parent, name) for name in named_files(self.values))
        return (self.path, self.fleet / NAME, *named)

    @property
    def name(self) -> str | None:
        """Name of the cluster."""
        return str(self.values["name"]) if self.values.get("name") else None

    @property
    def valid(self) -> bool:
        """Whether it has no error."""
        return all(problem.severity != "error" for problem in self.problems)

    @property
    def digest(self) -> str:
        """The same for two files that resolve to the same spec."""
        return hashlib.sha256(json.dumps(self.values, sort_keys=True, default=str).encode()).hexdigest()

    def fact(self, path: str) -> Any:
        """What a `--where` compares: `file`, `account`, `label.NAME`, or a field of the spec; None where there is none."""
        if path == "file":
            return self.path.relative_to(self.fleet).as_posix()
        if path == ACCOUNT:
            return self.account
        if path.startswith(LABEL):
            return self.labels.get(path.removeprefix(LABEL))
        value: Any = self.values
        for key in split_path(path):
            entries = value if isinstance(value, list) else [value]
            found = [one.get(key) if isinstance(one, Mapping) else None for one in entries]
            value = found if isinstance(value, list) else found[0]
        return value

    @property
    def facts(self) -> set[str]:
        """Its labels, and `account` where that is known, as paths of `where`."""
        return {f"{LABEL}{name}" for name in self.labels} | ({ACCOUNT} if self.account else set())

    def to_dict(self) -> dict[str, Any]:
        """JSON form, as in the published schema."""
        spec = self.values
        return {
            "name": self.name,
            "file": self.file,
            "region": spec.get("region"),
            "account": self.account,
            "engine": spec.get("engine"),
            "engine_version": spec.get("engine_version"),
            "preset": spec.get("preset"),
            "labels": dict(self.labels),
            "valid": self.valid,
            "problems": [{k: v for k, v in vars(p).items() if v is not None} for p in self.problems],
        }


def read_members(folders: Sequence[Path], processes: int | None = None) -> list[Member]:
    """The specs of folders, by file; what they have in common is checked too.

    Args:
        folders: with the specs in them and below them; hidden ones are left out.
        processes: how many resolve; default: one a processor, for many files.

    Raises:
        InvalidInput: a folder is missing or has no spec. SpecInvalid: a `fleet.yaml` is broken.
    """
    return read_files([file for folder in folders for file in spec_files(folder.absolute())], processes)


def read_files(paths: Iterable[Path], processes: int | None = None) -> list[Member]:
    """As `read_members`, of spec files by their absolute paths; one that cannot be read has that as its problem.

    Raises:
        SpecInvalid: a `fleet.yaml` selects by a label that no spec has.
    """
    files = list(dict.fromkeys(paths))
    count = processes or (os.cpu_count() or 1 if len(files) >= _WORTH_PROCESSES else 1)
    if count == 1:
        members = _compared(map(read_member, files))
    else:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["aurora_cli.fleet.members", "aurora_cli.spec.resolve.resolve"])
        with ProcessPoolExecutor(count, context) as pool:
            members = _compared(pool.map(read_member, files, chunksize=16))
    for folder in dict.fromkeys(member.fleet for member in members):
        refuse_unknown_facts(folder, {member.path: member.facts for member in members if member.fleet == folder})
    names = {member.name for member in members if member.name}
    doubts = {folder: tuple(doubts_of(folder, names)) for folder in {member.fleet for member in members}}
    return [replace(one, problems=(*one.problems, *doubts[one.fleet])) for one in members]


def read_member(path: Path) -> Member:
    """One spec file, by its absolute path. What is wrong with it is in `problems`; raises nothing of ours."""
    from aurora_cli.spec.layers.layers import tidy
    from aurora_cli.spec.layers.merge import Merged
    from aurora_cli.spec.resolve.resolve import resolve

    member = Member(path, path.parent)
    try:
        fleet = fleet_of(path.parent)
        member = replace(member, fleet=fleet.folder)
        layer = load_found(path)
        if layer.values and not tidy(layer)[0].values:
            return replace(member, problems=(_no_spec(member),))
        found = inherited_by(path, layer)
        layers = (*found.layers, layer)
        written = Merged([tidy(one)[0] for one in layers]).nested()
        tags = written.get("tags")
        labels = {str(k): str(v) for k, v in {**(tags if isinstance(tags, dict) else {}), **found.labels}.items()}
        member = replace(member, labels=labels, account=found.account.number, values=written)
        resolved = resolve(layers)
    except SpecInvalid as error:
        return replace(member, problems=error.problems)
    except AuroraError as error:
        return replace(member, problems=(Problem("", error.message, hint=error.hint, source=member.file),))
    values = resolved.spec.model_dump(mode="json", by_alias=True)
    member = replace(member, values=values)
    against = broken(fleet.file.policies, member.fact, {**values, "labels": labels}, member.file)
    return replace(member, problems=(*against, *resolved.warnings))


def _no_spec(member: Member) -> Problem:
    hint = f"if it is none, name it under `ignore` in {NAME}"
    if member.path.stem == Path(NAME).stem:
        hint = f"what specs have in common is in {NAME}: rename it"
    return Problem("", "it has no key of a spec", hint=hint, check="no-spec", source=member.file)


def _compared(members: Iterable[Member]) -> list[Member]:
    """With an error for each that has the name, or the place of its state, of another one."""
    found = list(members)
    for what, key_of in (("name", _name_of), ("state", _state_of)):
        first: dict[str, Member] = {}
        for at, member in enumerate(found):
            key = key_of(member)
            if key is None:
                continue
            other = first.setdefault(key, member)
            if other is not member:
                found[at] = replace(member, problems=(_twice(what, member, other), *member.problems))
    return found


def _name_of(member: Member) -> str | None:
    return member.name


def _state_of(member: Member) -> str | None:
    backend = member.values.get("backend")
    if not isinstance(backend, Mapping) or backend.get("type") in (None, "local", "http", "cloud"):
        return repr(sorted(backend.items())) if isinstance(backend, Mapping) and backend.get("type") == "http" else None
    return repr(sorted((key, str(backend.get(key))) for key in ("type", "bucket", "key", "conn_str", "schema_name")))


def _twice(what: str, member: Member, other: Member) -> Problem:
    if what == "name":
        message, hint = f"{other.file} has the same name", "give each cluster of a home a name of its own"
        return Problem("name", message, hint=hint, check="fleet-name", source=member.file)
    message = f"{other.file} has its state in the same place"
    hint = 'give each a state of its own, e.g. `key: "{account}/{region}/{name}.tfstate"`'
    return Problem("backend", message, hint=hint, check="fleet-state", source=member.file)
