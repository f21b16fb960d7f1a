"""The genuine provider in a filesystem mirror of Terraform's."""

from __future__ import annotations

import re
from pathlib import Path

from aurora_cli.sandbox.provider.install import os_arch

_ADDRESS = "registry.terraform.io/hashicorp/aws"


def genuine_binary(mirror: Path) -> Path:
    """The newest `hashicorp/aws` in an unpacked mirror.

    Raises:
        FileNotFoundError: there is none for this platform.
    """
    found = sorted((mirror / _ADDRESS).glob(f"*/{os_arch()}/terraform-provider-aws_v*"), key=version_of)
    if not found:
        raise FileNotFoundError(f"{mirror} has no {_ADDRESS} for {os_arch()}")
    return found[-1]


def version_of(binary: Path) -> tuple[int, ...]:
    """The version of a provider, from the folder it is in."""
    return tuple(int(part) for part in re.findall(r"\d+", binary.parents[1].name))
