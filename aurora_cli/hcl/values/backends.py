"""The state backend as a block: its type, its arguments, and nothing secret."""

from __future__ import annotations

import hashlib
from typing import Any

from aurora_cli.spec.model.cluster import CloudBackend, ClusterSpec, HttpBackend, PgBackend, S3Backend

_LONGEST_SCHEMA_NAME = 63


def arguments_of(spec: ClusterSpec) -> dict[str, Any]:
    """The arguments of the backend block, in the order in which they are read best; None is left out when rendered."""
    backend = spec.backend
    if isinstance(backend, S3Backend):
        return _s3(spec, backend)
    if isinstance(backend, HttpBackend):
        return {name: getattr(backend, name) for name in type(backend).model_fields if name != "type"}
    if isinstance(backend, PgBackend):
        return {"schema_name": backend.schema_name or _schema_name(spec)}
    if isinstance(backend, CloudBackend):
        return {"hostname": backend.hostname, "organization": backend.organization}
    return {"path": "terraform.tfstate"}


def _s3(spec: ClusterSpec, backend: S3Backend) -> dict[str, Any]:
    return {
        "bucket": backend.bucket,
        "key": backend.key or f"aurora-cli/{spec.region}/{spec.base_name}.tfstate",
        "region": backend.region or spec.region,
        "profile": backend.profile,
        "encrypt": True,
        "kms_key_id": backend.kms_key,
        "use_lockfile": True,
    }


def _schema_name(spec: ClusterSpec) -> str:
    """A schema of this cluster's own: with the backend's default name, two clusters would write one state.

    PostgreSQL cuts names after 63 bytes, so a longer one ends in a hash of the whole.
    """
    name = f"aurora_cli_{spec.region}_{spec.base_name}".replace("-", "_")
    if len(name) <= _LONGEST_SCHEMA_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST_SCHEMA_NAME - 9]}_{digest}"
