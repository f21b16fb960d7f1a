"""The Jinja environment of the Terraform templates."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Undefined

from aurora_cli.hcl.literal import to_hcl
from aurora_cli.hcl.location import SUFFIX, templates_folder

__all__ = ["SUFFIX", "environment", "templates_folder"]


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Strict (an unknown name is an error), with the filter `hcl`, the only way to put a value in place."""
    folder = templates_folder()

    def load(name: str) -> str | None:
        file = folder / name
        return file.read_text(encoding="utf-8") if file.is_file() else None

    # HCL is no HTML: escaping for it is the task of the filter.
    env = Environment(  # noqa: S701
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    env.filters["hcl"] = _hcl
    return env


def _hcl(value: Any) -> str:
    """The filter: `to_hcl`, after a name that is not there has raised its UndefinedError."""
    return to_hcl(str(value) if isinstance(value, Undefined) else value)
