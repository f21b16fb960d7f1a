"""Small pieces that several entries are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aurora_cli.sandbox.provider.diagnostics import ProviderError
from aurora_cli.sandbox.provider.resources.model import Call

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.engine.task import Task


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


def same_text(before: Any, after: Any) -> bool:
    """True for text that differs in letter case alone."""
    return str(before or "").lower() == str(after or "").lower()


def listed(value: Any) -> list[Any]:
    """A set or list that may be missing, in a stable order."""
    return sorted(value or (), key=str)
