"""Facts about AWS as packaged tables. Each file states its origin and the date it was read."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

ENGINES = ("aurora-postgresql", "aurora-mysql")


@cache
def table(name: str) -> dict[str, Any]:
    """The table of that name, e.g. `engines`. Every table has `origin` and `read` beside its data."""
    text = resources.files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def instance_classes(engine: Any = None) -> list[str]:
    """DB instance classes that Aurora has in some Region, for one engine or (None, or unknown) for both."""
    classes = table("classes")
    engines = [engine] if engine in ENGINES else ENGINES
    return list(dict.fromkeys(c for name in engines for group in classes[name] for c in group["classes"]))


def regions_without(engine: str, class_: str) -> list[str]:
    """Regions whose table lacks the class, as of its date. Empty for a class that is in none of our tables."""
    return [r for group in table("classes")[engine] if class_ in group["classes"] for r in group["not_in"]]
