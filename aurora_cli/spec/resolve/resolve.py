"""From layers to one complete spec: put together, filled in, checked.

Precedence, lowest first: default, preset, file, environment, flag. Every problem is reported in one go, with its path, its
line and the source it came from; a rule is left out only when what it looks at is itself broken.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, get_args

from pydantic import ValidationError

from aurora_cli.errors import SpecInvalid
from aurora_cli.problem import Problem
from aurora_cli.spec.layers.diff import leaves
from aurora_cli.spec.layers.layers import Layer, tidy
from aurora_cli.spec.layers.merge import IDENTITY, Merged
from aurora_cli.spec.layers.presets import DEFAULT_PRESET, PRESETS
from aurora_cli.spec.model.cluster import ClusterSpec, EngineName
from aurora_cli.spec.resolve import derive
from aurora_cli.spec.resolve.messages import dotted, problem_from
from aurora_cli.spec.resolve.resolved import Resolved
from aurora_cli.spec.rules.all import catalogue, check, check_names
from aurora_cli.spec.values.suggestions import did_you_mean, shown

__all__ = ["Layer", "Resolved", "resolve"]

_PLACEHOLDERS = {"name": "placeholder", "region": "us-east-1", "engine": "aurora-postgresql"}
_FIXED_CHECKS = ("schema", "identity", "skip-checks")


def resolve(layers: Sequence[Layer], *, skip_checks: Collection[str] = ()) -> Resolved:
    """The spec that the layers describe.

    Args:
        layers: lowest to highest precedence, without the preset: it is read from them and put below.
        skip_checks: names of checks whose errors become warnings.

    Raises:
        SpecInvalid: with all problems, errors first, in the order of the file.
    """
    problems: list[Problem] = []
    tidied = []
    for layer in layers:
        tidy_layer, found = tidy(layer)
        tidied.append(tidy_layer)
        problems += found
    problems += _contradictions(tidied)
    merged = Merged(tidied)
    _fill_in(merged)
    spec, schema_problems = _validate(merged.nested())
    broken = {*(_around(p.path) for p in problems), *(_removed(p.path) for p in schema_problems)}
    problems += schema_problems
    problems += check(spec, broken=broken) if spec else []
    located = [_located(merged, problem) for problem in problems]
    return _outcome(spec, merged, _skipped(located, skip_checks))


def _outcome(spec: ClusterSpec | None, merged: Merged, problems: list[Problem]) -> Resolved:
    ordered = sorted(problems, key=lambda p: (p.severity != "error", p.line or sys.maxsize, p.path))
    errors = [p for p in ordered if p.severity == "error"]
    if errors or spec is None:
        count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
        raise SpecInvalid(f"the spec has {count}", problems=ordered, equivalent=_equivalent(spec))
    sources = merged.sources()
    origins = {path: sources.get(path, derive.DEFAULT) for path in leaves(spec)}
    return Resolved(spec, origins, tuple(ordered))


def _equivalent(spec: ClusterSpec | None) -> str | None:
    """What to write instead of Serverless v1."""
    if spec is None or spec.serverless_v1 is None:
        return None
    from aurora_cli.spec.resolve.serverless_v1_equivalent import equivalent_of

    return equivalent_of(spec).yaml()


def _fill_in(merged: Merged) -> None:
    preset = merged.get("preset") or DEFAULT_PRESET
    derive.add_preset(merged, preset if isinstance(preset, str) and preset in PRESETS else DEFAULT_PRESET)
    derive.add_serverless_v1(merged)
    engine = merged.get("engine")
    if engine in get_args(EngineName):
        derive.add_engine_defaults(merged, str(engine))
    derive.add_other_window(merged)


def _contradictions(layers: Sequence[Layer]) -> list[Problem]:
    """Name, region and engine say which cluster it is: a flag or variable may not turn a file into another one."""
    problems = []
    for key in IDENTITY:
        told = next((la for la in layers if la.from_file and la.values.get(key) is not None), None)
        for layer in layers if told else ():
            value = layer.values.get(key)
            if told and not (layer.from_file or layer.inherited) and value is not None and value != told.values[key]:
                line = told.line_of(key)
                place = f"{told.source}:{line}" if line else told.source
                message = f"{layer.source} has {shown(value)}, but {place} has {shown(told.values[key])}"
                hint = f"`{key}` identifies the cluster; use the same value in both, or another file"
                problems.append(Problem(key, message, hint=hint, check="identity", source=layer.source))
    return problems


def _validate(values: dict[str, Any]) -> tuple[ClusterSpec | None, list[Problem]]:
    """The model, and what was wrong. Broken values are taken out, so that the rules can still look at the rest."""
    problems: dict[str, Problem] = {}
    for _ in range(20):
        try:
            return ClusterSpec.model_validate(values), list(problems.values())
        except ValidationError as error:
            for entry in error.errors(include_url=False):
                problem = problem_from(entry)
                problems.setdefault(problem.path, problem)
                _repair(values, dotted(entry["loc"]), str(entry["type"]))
    return None, list(problems.values())


def _repair(values: dict[str, Any], path: str, kind: str) -> None:
    if kind == "missing" and path in _PLACEHOLDERS:
        values[path] = _PLACEHOLDERS[path]
        return
    top, _, rest = path.partition(".")
    section = values.get(top)
    if top == "backend" or not rest or not isinstance(section, dict) or (kind == "missing" and "." not in rest):
        values.pop(top, None)
    else:
        key = rest if rest in section else rest.partition(".")[0]
        section.pop(key, None)
    if top in _PLACEHOLDERS:
        values[top] = _PLACEHOLDERS[top]


def _around(path: str) -> str:
    """What a key that does not belong casts doubt on: its section."""
    return path.rpartition(".")[0] or path


def _removed(path: str) -> str:
    """What `_repair` takes out for a broken value at the path."""
    top, _, rest = path.partition(".")
    return top if top == "backend" or not rest else f"{top}.{rest.partition('.')[0]}"


def _located(merged: Merged, problem: Problem) -> Problem:
    if problem.source is not None:
        return problem
    source, line = merged.locate(problem.path)
    return replace(problem, source=source, line=line)


def _skipped(problems: list[Problem], names: Collection[str]) -> list[Problem]:
    known = check_names()
    fixed = {name for name, *_ in catalogue()}.difference(known)
    result = [replace(p, severity="warning") if p.check in names and p.check in known else p for p in problems]
    for name in names:
        if name in _FIXED_CHECKS or name in fixed:
            message = f"the check `{name}` cannot be skipped"
            result.append(Problem("", message, hint="correct the value", check="skip-checks"))
        elif name not in known:
            message = f"there is no check named `{shown(name)}`"
            hint = did_you_mean(name, known, f"checks are: {', '.join(known)}")
            result.append(Problem("", message, hint=hint, check="skip-checks"))
    return result
