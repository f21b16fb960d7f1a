"""Arguments that only Terraform knows, written into a local state after an import.

No API gives them back, so an import leaves them empty, or at a value that loses data (`skip_final_snapshot = true`). A plan
would set them with a call that says nothing else, and a call that changes nothing is still one that may carry out what is
pending. In the state they cost none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aurora_cli.errors import StateAtRisk
from aurora_cli.json_input import read_json
from aurora_cli.writing import write_atomic


def set_imported_values(path: Path, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Set attributes of managed resources in a local state that nobody else uses.

    Args:
        path: the state file.
        values: resource type -> attribute -> value. An attribute that the type does not have is left out.

    Raises:
        StateAtRisk: the file is no state.
    """

    def settled(state: dict[str, Any]) -> str:
        for resource in state["resources"]:
            for instance in resource["instances"] if resource["mode"] == "managed" else ():
                _set(instance["attributes"], values.get(resource["type"], {}))
        state["serial"] += 1
        return json.dumps(state, indent=2) + "\n"

    text = read_json(
        path, settled, lambda why: StateAtRisk(f"What Terraform imported cannot be read from {path}: {why}.")
    )
    write_atomic(path, text)


def _set(attributes: dict[str, Any], values: Mapping[str, Any]) -> None:
    attributes.update({name: value for name, value in values.items() if name in attributes})
