"""A state of somebody else's configuration: where a folder keeps it, and what is in it. It is only read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aurora_cli.errors import InvalidInput
from aurora_cli.json_input import json_object, parse_json, read_json
from aurora_cli.terraform.plan.redaction import redact
from aurora_cli.terraform.state.addresses import without_keys
from aurora_cli.terraform.state.state import STATE_FILE, State, StateResource, state_from

DEFAULT_WORKSPACE = "default"
WORKSPACE_NOTE = "environment"
_WORKSPACES = "terraform.tfstate.d"
_ADDRESS = re.compile(r"[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)+")
PULL = "terraform state pull > orders.tfstate"
_ARCHIVE = b"PK\x03\x04"
_TOFU_PULL = "tofu state pull > orders.tfstate"


def data_folder(folder: Path, environ: Mapping[str, str]) -> Path:
    """Where Terraform keeps its notes on a folder: `.terraform`, or what TF_DATA_DIR names."""
    return folder / (environ.get("TF_DATA_DIR") or ".terraform")


def workspace_of(folder: Path, environ: Mapping[str, str]) -> str:
    """The workspace that is selected in a folder."""
    note = data_folder(folder, environ) / WORKSPACE_NOTE
    noted = note.read_text(encoding="utf-8", errors="replace").strip() if note.is_file() else ""
    return environ.get("TF_WORKSPACE") or noted or DEFAULT_WORKSPACE


def local_file_of(folder: Path, environ: Mapping[str, str]) -> Path | None:
    """The state file of a folder; None if its backend keeps the state elsewhere.

    Source: Terraform, backend/local (`path`, `workspace_dir`) and what `init` notes in the data folder.

    Raises:
        InvalidInput: that note cannot be read.
    """
    note, workspace = data_folder(folder, environ) / STATE_FILE, workspace_of(folder, environ)

    def place(data: Any) -> Path | None:
        backend = json_object(data).get("backend") or {}
        config = backend.get("config") or {}
        if backend.get("type") not in (None, "local"):
            return None
        if workspace == DEFAULT_WORKSPACE:
            return folder / (config.get("path") or STATE_FILE)
        return folder / (config.get("workspace_dir") or _WORKSPACES) / workspace / STATE_FILE

    def damaged(why: str) -> InvalidInput:
        return InvalidInput(
            f"Terraform's note of where the state is kept, {note}, cannot be read: {why}.",
            hint=f"Save the state to a file there, and specify the file: {PULL}",
        )

    return read_json(note, place, damaged, absent=place({}))


def parse_foreign_state(content: bytes, source: Path) -> State:
    """The state in a file: of format 4, or what `terraform show -json` prints of one. Secrets are taken out.

    Raises:
        InvalidInput: it is none, and why: encrypted, cut off, too old, a plan.
    """

    def damaged(why: str) -> InvalidInput:
        return InvalidInput(
            f"{source} cannot be read as a Terraform state: {why}.",
            hint=f"Save the state again in the folder of the configuration, and specify the file: {PULL}",
        )

    if not content.strip():
        raise damaged("it is empty")
    if content.startswith(_ARCHIVE):
        raise damaged("it is a saved plan or another archive")
    return parse_json(content, lambda data: _checked(_state(json_object(data), source)), damaged)


def _state(data: dict[str, Any], source: Path) -> State:
    if "encryption_version" in data or "encrypted_data" in data:  # OpenTofu, internal/encryption/base.go
        raise InvalidInput(
            f"{source} is a state that OpenTofu has encrypted.",
            hint=f"OpenTofu decrypts it in the folder of the configuration; specify the file: {_TOFU_PULL}",
        )
    if "planned_values" in data or "resource_changes" in data:
        raise ValueError("it is a plan")
    if "format_version" in data:
        return State(tuple(_shown((data.get("values") or {}).get("root_module") or {})))
    version = data.get("version")
    if isinstance(version, int) and version < 4:
        raise InvalidInput(
            f"{source} has state format {version}, of Terraform 0.11 and earlier; format 4 is supported.",
            hint=f"Terraform 0.12 or later writes the state in the newer format: {PULL}",
        )
    return state_from(data)


def _shown(module: Mapping[str, Any]) -> Iterator[StateResource]:
    """The resources of a module and of those in it, as `terraform show -json` has them."""
    for one in module.get("resources") or ():
        yield StateResource(
            address=str(one["address"]),
            type=str(one["type"]),
            name=str(one["name"]),
            index=one.get("index"),
            attributes=redact(json_object(one.get("values") or {}), one.get("sensitive_values")),
            data=one.get("mode") == "data",
            tainted=bool(one.get("tainted")),
            deposed="deposed_key" in one,
            dependencies=tuple(one.get("depends_on") or ()),
        )
    for inner in module.get("child_modules") or ():
        yield from _shown(inner)


def _checked(state: State) -> State:
    """The state, whose addresses are words of a configuration. Raises ValueError: what is printed of them is pasted."""
    for one in state.resources:
        if not _ADDRESS.fullmatch(without_keys(one.address)):
            raise ValueError(f"{one.address!r} is not the address of a resource")
    return state
