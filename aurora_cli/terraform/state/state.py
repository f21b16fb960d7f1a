"""Terraform's state as data, from the local file or from what `state pull` prints (state format 4). Secrets are taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aurora_cli.errors import StateAtRisk
from aurora_cli.json_input import json_object, parse_json, read_json
from aurora_cli.terraform.plan.redaction import redact
from aurora_cli.terraform.state.addresses import instance_key

STATE_FILE = "terraform.tfstate"
ERRORED_STATE = "errored.tfstate"


@dataclass(frozen=True)
class StateResource:
    """One resource in the state.

    Attributes:
        address: e.g. `aws_rds_cluster_instance.this["2"]`.
        type, name: its parts.
        index: `for_each` key or `count` index, or None.
        attributes: its attributes, secrets redacted.
        data: True for a data source.
        tainted: True when it will be replaced, since its creation did not end well.
        deposed: True when it is a left-over of an unfinished replacement.
        dependencies: addresses of what it was made after, without index.
    """

    address: str
    type: str
    name: str
    index: str | int | None
    attributes: Mapping[str, Any]
    data: bool = False
    tainted: bool = False
    deposed: bool = False
    dependencies: tuple[str, ...] = ()

    @property
    def id(self) -> str | None:
        """What AWS calls it, if the resource type has an `id`."""
        value = self.attributes.get("id")
        return value if isinstance(value, str) else None


@dataclass(frozen=True)
class State:
    """A whole state. `outputs` holds the values of the outputs that are not sensitive."""

    resources: tuple[StateResource, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    serial: int = 0
    lineage: str = ""

    @property
    def managed(self) -> tuple[StateResource, ...]:
        """The resources without data sources."""
        return tuple(r for r in self.resources if not r.data)


def local_state_file(folder: Path) -> Path | None:
    """The state file if the backend of that folder is a local one, else None. Before the first init it counts as local.

    Raises:
        StateAtRisk: what `init` has noted cannot be read: nothing is known of a state that may be elsewhere.
    """
    made = folder / ".terraform" / STATE_FILE

    local: Path | None = folder / STATE_FILE

    def place(data: dict[str, Any]) -> Path | None:
        backend: dict[str, Any] = data.get("backend") or {}
        if backend.get("type") not in (None, "local"):
            return None
        return folder / ((backend.get("config") or {}).get("path") or STATE_FILE)

    def damaged(why: str) -> StateAtRisk:
        return StateAtRisk(
            f"Terraform's note of where the state is kept, {made}, cannot be read: {why}.",
            hint=f"Nothing was changed. Delete what `init` writes again, and repeat the command: rm -r {made.parent}",
        )

    return read_json(made, place, damaged, absent=local)


def read_local_state(path: Path) -> State:
    """The state in a local file; empty if there is no file, or an empty one that has no backup beside it.

    Raises:
        StateAtRisk: the file was damaged by a crash; the hint names the backup if there is one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return State()
    except UnicodeDecodeError as problem:
        raise _damaged(path, "it is not text") from problem
    if not text.strip():
        # Terraform makes the empty file when it takes the lock; without a backup there was nothing before it.
        if _backup(path) is not None:
            raise _damaged(path, "it is empty")
        return State()
    return parse_state(text, path)


def parse_state(text: str, source: Path | str = "the state") -> State:
    """The state in its JSON text; empty text is an empty state.

    Raises:
        StateAtRisk: it is not a state of format 4.
    """
    if not text.strip():
        return State()
    return parse_json(text, state_from, lambda why: _damaged(source, why))


def state_from(data: Any) -> State:
    """The state in parsed JSON. Fails as Python does where it is not one, so it is for `build` of `parse_json`."""
    if json_object(data).get("version") != 4:
        raise ValueError("it is not a Terraform state of format 4")
    outputs = data.get("outputs") or {}
    return State(
        resources=tuple(_resources(data)),
        outputs={name: item.get("value") for name, item in outputs.items() if not item.get("sensitive")},
        serial=int(data.get("serial") or 0),
        lineage=str(data.get("lineage") or ""),
    )


def _resources(data: Mapping[str, Any]) -> Iterator[StateResource]:
    for resource in data.get("resources") or []:
        is_data = resource.get("mode") == "data"
        for instance in resource.get("instances") or []:
            yield StateResource(
                address=address_of(resource, instance),
                type=str(resource.get("type", "")),
                name=str(resource.get("name", "")),
                index=instance.get("index_key"),
                attributes=redact(
                    json_object(instance.get("attributes") or instance.get("attributes_flat") or {}),
                    _marks(instance.get("sensitive_attributes")),
                ),
                data=is_data,
                tainted=instance.get("status") == "tainted",
                deposed="deposed" in instance,
                dependencies=tuple(instance.get("dependencies") or ()),
            )


def address_of(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    """The address of an instance of a resource, both as the state has them."""
    prefix = f"{resource['module']}." if resource.get("module") else ""
    data = "data." if resource.get("mode") == "data" else ""
    return f"{prefix}{data}{resource.get('type')}.{resource.get('name')}{instance_key(instance.get('index_key'))}"


def _marks(paths: Any) -> dict[str, Any]:
    """The tree of secrets for `redact`: a secret inside an attribute covers the whole attribute."""
    steps = [path[0] for path in paths or [] if isinstance(path, list) and path]
    return {step["value"]: True for step in steps if isinstance(step, dict) and step.get("type") == "get_attr"}


def _backup(path: Path) -> Path | None:
    backup = path.with_name(path.name + ".backup")
    return backup if backup.is_file() and backup.stat().st_size > 0 else None


def _damaged(source: Path | str, why: str) -> StateAtRisk:
    backup = _backup(source) if isinstance(source, Path) else None
    hint = (
        f"Nothing was changed. Terraform's last copy is {backup}; check it, then: cp {backup} {source}"
        if backup
        else "Nothing was changed. Restore the state from a backup before you run another command."
    )
    return StateAtRisk(f"Terraform's state {source} cannot be read: {why}.", hint=hint)
