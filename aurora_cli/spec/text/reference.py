"""What each field is for, taken from the model: the tables of `docs/reference/spec.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, PlainSerializer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from aurora_cli.spec.facts.tables import ENGINES, table
from aurora_cli.spec.layers.presets import PRESETS
from aurora_cli.spec.layers.shape import key_of, models_of, walk
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.all import catalogue, check_names

MARK = "<!-- Below: written by `make docs` from the model and the rules; changes made here are lost. -->"
_FILLED = {
    "network.cidr": "`10.0.0.0/16`, for a new VPC",
    "global.identifier": "`<name>-global`",
    "global.regions.REGION.network.cidr": "a block of that Region's own, e.g. `10.12.0.0/16`",
    "global.regions.REGION.network.zones": "by preset",
    "global.regions.REGION.instances.class": "the cluster's",
    "global.regions.REGION.instances.acu": "the cluster's",
    "global.regions.REGION.encryption.kms_key": "`alias/aws/rds`, the AWS managed key there",
    "backup.window": "chosen by AWS; after `maintenance.window`, if that is set",
    "maintenance.window": "chosen by AWS; after `backup.window`, if that is set",
    "instances.pause_after": "AWS's 5m, with a minimum of 0",
    "backend.key": "`aurora-cli/<region>/<name>.tfstate`",
    "backend.region": "the cluster's",
    "backend.schema_name": "`aurora_cli_<region>_<name>`",
}


@dataclass(frozen=True)
class Field:
    """One row of the reference: dotted path, default as Markdown, description."""

    path: str
    default: str
    description: str


def anchor(path: str) -> str:
    """Where the page tells of a field: `instances.overrides.KEY.class` is at `#instances-overrides-key-class`."""
    return re.sub(r"[^a-z0-9]+", "-", path.lower())


def describe(path: str) -> str:
    """Description of a top-level key: the field's own, or the first sentence of its section's docstring."""
    info = next(info for name, info in ClusterSpec.model_fields.items() if key_of(name, info) == path)
    if info.description:
        return info.description
    model = models_of(info.annotation)[0]
    return (model.__doc__ or "").strip().partition("\n")[0]


def fields() -> list[Field]:
    """Every field, in the order of the model."""
    found: list[Field] = []
    for path, info in walk():
        variants = models_of(info.annotation)
        if path == "backend":
            found += _backend_fields(variants)
        elif not variants or path.endswith("instances.acu"):
            found.append(_field(path, info))
    return found


def page(text: str) -> str:
    """The page `docs/reference/spec.md` with its generated part renewed; what stands above `MARK` is written by hand."""
    return f"{text.partition(MARK)[0]}{MARK}\n\n{markdown()}"


def markdown() -> str:
    """The generated part of `docs/reference/spec.md`: the field table, the presets and the rules."""
    parts = ["## Fields", _field_table(), "## Presets", _preset_table(), "## Rules", _rule_table()]
    return "\n\n".join(parts) + "\n"


def _field_table() -> str:
    rows = [f'| <a id="{anchor(f.path)}"></a>`{f.path}` | {f.default} | {_cell(f.description)} |' for f in fields()]
    return "\n".join(["| Field | Default | What it is |", "|---|---|---|", *rows])


def _preset_table() -> str:
    flat = {name: dict(_flat(values)) for name, values in PRESETS.items()}
    paths = dict.fromkeys(path for values in flat.values() for path in values)
    rows = [f"| `{path}` | {' | '.join(f'`{flat[name][path]}`' for name in PRESETS)} |" for path in paths]
    return "\n".join([f"| Field | {' | '.join(PRESETS)} |", "|---" * (len(PRESETS) + 1) + "|", *rows])


def _rule_table() -> str:
    rows = [
        f"| `{name}` | {_effect(name, hard)} | {_cell(text)} | {_cell(source)} |"
        for name, hard, text, source in catalogue()
    ]
    return "\n".join(["| Check | Effect | Rule | Source |", "|---|---|---|---|", *rows])


def _effect(name: str, hard: bool) -> str:
    if not hard:
        return "warns"
    return "refuses" if name in check_names() else "always refuses"


def _backend_fields(variants: list[type[BaseModel]]) -> Iterator[Field]:
    kinds = {str(get_args(model.model_fields["type"].annotation)[0]): model for model in variants}
    texts = [f"`{kind}`: {(model.__doc__ or '').strip()}" for kind, model in kinds.items()]
    yield Field("backend.type", "`local`", f"{describe('backend')} {' '.join(texts)}")
    for kind, model in kinds.items():
        for name, info in model.model_fields.items():
            if name != "type":
                row = _field(f"backend.{name}", info)
                yield Field(row.path, row.default, f"With `type: {kind}`. {row.description}".strip())


def _field(path: str, info: FieldInfo) -> Field:
    return Field(path, _default(path, info), " ".join((info.description or "").split()))


def _default(path: str, info: FieldInfo) -> str:
    if path in _FILLED:
        return _FILLED[path]
    by_engine = _engine_defaults().get(path)
    if by_engine:
        return by_engine
    if path in dict(_flat(PRESETS["development"])):
        return "by preset"
    if info.is_required():
        return "**required**"
    default: Any = info.get_default(call_default_factory=True)
    if default is PydanticUndefined or default in (None, {}, []):
        return "none"
    written: list[Any] = [one.func for one in info.metadata if isinstance(one, PlainSerializer)]
    if written:
        return f"`{written[0](default)}`"
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default}`"


def _engine_defaults() -> dict[str, str]:
    facts = table("engines")
    keys = {"engine_version": "default", "username": "username", "port": "port", "logs.exports": "logs"}
    return {path: _per_engine([facts[engine][key] for engine in ENGINES]) for path, key in keys.items()}


def _per_engine(values: list[Any]) -> str:
    shown = [", ".join(value) if isinstance(value, list) else str(value) for value in values]
    return f"postgres `{shown[0]}`, mysql `{shown[1]}`"


def _flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
