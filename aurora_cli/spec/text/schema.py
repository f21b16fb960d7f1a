"""JSON Schema of the YAML file, for editors and pipelines."""

from __future__ import annotations

from typing import Any

from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.values.engine_names import ENGINE_ALIASES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of the file as users write it: every key is optional but `name`, short forms are allowed.

    Region and engine may come from a flag or a variable, so a file without them is good. The rules that go beyond shape
    are not in it; `validate` checks them.
    """
    schema = ClusterSpec.model_json_schema(mode="validation", by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    properties: dict[str, Any] = schema["properties"]
    properties["engine"]["enum"] = sorted(ENGINE_ALIASES)
    _short_forms(definitions, properties)
    for part in (schema, *definitions.values()):
        _tidy(part)
    return {
        "$schema": DIALECT,
        **schema,
        "title": "Aurora cluster",
        "description": "One Aurora cluster for aurora-cli.",
        "required": ["name"],
    }


def _short_forms(definitions: dict[str, Any], properties: dict[str, Any]) -> None:
    """Add what the file may say in short: `acu: 0.5-16`, `allow: [10.0.0.0/8]`, `backend: local`, numbers as versions."""
    _also(definitions["Instances"]["properties"], "acu", {"type": ["string", "number"], "examples": ["0.5-16"]})
    _also(definitions["Monitoring"]["properties"], "alarms", {"type": "boolean"})
    _also(definitions["Credentials"]["properties"], "rotation", {"enum": ["off", "on", False, True]})
    _also(definitions["Services"]["properties"], "comprehend", {"type": "boolean"})
    _also(properties, "proxy", {"type": "boolean"})
    for rules in ("allow", "egress"):
        entries = definitions["Network"]["properties"][rules]
        entries["items"] = {"anyOf": [{"type": "string"}, entries["items"]]}
    regions = definitions["GlobalDatabase"]["properties"]["regions"]
    regions["additionalProperties"] = {"anyOf": [regions["additionalProperties"], {"type": "null"}]}
    secrets = definitions["Proxy"]["properties"]["secrets"]
    secrets["items"] = {"anyOf": [{"type": "string"}, secrets["items"]]}
    backend = properties["backend"]
    variants = {key: backend.pop(key) for key in ("oneOf", "discriminator") if key in backend}
    variants.pop("discriminator", None)
    backend["anyOf"] = [{"const": "local"}, *variants.get("oneOf", [])]
    properties["engine_version"]["anyOf"].append({"type": "number"})
    properties["tags"]["additionalProperties"] = {"type": ["string", "number", "boolean"]}


def _also(properties: dict[str, Any], key: str, form: dict[str, Any]) -> None:
    properties[key].setdefault("anyOf", []).append(form)


def _tidy(part: dict[str, Any]) -> None:
    """Titles made from field names say nothing, and a default of null says only that it is optional."""
    for value in part.get("properties", {}).values():
        value.pop("title", None)
        if value.get("default", "") is None:
            del value["default"]
    if part.get("type") == "object" and "description" in part:
        part["description"] = " ".join(part["description"].split())
