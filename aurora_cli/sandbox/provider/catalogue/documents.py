"""Whether two JSON documents say the same."""

from __future__ import annotations

import json
from typing import Any

_SET_LIKE = frozenset({"Action", "NotAction", "Resource", "NotResource"})


def equivalent_policy(before: Any, after: Any) -> bool:
    """True for policy documents that differ in layout, key order, or a single item against a list of one."""
    try:
        return bool(_policy(json.loads(before)) == _policy(json.loads(after)))
    except (TypeError, ValueError):
        return False


def _policy(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _policy(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [_policy(item) for item in value]
        if len(items) == 1:
            return items[0]
        return sorted(items, key=repr) if key in _SET_LIKE else items
    return value
