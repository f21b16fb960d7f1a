"""The resource types that the sandbox has, one short entry each; the engine does the rest."""

from __future__ import annotations

from collections.abc import Mapping

from aurora_cli.sandbox.provider.catalogue import (
    kms,
    logs,
    network,
    parameter_groups,
    rds,
    rds_cluster,
    routes,
    security_groups,
)
from aurora_cli.sandbox.provider.catalogue.model import Resource

_MODULES = (network, routes, security_groups, logs, kms, parameter_groups, rds, rds_cluster)

RESOURCES: Mapping[str, Resource] = {entry.type: entry for module in _MODULES for entry in module.ENTRIES}
