"""A spec as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from aurora_cli.errors import Problem
from aurora_cli.spec.model.cluster import ClusterSpec


@dataclass(frozen=True)
class Resolved:
    """A complete spec and where every value came from.

    Attributes:
        spec: nothing that depends on the engine or the network is left open.
        origins: dotted leaf path -> source; `default` for defaults, `derived from ...` for what follows from another value.
        warnings: doubtful values, and broken rules that were skipped by name.
    """

    spec: ClusterSpec
    origins: dict[str, str]
    warnings: tuple[Problem, ...] = ()
