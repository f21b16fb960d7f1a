"""Parts of a spec by where their values come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_CHOSEN = ("default", "preset ")
"""How the sources begin that nobody wrote down: a default, or a preset's value."""


def without_sources(
    values: Mapping[str, Any], origins: Mapping[str, str], beginnings: tuple[str, ...], prefix: str = ""
) -> dict[str, Any]:
    """The nested values without those whose source begins with one of `beginnings`; empty sections go too."""
    from aurora_cli.ui.report.lists import source_of

    kept: dict[str, Any] = {}
    for key, value in values.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            inner = without_sources(value, origins, beginnings, f"{path}.")
            if inner:
                kept[key] = inner
        elif not source_of(path, origins).startswith(beginnings):
            kept[key] = value
    return kept
