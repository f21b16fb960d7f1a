"""Arguments that only Terraform knows, written into a local state after an import.

No API gives them back, so an import leaves them empty, or at a value that loses data (`skip_final_snapshot = true`). A plan
would set them with a call that says nothing else, and a call that changes nothing is still one that may carry out what is
pending. In the state they cost none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aurora_cli.errors import StateAtRisk
from aurora_cli.json_input import parse_json, read_json
from aurora_cli.writing import write_atomic

Values = Callable[[dict[str, Any], dict[str, Any]], Mapping[str, Any]]
"""Takes a resource and one of its instances, as the state has them; gives attribute -> value."""


def set_imported_values(path: Path, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Set attributes of managed resources in a local state that nobody else uses.

    Args:
        path: the state file.
        values: resource type -> attribute -> value. An attribute that the type does not have is left out.

    Raises:
        StateAtRisk: the file is no state.
    """

    by_type: Values = lambda resource, instance: values.get(resource["type"], {})  # noqa: E731
    text = read_json(
        path,
        lambda state: _with_values(state, by_type),
        lambda why: StateAtRisk(f"What Terraform imported cannot be read from {path}: {why}."),
    )
    write_atomic(path, text)


def with_values(text: str, values: Values) -> str:
    """The state in that text, with other values and the next serial.

    Args:
        values: takes a managed resource and one of its instances, as the state has them, and gives attribute -> value. An
            attribute that the type does not have is left out.

    Raises:
        StateAtRisk: the text is no state.
    """
    return parse_json(
        text, lambda state: _with_values(state, values), lambda why: StateAtRisk(f"The state cannot be read: {why}.")
    )


def _with_values(state: dict[str, Any], values: Values) -> str:
    for resource in state["resources"]:
        for instance in resource["instances"] if resource["mode"] == "managed" else ():
            attributes = instance["attributes"]
            new = values(resource, instance)
            attributes.update({name: value for name, value in new.items() if name in attributes})
    state["serial"] += 1
    return json.dumps(state, indent=2) + "\n"
