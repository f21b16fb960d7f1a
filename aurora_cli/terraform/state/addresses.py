"""Terraform addresses of a global database: each secondary Region is a module, `module.eu_central_1.aws_rds_cluster.this`."""

from __future__ import annotations

import re

CLUSTER_ADDRESS = "aws_rds_cluster.this"
GLOBAL_ADDRESS = "aws_rds_global_cluster.this"
_MODULE = re.compile(r"module\.(?P<label>[a-z]{2}(?:_[a-z]+){1,3}_\d{1,2})\.(?P<rest>.+)", re.DOTALL)


def region_of(address: str) -> str | None:
    """The secondary Region that an address is in, e.g. `eu-central-1`; None for one of the cluster's own."""
    match = _MODULE.fullmatch(address)
    return match["label"].replace("_", "-") if match else None


def inner(address: str) -> str:
    """The address inside its module: `aws_rds_cluster.this`."""
    match = _MODULE.fullmatch(address)
    return match["rest"] if match else address


def in_region(region: str, address: str) -> str:
    """The address of what is in a secondary Region's module."""
    return f"module.{region.replace('-', '_')}.{address}"
