"""What we remember about a stack beside its spec: `stack.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from aurora_cli.errors import StackDamaged
from aurora_cli.json_input import json_object, parse_json

SCHEMA_VERSION = 1
Status = Literal["creating", "changing", "ready", "destroying"]
STATUSES: tuple[str, ...] = get_args(Status)
Target = Literal["aws", "sandbox"]
_IN_FILE = {"created_from": "born"}
"""Fields that have another key in the file, which every version reads."""
_LISTS: dict[str, tuple[type, str]] = {
    "instance_keys": (str, "texts"),
    "unprotected": (str, "texts"),
    "scaled_between": (int, "numbers"),
}


@dataclass(frozen=True)
class ValueChange:
    """One change of a value of the spec by a command, and not by a file.

    Attributes:
        operation: scale, upgrade, ...
        when: RFC 3339 in UTC.
        who: the user that ran it.
        before: the value before, in JSON; None where there was none.
    """

    operation: str
    when: str
    who: str
    before: Any = None


Changed = Mapping[str, tuple[ValueChange, ...]]
"""Dotted leaf path of the spec -> what commands changed there since a file was applied that names it, oldest first."""


@dataclass(frozen=True)
class StackRecord:
    """The record of one stack. It is written before the first apply and removed last.

    Attributes:
        name, region: of the cluster.
        target: `aws`, or `sandbox` for the local emulator.
        created_at: when the stack was made, RFC 3339 in UTC.
        status: `creating` until the first apply has ended well, then `ready`; `changing` while a later apply is under way;
            `destroying` from the start of a destroy.
        instance_keys: stable keys of the instances, lowest first; `()` before they are decided.
        region_keys: secondary Region of a global database -> the keys of its instances.
        origins: dotted spec path -> where the value came from.
        tool_version: version of this tool that wrote the record last.
        snapshot_region: the Region of that snapshot, if it is not the cluster's own.
        final_snapshot_identifier: the name that the cluster's deletion gives to its final snapshot; None for `<name>-final`.
        created_from: how the cluster was made: `empty` or a kind of source; None before it is, and in records of older versions.
        source_arn: ARN of what its data came from, where the spec's identifier alone does not do; or None.
        unprotected: what a destroy has lifted the protection of and its failure may set back: ARN of a cluster, or `global:` and
            the identifier of a global cluster.
        scaled_between: fewest and most readers of autoscaling before a destroy stopped it; `()` when it has not.
        master_username: that the cluster has from its source; None for the spec's, and in records of older versions.
        aside: the cluster that a restore has put beside the stack's own, see `retained_cluster.py`; empty for none.
        renamed_to: the name that the stack is about to get; its folder may have it already. None when it is not renamed.
        password_version: of a given master password, as it was last sent to AWS; the password itself is nowhere.
        account_id: number of the account that the cluster is in; None in records of older versions until an operation applies.
        parameter_suffix: end of the names of the parameter groups, after a blue/green deployment of the same family; or None.
        spec_file: absolute path of the file that was applied last; None for none, and for standard input.
        changed: what other commands changed in the spec since then.
        applied: what changed the spec last; None in records of older versions.
        shared: the document about the spec in a remote state, as this record knows it; None for none. See `spec_file/shared.py`.
        schema_version: of this file.
    """

    name: str
    region: str
    target: Target
    created_at: str
    status: Status = "creating"
    instance_keys: tuple[str, ...] = ()
    region_keys: tuple[tuple[str, tuple[str, ...]], ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    tool_version: str = ""
    final_snapshot_identifier: str | None = None
    snapshot_region: str | None = None
    created_from: str | None = None
    source_arn: str | None = None
    unprotected: tuple[str, ...] = ()
    scaled_between: tuple[int, ...] = ()
    master_username: str | None = None
    aside: Mapping[str, Any] = field(default_factory=dict)
    renamed_to: str | None = None
    password_version: int = 1
    account_id: str | None = None
    parameter_suffix: str | None = None
    spec_file: str | None = None
    changed: Changed = field(default_factory=dict)
    applied: ValueChange | None = None
    shared: str | None = None
    schema_version: int = SCHEMA_VERSION

    def dumps(self) -> str:
        """The content of `stack.json`."""
        values = {_IN_FILE.get(key, key): value for key, value in asdict(self).items()}
        return json.dumps(values, indent=2, sort_keys=True) + "\n"


def load_record(text: str, *, name: str) -> StackRecord:
    """The record in the text of `stack.json`; unknown keys are ignored.

    Raises:
        StackDamaged: it is not a record, belongs to another stack, or was written by a newer version.
    """
    data = parse_json(text, json_object, lambda why: _damaged(name, why))
    _check_version(data, name)
    keys = {f.name: _IN_FILE.get(f.name, f.name) for f in fields(StackRecord)}
    values = {field: data[key] for field, key in keys.items() if key in data}
    _check_values(values, name)
    regions = tuple((region, tuple(keys)) for region, keys in values.get("region_keys", ()))
    lists = {key: tuple(values.get(key, ())) for key in _LISTS}
    changed = load_changed(values.get("changed", {}))
    applied = _value_change(values["applied"]) if values.get("applied") else None
    read = {"region_keys": regions, "changed": changed, "applied": applied}
    return StackRecord(**{**values, **lists, "name": name, **read})


def load_changed(data: Mapping[str, Any]) -> Changed:
    """What commands changed, from JSON. Raises TypeError: it has another shape."""
    if not isinstance(data, Mapping) or not all(map(_is_changes, data.values())):
        raise TypeError("it does not hold lists of changes")
    return {path: tuple(map(_value_change, several)) for path, several in data.items()}


def _check_version(data: Mapping[str, Any], name: str) -> None:
    version = data.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise StackDamaged(
            f"The stack '{name}' was written by a newer version of aurora-cli ({data.get('tool_version') or 'unknown'}).",
            hint="Upgrade aurora-cli: pip install --upgrade rds-aurora-cli",
        )


def _check_values(values: Mapping[str, Any], name: str) -> None:
    for key in ("name", "region", "target", "created_at", "status"):
        if not isinstance(values.get(key), str):
            raise _damaged(name, f"'{key}' is missing or not text")
    if name not in (values["name"], values.get("renamed_to")):
        raise _damaged(name, "it belongs to another stack")
    if values["target"] not in ("aws", "sandbox") or values["status"] not in STATUSES:
        raise _damaged(name, "'target' or 'status' has an unknown value")
    _check_shapes(values, name)


def _check_shapes(values: Mapping[str, Any], name: str) -> None:
    for key, (kind, words) in _LISTS.items():
        items = values.get(key, [])
        if not isinstance(items, list) or not all(isinstance(item, kind) for item in items):
            raise _damaged(name, f"'{key}' is not a list of {words}")
    regions = values.get("region_keys", [])
    if not isinstance(regions, list) or not all(_is_region(entry) for entry in regions):
        raise _damaged(name, "'region_keys' is not a list of Regions with their keys")
    if not isinstance(values.get("password_version", 1), int):
        raise _damaged(name, "'password_version' is not a number")
    if not isinstance(values.get("account_id"), str | None):
        raise _damaged(name, "'account_id' is not text")
    for key in ("origins", "aside", "changed"):
        if not isinstance(values.get(key, {}), dict):
            raise _damaged(name, f"'{key}' is not an object")
    _check_changes(values, name)


def _check_changes(values: Mapping[str, Any], name: str) -> None:
    if not all(_is_changes(several) for several in values.get("changed", {}).values()):
        raise _damaged(name, "'changed' does not hold lists of changes")
    if values.get("applied") and not _is_changes([values["applied"]]):
        raise _damaged(name, "'applied' is not a change")
    for key in ("spec_file", "shared"):
        if not isinstance(values.get(key), (str, type(None))):
            raise _damaged(name, f"'{key}' is not text")


def _value_change(data: Mapping[str, Any]) -> ValueChange:
    return ValueChange(data["operation"], data["when"], data["who"], data.get("before"))


def _is_changes(several: object) -> bool:
    texts = ("operation", "when", "who")
    return isinstance(several, list) and all(
        isinstance(one, dict) and all(isinstance(one.get(key), str) for key in texts) for one in several
    )


def _is_region(entry: object) -> bool:
    if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], str):
        return False
    return isinstance(entry[1], list) and all(isinstance(key, str) for key in entry[1])


def _damaged(name: str, why: str) -> StackDamaged:
    return StackDamaged(
        f"The record of the stack '{name}' (stack.json) cannot be read: {why}.",
        hint="Nothing was changed. Restore stack.json in the stack's folder from a backup; spec and state are beside it.",
    )
