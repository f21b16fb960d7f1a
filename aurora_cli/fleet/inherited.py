"""What a spec file inherits from `fleet.yaml`: the nearest one, in its folder or in one above it in the same Git repository."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from aurora_cli.errors import SpecInvalid
from aurora_cli.fleet.fleet_file import NAME, Account, Common, FleetFile, Group, read_fleet_file
from aurora_cli.problem import Problem
from aurora_cli.spec.layers.layers import Layer

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Fleet:
    """A folder with what its `fleet.yaml` says.

    Attributes:
        folder: absolute.
        file: its keys.
        text: the same as a layer, with the lines.
        ignored: a `fleet.yaml` above that does not count, since no Git repository holds both.
    """

    folder: Path
    file: FleetFile = field(default_factory=lambda: FleetFile.model_validate({}))
    text: Layer = field(default_factory=lambda: Layer({}, NAME))
    ignored: Path | None = None


@dataclass(frozen=True)
class Inherited:
    """What one spec file inherits.

    Attributes:
        layers: below the file, lowest first.
        labels: by name.
        account: of the role that the file names, else the one of the last group that names one.
        intended: number of that account, where `fleet.yaml` names an account or the place of the state; None elsewhere.
    """

    layers: tuple[Layer, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=lambda: Account.model_validate({}))
    intended: str | None = None


@cache
def fleet_of(folder: Path) -> Fleet:
    """The fleet of the spec files in an absolute folder. Raises InvalidInput, SpecInvalid for a broken `fleet.yaml`."""
    inside = list(_upwards(folder))
    for one in inside:
        found = read_fleet_file(one)
        if found:
            return Fleet(one, *found)
    above = (one / NAME for one in folder.parents if one not in inside)
    return Fleet(folder, ignored=next(filter(os.path.isfile, above), None))


def inherited_by(path: Path, layer: Layer) -> Inherited:
    """What a file inherits.

    Args:
        path: of the file.
        layer: what is in it.

    Raises:
        InvalidInput, SpecInvalid: `fleet.yaml` cannot be read, or its backend has a placeholder without a value.
    """
    fleet = fleet_of(path.absolute().parent)
    labels: dict[str, str] = {}
    tags: dict[str, Any] = {}
    parts: list[tuple[str, Common]] = []
    for prefix, common in (("", fleet.file), *((f"groups.{n}.", one) for n, one in enumerate(fleet.file.groups))):
        has = {**tags, **_tags(layer.values), **labels}
        if not isinstance(common, Group) or _is_in(common, path.absolute().relative_to(fleet.folder), has):
            labels |= common.labels
            tags |= _tags(common.defaults)
            parts.append((prefix, common))
    layers = [_layer(fleet.text, f"{prefix}defaults", common.defaults) for prefix, common in parts if common.defaults]
    account = next((common.account for _, common in reversed(parts) if common.account), Account.model_validate({}))
    role = account.model_dump(include={"role_arn", "external_id"}, exclude_none=True) if account.role_arn else None
    identity = {key: value for key, value in (("assume_role", role), ("profile", account.profile)) if value}
    if identity:
        where = next(prefix for prefix, common in reversed(parts) if common.account)
        layers.append(_layer(fleet.text, f"{where}account", identity))
    account = _own_account(layer) or account
    for prefix, common in [part for part in parts if part[1].backend][-1:]:
        told = {
            "account": account.number,
            **{key: _told(key, [*layers, layer]) for key in ("region", "name")},
        }
        backend = _filled(common.backend, told, fleet.text, f"{prefix}backend")
        layers.append(_layer(fleet.text, f"{prefix}backend", {"backend": backend}))
    said = any(common.account or common.backend for _, common in parts)
    return Inherited(tuple(layers), labels, account, account.number if said else None)


def _upwards(folder: Path) -> Iterator[Path]:
    """The folder, and those above it up to that of the Git repository."""
    inside = [folder, *folder.parents]
    root = next((n for n, one in enumerate(inside) if (one / ".git").exists()), 0)
    yield from inside[: root + 1]


def _own_account(layer: Layer) -> Account | None:
    """The account of the role that a spec itself assumes; None for none."""
    role = layer.values.get("assume_role")
    with suppress(ValueError):  # which is said of the spec
        return Account(role_arn=role["role_arn"]) if isinstance(role, Mapping) and role.get("role_arn") else None
    return None


def _tags(values: Mapping[str, Any]) -> Mapping[str, Any]:
    tags = values.get("tags")
    return tags if isinstance(tags, Mapping) else {}


def _is_in(group: Group, path: Path, has: Mapping[str, Any]) -> bool:
    """Whether a file is in a group, by its path in the folder of `fleet.yaml` and the labels and tags that it has so far."""
    matches = not group.match or any(fnmatchcase(path.as_posix(), glob) for glob in group.match)
    return matches and all(str(has.get(name)) == value for name, value in group.label.items())


def _layer(text: Layer, prefix: str, values: dict[str, Any]) -> Layer:
    """Values below a key of `fleet.yaml`, with their lines there."""
    around = text.line_of(prefix)
    lines = {
        path.removeprefix(f"{prefix}."): line for path, line in text.lines.items() if path.startswith(f"{prefix}.")
    }
    top = dict.fromkeys(values, around) if around else {}
    return Layer(values, text.source, {**top, **lines}, inherited=True)


def _told(key: str, layers: list[Layer]) -> str | None:
    return next((str(layer.values[key]) for layer in reversed(layers) if layer.values.get(key)), None)


def _filled(value: Any, told: Mapping[str, str | None], text: Layer, path: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(item, told, text, f"{path}.{key}") for key, item in value.items()}
    if not isinstance(value, str):
        return value

    def put(found: re.Match[str]) -> str:
        word = told.get(found[1])
        if found[1] not in told or (word is None and found[1] == "account"):
            message, hint = f"`{found[0]}` is not a placeholder", "placeholders are: {account}, {region} and {name}"
            if found[1] in told:
                message, hint = "`{account}` has no value", "give `account` an `id` or a `role_arn`"
            problem = Problem(path, message, hint=hint, line=text.line_of(path), source=text.source)
            raise SpecInvalid(f"{text.source} has 1 problem", problems=[problem])
        return word or found[0]  # a spec without a name is refused for that

    return _PLACEHOLDER.sub(put, value)
