"""Layers from what is typed: flags, `--set path=value`, `--tag K=V`, environment variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from aurora_cli.errors import InvalidInput
from aurora_cli.spec.layers.layers import Layer
from aurora_cli.spec.layers.shape import leaf_paths, split_path
from aurora_cli.spec.values.scalars import scalar
from aurora_cli.spec.values.suggestions import did_you_mean, shown
from aurora_cli.spec.values.yaml_tree import YamlProblem, read_tree

AUTOSCALE = ("--autoscale", "AURORA_AUTOSCALE")
AUTOSCALE_CPU = 70
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNESCAPED_EQUALS = re.compile(r"(?<!\\)(?:\\\\)*=")


def layer_from_pairs(pairs: Iterable[tuple[str, Any, str]]) -> list[Layer]:
    """Layers, lowest first, from (dotted path, value, source) in rising precedence.

    Neighbours from one source become one layer. A later value for the same path wins; mappings are put together, lists
    replaced. Paths are not checked here: `resolve` knows what to suggest for an unknown one.
    """
    layers = []
    for source, group in groupby(pairs, key=lambda pair: pair[2]):
        values: dict[str, Any] = {}
        for path, value, _ in group:
            put(values, split_path(path), value)
        layers.append(Layer(values, source))
    return layers


def parse_set(text: str) -> tuple[str, Any]:
    """`backup.retention=14d` gives `("backup.retention", "14d")`.

    The value is read as a YAML scalar (`true`, `3`, `null` takes a value back); one that starts with `[`, `{` or a quote
    is read as YAML. The key of a map may hold dots (`parameters.cluster.rds.log_retention_period=1440`); `\\=` in a path
    is an equals sign that belongs to it.

    Raises:
        InvalidInput: no `=`, no path, or a value that is not YAML.
    """
    path, value = _split_assignment(text, "--set", "PATH=VALUE", "backup.retention=14d")
    if not path.strip():
        raise InvalidInput(f"--set {shown(text)} does not name a field", hint="write --set backup.retention=14d")
    path = path.strip()
    if "." not in path and path not in {p.partition(".")[0] for p, _ in leaf_paths()}:
        hint = did_you_mean(path, (p for p, _ in leaf_paths()), "`aurora-cli schema` lists every field")
        raise InvalidInput(f"--set {shown(path)}: the spec has no such field", hint=hint)
    return path, _value(value, text)


def parse_tag(text: str) -> tuple[str, str]:
    """`team=payments` gives `("team", "payments")`; the value is text as typed, and may hold `=`.

    Raises:
        InvalidInput: there is no `=`, or nothing before it.
    """
    key, value = _split_assignment(text, "--tag", "KEY=VALUE", "team=payments")
    if not key:
        raise InvalidInput(f"--tag {shown(text)} has no key", hint="write --tag team=payments")
    return key, value


def parse_readers(text: str, flag: str) -> dict[str, int]:
    """`1-5` gives `{"min": 1, "max": 5}`. Raises InvalidInput for anything else."""
    match = re.fullmatch(r"\s*(\d{1,2})\s*-\s*(\d{1,2})\s*", text, re.ASCII)
    if match is None:
        raise InvalidInput(f"{flag} {shown(text)} is not MIN-MAX", hint=f"write {flag} 1-5")
    return {"min": int(match[1]), "max": int(match[2])}


def autoscaling_target(layers: Sequence[Layer]) -> list[Layer]:
    """A layer beneath the others with a target for `--autoscale`, where none of them names one."""
    parts = [layer.values.get("autoscaling") for layer in layers]
    given = [part for part in parts if isinstance(part, dict)]
    flag = next((la.source for la in layers if la.source in AUTOSCALE and "autoscaling" in la.values), None)
    if flag is None or any(part.get(name) is not None for part in given for name in ("cpu", "connections")):
        return []
    return [Layer({"autoscaling": {"cpu": AUTOSCALE_CPU}}, flag)]


def _split_assignment(text: str, flag: str, form: str, example: str) -> tuple[str, str]:
    match = _UNESCAPED_EQUALS.search(text)
    if match is None:
        raise InvalidInput(f"{flag} {shown(text)} is not {form}", hint=f"write {flag} {example}")
    return _ESCAPED.sub(r"\1", text[: match.end() - 1]), text[match.end() :]


def _value(value: str, text: str) -> Any:
    trimmed = value.strip()
    if trimmed[:1] not in ("[", "{", '"', "'"):
        return scalar(trimmed) if trimmed else ""
    try:
        tree = read_tree(trimmed)
    except YamlProblem as problem:
        raise InvalidInput(f"--set {shown(text)}: {problem.message}", hint="close every bracket and quote") from None
    if tree.duplicates:
        raise InvalidInput(f"--set {shown(text)}: {tree.duplicates[0].message}")
    return tree.value


def put(values: dict[str, Any], keys: list[str], value: Any) -> None:
    """Set the value under the keys of a nested mapping; a section that is there stays, with what is new."""
    at = values
    for key in keys[:-1]:
        inner = at.get(key)
        if not isinstance(inner, dict):
            inner = at[key] = {}
        at = inner
    last = keys[-1] if keys else ""
    before = at.get(last)
    at[last] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
