"""Diagnostics for Terraform."""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Diagnostic:
    """An error or a warning; `path` consists of attribute names and list positions, empty for the whole resource."""

    summary: str
    detail: str = ""
    path: Path = ()
    severity: str = "error"


class ProviderError(Exception):
    """A failure that becomes one diagnostic."""

    def __init__(self, summary: str, detail: str = "", path: Path = ()) -> None:
        super().__init__(summary)
        self.diagnostic = Diagnostic(summary, detail, path)
