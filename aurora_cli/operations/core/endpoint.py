"""A host and a port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Endpoint:
    """Where to connect."""

    host: str
    port: int


def endpoint_dict(endpoint: Endpoint | None) -> dict[str, Any] | None:
    """JSON form, as in the published schema."""
    return {"host": endpoint.host, "port": endpoint.port} if endpoint else None
