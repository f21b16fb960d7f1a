"""The packages that the sandbox needs beside those of the program itself: the extra `sandbox`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from aurora_cli.errors import SandboxFailed

_EMULATOR = ("moto", "flask", "flask_cors")
_PROVIDER = ("tf",)
_PYTHON = (3, 11)  # what the newest `tf` asks for
INSTALL = "pip install 'aurora-cli[sandbox]'"


def missing_packages(*, genuine: bool = False) -> list[str]:
    """Import names of the packages that are not there; with the genuine provider our own one is not needed."""
    names = _EMULATOR if genuine else (*_EMULATOR, *_PROVIDER)
    return [name for name in names if find_spec(name) is None]


def way_out(missing: list[str]) -> str:
    """What to do about missing packages."""
    if "tf" in missing and sys.version_info < _PYTHON:
        return f"The sandbox's provider needs Python {_PYTHON[0]}.{_PYTHON[1]} or newer; install aurora-cli with one."
    return INSTALL


def require_packages(*, genuine: bool = False) -> None:
    """Raise SandboxFailed, with the way out, unless every package is there."""
    missing = missing_packages(genuine=genuine)
    if missing:
        raise SandboxFailed(
            f"The sandbox needs packages that are not installed: {', '.join(missing)}.", hint=way_out(missing)
        )
