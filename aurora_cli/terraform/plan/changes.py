"""What changes inside one resource: the attributes that differ between `before` and `after`, by path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aurora_cli.terraform.plan.redaction import SENSITIVE, is_secret_name, redact

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class AttributeChange:
    """One attribute that changes.

    Attributes:
        path: e.g. `instance_class`, `serverlessv2_scaling_configuration[0].max_capacity`.
        before: the value now; `SENSITIVE` for a secret.
        after: the planned value; `SENSITIVE` for a secret, None when it is not known yet.
        sensitive: whether it is a secret.
        known: False when AWS will decide the value during apply.
    """

    path: str
    before: Any
    after: Any
    sensitive: bool = False
    known: bool = True

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return dict(vars(self))


def dotted(path: Path) -> str:
    """`("a", 0, "b")` gives `a[0].b`; a key that is not a plain word is quoted, `tags["my key"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("_", "").replace("-", "").isalnum():
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


def attribute_changes(change: dict[str, Any]) -> tuple[AttributeChange, ...]:
    """The differing attributes of one `change` object of `show -json`, in the order of their names; secrets are redacted."""
    marks = (change.get("before_sensitive"), change.get("after_sensitive"))
    walk = _differences((), change.get("before"), change.get("after"), change.get("after_unknown"), marks)
    return tuple(sorted(walk, key=lambda found: found.path))


def _differences(
    path: Path, before: Any, after: Any, unknown: Any, marks: tuple[Any, Any]
) -> Iterator[AttributeChange]:
    if (before == after or _is_unset(before, after)) and not _any_unknown(unknown):
        return
    if (
        marks[0] is True
        or marks[1] is True
        or (path and is_secret_name(str(path[-1])) and not _is_switch(before, after))
    ):
        yield from _secret(path, before, after, unknown)
    elif unknown is True:
        yield AttributeChange(dotted(path), redact(before, marks[0]), None, known=False)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after, *_unknown_keys(unknown)}):
            below = (_at(marks[0], key), _at(marks[1], key))
            yield from _differences((*path, key), before.get(key), after.get(key), _at(unknown, key), below)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after) and _nested(before, after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            below = (_at(marks[0], index), _at(marks[1], index))
            yield from _differences((*path, index), old, new, _at(unknown, index), below)
    elif before != after or _any_unknown(unknown):
        known = not _any_unknown(unknown)
        yield AttributeChange(dotted(path), redact(before, marks[0]), redact(after, marks[1]), known=known)


def _is_unset(before: Any, after: Any) -> bool:
    """Whether nothing differs but how it is written: the provider stores `""`, 0 or `{}` for what nobody has set."""
    return not before and not after and (before is None or after is None)


def _is_switch(before: Any, after: Any) -> bool:
    """Whether a value says yes or no, like `manage_master_user_password`: that is no secret, whatever its name."""
    return all(value is None or isinstance(value, bool) for value in (before, after)) and before is not after


def _secret(path: Path, before: Any, after: Any, unknown: Any) -> Iterator[AttributeChange]:
    known = not _any_unknown(unknown)
    if before != after or not known:
        old = None if before is None else SENSITIVE
        new = None if after is None else SENSITIVE
        yield AttributeChange(dotted(path), old, new, sensitive=True, known=known)


def _nested(before: list[Any], after: list[Any]) -> bool:
    return all(isinstance(item, dict) for item in (*before, *after))


def _unknown_keys(unknown: Any) -> list[str]:
    return list(unknown) if isinstance(unknown, dict) else []


def _at(tree: Any, step: str | int) -> Any:
    if isinstance(tree, dict):
        return tree.get(str(step))
    if isinstance(tree, list) and isinstance(step, int) and step < len(tree):
        return tree[step]
    return None


def _any_unknown(tree: Any) -> bool:
    if isinstance(tree, dict):
        return any(_any_unknown(item) for item in tree.values())
    if isinstance(tree, list):
        return any(_any_unknown(item) for item in tree)
    return tree is True
