"""The Jinja environment of the Terraform templates."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FunctionLoader, StrictUndefined, Undefined
from jinja2.bccache import Bucket
from platformdirs import user_cache_path

from aurora_cli.hcl.literal import to_hcl
from aurora_cli.hcl.location import SUFFIX, templates_folder
from aurora_cli.writing import make_missing

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
        bytecode_cache=_Compiled(str(user_cache_path("aurora-cli", appauthor=False) / "templates")),
    )
    env.filters["hcl"] = _hcl
    return env


class _Compiled(FileSystemBytecodeCache):
    """Templates compiled once per user: compiling them takes ten times as long as filling them in.

    A folder that cannot be written or a damaged file costs that time and nothing else.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # pickle and marshal raise many things
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            make_missing(Path(self.directory))
            super().dump_bytecode(bucket)


def _hcl(value: Any) -> str:
    """The filter: `to_hcl`, after a name that is not there has raised its UndefinedError."""
    return to_hcl(str(value) if isinstance(value, Undefined) else value)
