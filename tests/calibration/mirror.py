"""The genuine provider in a filesystem mirror of Terraform's."""

from __future__ import annotations

import json
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


def cli_config(mirror: Path) -> str:
    """The text of a Terraform CLI configuration that installs `hashicorp/aws` from the mirror."""
    path = json.dumps(str(mirror.resolve()))
    return f"provider_installation {{\n  filesystem_mirror {{\n    path = {path}\n  }}\n}}\ndisable_checkpoint = true\n"


def version_of(binary: Path) -> tuple[int, ...]:
    """The version of a provider, from the folder it is in."""
    return tuple(int(part) for part in re.findall(r"\d+", binary.parents[1].name))
