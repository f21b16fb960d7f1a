"""The Jinja environment of the Terraform templates."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Undefined

from aurora_cli.errors import OperationFailed
from aurora_cli.hcl.literal import to_hcl

if TYPE_CHECKING:
    from importlib.abc import Traversable

SUFFIX = ".j2"


def templates_folder() -> Traversable:
    """Where the templates are: inside an installed wheel, or beside the package in a source checkout.

    Raises:
        OperationFailed: neither is there.
    """
    package = resources.files("aurora_cli")
    checkout = Path(__file__).resolve().parents[2]
    for folder in (package / "templates", checkout / "templates"):
        if (folder / f"versions.tf{SUFFIX}").is_file():
            return folder
    raise OperationFailed("The Terraform templates are missing.", hint="Install aurora-cli again.")


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
