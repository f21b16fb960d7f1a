"""Where the Terraform templates are, and which edition they are. Knows nothing of Jinja, which takes its time to import."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from aurora_cli.errors import OperationFailed

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
    raise OperationFailed("The Terraform templates are missing.", hint="Reinstall aurora-cli.")


@lru_cache(maxsize=1)
def edition() -> str:
    """A hash over all templates: another edition may render the same spec in another way."""
    digest = hashlib.sha256()
    for file in sorted(templates_folder().iterdir(), key=lambda f: f.name):
        if file.name.endswith(SUFFIX):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
