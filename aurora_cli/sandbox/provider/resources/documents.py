"""Equivalence and normal form of JSON documents."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

_SET_LIKE = frozenset({"Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated"})


def equivalent_policy(before: Any, after: Any) -> bool:
    """Whether policy documents differ only in whitespace, key order, or a single item instead of a list of one; `{}` is none."""
    if {str(before or "").strip(), str(after or "").strip()} <= {"", "{}"}:
        return True
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


def equivalent_json(before: Any, after: Any) -> bool:
    """Whether documents differ only in whitespace and key order."""
    try:
        return bool(json.loads(before) == json.loads(after))
    except (TypeError, ValueError):
        return False


def normal_json(text: Any) -> str:
    """JSON with sorted keys, without spaces, and with HTML characters escaped as by Go; other text is unchanged."""
    try:
        compact = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except (TypeError, ValueError):
        return str(text)
    return escape_html(compact)


def versioned_policy(text: Any) -> str:
    """A policy in the normal form of role policies, in which the version comes first."""
    sorted_ = normal_json(text)
    version = '"Version":"2012-10-17"'
    head, found, tail = sorted_.partition(f",{version}")
    return f"{{{version},{head[1:]}{tail}" if found and head.startswith("{") else sorted_


def escape_html(text: str) -> str:
    """JSON with `<`, `>` and `&` escaped as by Go."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def decoded(text: Any) -> Any:
    """Decode a document that IAM returns URL-encoded."""
    return unquote(text) if isinstance(text, str) else text
