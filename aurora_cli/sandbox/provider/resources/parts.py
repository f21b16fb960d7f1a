"""Small pieces that several entries are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Task
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError


def again(call: Call) -> Callable[[Task], None]:
    """A change made by sending the whole creation call once more, for APIs whose calls put."""

    def put(task: Task) -> None:
        task.send(call)

    return put


def import_parts(task: Task, separator: str, count: int, form: str) -> list[str]:
    """The parts of an import id.

    Args:
        count: how many there are.
        form: how the id looks, for the error.

    Raises:
        ProviderError: there are not that many.
    """
    found = (task.id or "").split(separator)
    if len(found) != count or not all(found):
        raise ProviderError(f"unexpected format of ID ({task.id}), expected {form}")
    return found


def difference(task: Task, attribute: str) -> tuple[list[Any], list[Any]]:
    """What the plan adds to a set of the state, and what it takes out, each in a stable order."""
    before, after = set(task.prior.get(attribute) or ()), set(task.get(attribute) or ())
    return listed(after - before), listed(before - after)


def same_text(before: Any, after: Any) -> bool:
    """True for text that differs in letter case alone."""
    return str(before or "").lower() == str(after or "").lower()


def listed(value: Any) -> list[Any]:
    """A set or list that may be missing, in a stable order."""
    return sorted(value or (), key=str)
