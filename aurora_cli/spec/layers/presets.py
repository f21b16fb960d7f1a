"""Presets: named sets of defaults, as data.

A preset sets size and care, never safety: encryption, IAM sign-in, forced TLS, deletion protection, the final snapshot and
closed networks are the model's own defaults and hold in all of them.
"""

from __future__ import annotations

from typing import Any

from aurora_cli.spec.layers.layers import Layer

DEFAULT_PRESET = "development"

PRESETS: dict[str, dict[str, Any]] = {
    "development": {
        "instances": {"class": "db.t4g.medium", "readers": 0},
        "network": {"zones": 2},
        "backup": {"retention": "1d"},
        "logs": {"retention": "7d"},
    },
    "staging": {
        "instances": {"class": "db.t4g.large", "readers": 1},
        "network": {"zones": 2},
        "backup": {"retention": "7d"},
        "logs": {"retention": "30d"},
    },
    "production": {
        "instances": {"class": "db.r7g.large", "readers": 1},
        "network": {"zones": 3},
        "backup": {"retention": "14d"},
        "logs": {"retention": "90d"},
    },
}


def preset_layer(name: str) -> Layer:
    """The layer of a preset. Raises KeyError for an unknown name."""
    return Layer(PRESETS[name], f"preset {name}")
