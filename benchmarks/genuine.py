"""The rows of `against_terraform` with the genuine hashicorp/aws, from the filesystem mirror that PROVIDER_MIRROR names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from benchmarks.against_terraform import creating, planning, workshop
from benchmarks.timing import Comparison
from tests.calibration.mirror import cli_config, genuine_binary

CREATIONS = 2
"""It waits half a minute before it looks at a cluster, so a pair of creations takes about three minutes."""


def genuine(runs: int) -> Iterator[Comparison | str]:
    """`plan` and `create`, or why there are none."""
    mirror = os.environ.get("PROVIDER_MIRROR")
    if not mirror:
        yield "The genuine provider is left out: set PROVIDER_MIRROR to a filesystem mirror that has hashicorp/aws."
        return
    with workshop() as shop:
        config = shop.home / "mirror.tfrc"
        config.write_text(cli_config(Path(mirror)), encoding="utf-8")
        own = {"AURORA_PROVIDER": "genuine", "TF_CLI_CONFIG_FILE": str(config)}
        with patch.dict(os.environ, own):
            there = replace(shop, environ={**shop.environ, **own})
            yield f"hashicorp/aws {genuine_binary(Path(mirror)).parents[1].name}"
            yield planning(there, runs)
            yield creating(there, min(runs, CREATIONS))
