"""A resource as an answer shows it, while the resource itself goes on."""

from __future__ import annotations

from typing import Any


class Shown:
    """Everything of a resource but its status: the answer to CreateDBCluster says `creating` even when it is quick."""

    def __init__(self, resource: Any, status: str) -> None:
        self._resource = resource
        self.status = status

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resource, name)
