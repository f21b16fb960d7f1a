"""The rendered files of a stack on disk."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from aurora_cli import __version__
from aurora_cli.hcl.location import edition
from aurora_cli.hcl.render_options import RenderOptions
from aurora_cli.json_input import read_json
from aurora_cli.writing import write_atomic

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.stacks.record import StackRecord
    from aurora_cli.stacks.stack import Stack

_NOTE = "rendered.json"


def write_rendered(stack: Stack, spec: ClusterSpec, keys: tuple[str, ...] | None = None, **options: Any) -> None:
    """Render the spec into the stack's folder; files that do not change are left alone.

    Args:
        keys: instance keys; None for those of the stack's record.
        options: further fields of `RenderOptions`.

    Raises:
        InvalidInput: a text of the spec cannot be written as HCL. StackDamaged: a foreign file is in the way.
    """
    role = tuple((stack.role or {}).items())
    how = options_of(stack.record, keys, assume_role=role, **options)
    wanted = _key(spec, how)
    if _is_there(stack, wanted):
        return
    from aurora_cli.hcl.render import render_stack

    files = render_stack(spec, how)
    stack.write_files(files)
    note = {"key": wanted, "files": {name: _digest(text.encode()) for name, text in files.items()}}
    write_atomic(stack.folder / _NOTE, json.dumps(note, indent=2) + "\n")


def rendered_files(stack: Stack) -> dict[str, str]:
    """What was rendered last: name -> content. Raises OSError."""
    names: list[str] = read_json(
        stack.folder / _NOTE, lambda note: [str(name) for name in note["files"]], lambda why: []
    )
    return {name: (stack.terraform_dir / name).read_text(encoding="utf-8") for name in names}


def forget_rendered(stack: Stack) -> None:
    """Other files are about to be put into the stack's folder: the next `write_rendered` writes its own again."""
    (stack.folder / _NOTE).unlink(missing_ok=True)


def remembered(record: StackRecord) -> dict[str, Any]:
    """What a record keeps of `RenderOptions`, instance keys aside."""
    return {
        "split_instances": record.split_instances,
        "final_snapshot_identifier": record.final_snapshot_identifier,
        "created_from": record.created_from,
        "source_arn": record.source_arn,
        "master_username": record.master_username,
        "password_version": record.password_version,
        "region_keys": record.region_keys,
        "offered_zones": record.offered_zones,
        "ipv6_vpcs": record.ipv6_vpcs,
        "imported": record.imported,
        "parameter_suffix": record.parameter_suffix,
        "account_id": record.account_id,
        "shared": record.shared,
    }


def options_of(record: StackRecord, keys: tuple[str, ...] | None = None, **options: Any) -> RenderOptions:
    """How a stack is rendered: what its record remembers, and what `options` says of it instead."""
    chosen = record.instance_keys if keys is None else keys
    return RenderOptions(instance_keys=chosen, **{**remembered(record), **options})


def _key(spec: ClusterSpec, how: RenderOptions) -> str:
    """Everything that the rendered text depends on."""
    return _digest(f"{__version__}\n{edition()}\n{how!r}\n{spec!r}".encode())


def _is_there(stack: Stack, key: str) -> bool:
    """Whether these very files were rendered last and nobody has touched them since."""

    def holds(note: Any) -> bool:
        files: dict[str, str] = note["files"]
        return bool(note["key"] == key) and all(
            _digest((stack.terraform_dir / name).read_bytes()) == digest for name, digest in files.items()
        )

    return read_json(stack.folder / _NOTE, holds, lambda why: False)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
