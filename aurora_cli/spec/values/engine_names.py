"""What people call the engines."""

from __future__ import annotations

from typing import Any

ENGINE_ALIASES: dict[str, str] = {
    "postgres": "aurora-postgresql",
    "postgresql": "aurora-postgresql",
    "pg": "aurora-postgresql",
    "aurora-postgresql": "aurora-postgresql",
    "mysql": "aurora-mysql",
    "aurora-mysql": "aurora-mysql",
}


def canonical_engine(value: Any) -> Any:
    """AWS's name for an engine: `postgres` gives `aurora-postgresql`. Anything unknown is left for pydantic to refuse."""
    return ENGINE_ALIASES.get(value.strip().lower(), value) if isinstance(value, str) else value
