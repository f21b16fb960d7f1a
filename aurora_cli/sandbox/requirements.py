"""The packages of the extra `sandbox`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from aurora_cli.errors import SandboxFailed

_EMULATOR = ("moto", "flask", "flask_cors")
_PROVIDER = ("tf",)
_PYTHON = (3, 11)  # required by the latest `tf`
INSTALL = "pip install 'rds-aurora-cli[sandbox]'"


def missing_packages(*, genuine: bool = False) -> list[str]:
    """Import names of the missing packages; the genuine provider does not require those of the sandbox's provider."""
    names = _EMULATOR if genuine else (*_EMULATOR, *_PROVIDER)
    return [name for name in names if find_spec(name) is None]


def way_out(missing: list[str]) -> str:
    """How to install the missing packages."""
    if "tf" in missing and sys.version_info < _PYTHON:
        return (
            f"The sandbox's provider requires Python {_PYTHON[0]}.{_PYTHON[1]} or later. Install the program with it."
        )
    return INSTALL


def require_packages(*, genuine: bool = False) -> None:
    """Raise SandboxFailed with a hint if a package is missing."""
    missing = missing_packages(genuine=genuine)
    if missing:
        raise SandboxFailed(
            f"The sandbox requires packages that are not installed: {', '.join(missing)}.", hint=way_out(missing)
        )
