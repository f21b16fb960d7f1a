"""What each field is for, taken from the model."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from aurora_cli.spec.model import ClusterSpec


def describe(path: str) -> str:
    """Description of a top-level key: the field's own, or the first sentence of its section's docstring."""
    info: FieldInfo = ClusterSpec.model_fields[path]
    if info.description:
        return info.description
    model: Any = info.annotation
    assert issubclass(model, BaseModel)
    return (model.__doc__ or "").strip().partition("\n")[0]
