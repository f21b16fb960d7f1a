"""Helpers that several entries share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Task
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError
from aurora_cli.sandbox.provider.protocol.types import UNKNOWN, is_zero


def again(call: Call) -> Callable[[Task], None]:
    """An update that repeats the creation call, for APIs with Put actions."""

    def put(task: Task) -> None:
        task.send(call)

    return put


def import_parts(task: Task, separator: str, count: int, form: str) -> list[str]:
    """The parts of an import id.

    Args:
        count: the number of parts.
        form: the format of the id, for the error.

    Raises:
        ProviderError: the number of parts differs.
    """
    found = (task.id or "").split(separator)
    if len(found) != count or not all(found):
        raise ProviderError(f"unexpected format of ID ({task.id}), expected {form}")
    return found


def difference(task: Task, attribute: str) -> tuple[list[Any], list[Any]]:
    """What the plan adds to a set and removes from it, each in a stable order."""
    before, after = set(task.prior.get(attribute) or ()), set(task.get(attribute) or ())
    return listed(after - before), listed(before - after)


def given(config: Mapping[str, Any], attribute: str) -> bool:
    """Whether a configuration has a value that the SDK's GetOk returns: not null, zero or unknown."""
    value = config.get(attribute)
    return value is not UNKNOWN and not is_zero(value)


def same_text(before: Any, after: Any) -> bool:
    """Whether strings differ only in case."""
    return str(before or "").lower() == str(after or "").lower()


def listed(value: Any) -> list[Any]:
    """A set or list, or None, as a list in a stable order."""
    return sorted(value or (), key=str)
