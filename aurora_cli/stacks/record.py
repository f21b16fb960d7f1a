"""What we remember about a stack beside its spec: `stack.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from aurora_cli.errors import StackDamaged
from aurora_cli.json_input import as_dataclass, json_object, parse_json

SCHEMA_VERSION = 1
Status = Literal["creating", "changing", "ready", "destroying"]
Target = Literal["aws", "sandbox"]
_IN_FILE = {"created_from": "born"}
"""Fields that have another key in the file, which every version reads."""


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
        split_instances: whether the state may have the instances under addresses of earlier versions, whose records lack this.
        region_keys: secondary Region of a global database -> the keys of its instances.
        offered_zones: Region -> the zones that its VPC was limited to, since others lack a class; empty without a limit.
        ipv6_vpcs: Regions whose VPC has an IPv6 block, which it keeps.
        imported: (type, name, description, tags) of what another configuration made, with the name that it gave.
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
        bootstrapped: what of the spec's `bootstrap` has run, see `operations/sql/bootstrap.py`.
        state_version: lineage and serial of the Terraform state that the last change has ended with; None in records of older
            versions.
        schema_version: of this file.
    """

    name: str
    region: str
    target: Target
    created_at: str
    status: Status = "creating"
    instance_keys: tuple[str, ...] = ()
    split_instances: bool = True
    region_keys: tuple[tuple[str, tuple[str, ...]], ...] = ()
    offered_zones: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ipv6_vpcs: tuple[str, ...] = ()
    imported: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = ()
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
    bootstrapped: tuple[str, ...] = ()
    state_version: tuple[str, int] | None = None
    schema_version: int = SCHEMA_VERSION

    def dumps(self) -> str:
        """The content of `stack.json`."""
        values = {_IN_FILE.get(key, key): value for key, value in asdict(self).items()}
        return json.dumps(values, indent=2, sort_keys=True) + "\n"


@lru_cache(maxsize=16)
def load_record(text: str, *, name: str) -> StackRecord:
    """The record in the text of `stack.json`; unknown keys are ignored. A command looks at it twenty times.

    Raises:
        StackDamaged: it is not a record, belongs to another stack, or was written by a newer version.
    """

    def record(data: Any) -> StackRecord:
        _check_version(json_object(data), name)
        in_file = {key: field for field, key in _IN_FILE.items()}
        found = as_dataclass(StackRecord, {in_file.get(key, key): value for key, value in data.items()})
        if name not in (found.name, found.renamed_to):
            raise ValueError("it belongs to another stack")
        return replace(found, name=name)

    return parse_json(text, record, lambda why: _damaged(name, why))


def load_changed(data: Mapping[str, Any]) -> Changed:
    """What commands changed, from JSON. Raises ValueError, TypeError: it has another shape."""
    return {
        path: tuple(as_dataclass(ValueChange, one) for one in several) for path, several in json_object(data).items()
    }


def _check_version(data: Mapping[str, Any], name: str) -> None:
    version = data.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise StackDamaged(
            f"The stack '{name}' was written by a newer version of aurora-cli ({data.get('tool_version') or 'unknown'}).",
            hint="Upgrade aurora-cli: pip install --upgrade rds-aurora-cli",
        )


def _damaged(name: str, why: str) -> StackDamaged:
    return StackDamaged(
        f"The record of the stack '{name}' (stack.json) cannot be read: {why}.",
        hint="Nothing was changed. Restore stack.json in the stack's folder from a backup; spec and state are beside it.",
    )
