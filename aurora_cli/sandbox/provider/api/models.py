"""Service models without documentation, from a cache folder."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import botocore
from botocore.model import OperationModel, ServiceModel

from aurora_cli.writing import make_missing, write_atomic

_SHARED: dict[tuple[Path | None, str], ServiceModel] = {}


class Models:
    """Loads service models once per process.

    Args:
        cache_dir: folder for models without documentation; None: loads botocore's files.
    """

    def __init__(self, cache_dir: Path | None = None) -> None:
        self._cache_dir = cache_dir
        self._lock = threading.Lock()
        self._services: dict[str, ServiceModel] = {}

    def service(self, name: str) -> ServiceModel:
        """The model of a service by botocore's name, e.g. `rds`."""
        with self._lock:
            model = self._services.get(name)
            if model is None:
                model = self._services[name] = self._shared(name)
            return model

    def _shared(self, name: str) -> ServiceModel:
        """Models do not change, so that a process and the providers forked from it share them."""
        key = (self._cache_dir, name)
        return _SHARED.get(key) or _SHARED.setdefault(key, ServiceModel(self._load(name), name))

    def operation(self, service: str, name: str) -> OperationModel:
        """The model of an operation, e.g. `rds`, `CreateDBCluster`."""
        return self.service(service).operation_model(name)

    def _load(self, name: str) -> dict[str, Any]:
        if self._cache_dir is None:
            return _from_botocore(name)
        file = self._cache_dir / f"{name}-{botocore.__version__}.json"
        try:
            data: dict[str, Any] = json.loads(file.read_bytes())
        except (OSError, ValueError):
            data = _from_botocore(name)
            _save(file, data)
        return data


def _from_botocore(name: str) -> dict[str, Any]:
    from botocore.loaders import create_loader

    data: dict[str, Any] = _without_documentation(create_loader().load_service_model(name, "service-2"))
    return data


def _without_documentation(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_documentation(item)
            for key, item in value.items()
            if not (key == "documentation" and isinstance(item, str))
        }
    if isinstance(value, list):
        return [_without_documentation(item) for item in value]
    return value


def _save(file: Path, data: dict[str, Any]) -> None:
    """Best effort: without the cache, loading takes longer."""
    try:
        make_missing(file.parent)
        write_atomic(file, json.dumps(data, separators=(",", ":")), sync=False)
    except OSError:
        return
