"""Preloads what a provider may use, before it is forked."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

MODELS = ("sts", "ec2", "rds", "logs")
"""Services that every stack calls; the models of others are loaded on demand."""

Facts = dict[str, tuple[int, int]]


def preload(cache_dir: Path | None) -> None:
    """Import every module, and build schemas and service models.

    Args:
        cache_dir: folder with service models and the certificate; missing ones are created.
    """
    from aurora_cli.sandbox.provider import data_sources, resources, serve
    from aurora_cli.sandbox.provider.api.models import Models
    from aurora_cli.sandbox.provider.core import Provider
    from aurora_cli.sandbox.provider.engine.resource_facts import behaviour_of
    from aurora_cli.sandbox.provider.servicer import schema_response

    for name in (
        "api.client",
        "api.settings",
        "engine.lifecycle",
        "engine.planning",
        "engine.validation.configuration",
        "data_sources.query",
    ):
        import_module(f"aurora_cli.sandbox.provider.{name}")
    for package, modules in ((resources, resources.MODULES), (data_sources, data_sources.SOURCES)):
        for name in set(modules.values()):
            import_module(f"{package.__name__}.{name}")
    schema = Provider(cache_dir, {}).schema
    for one in (schema.provider, *schema.resources.values(), *schema.data_sources.values()):
        _ = one.block.type
    for resource_type in schema.resources:
        behaviour_of(resource_type)
    schema_response()
    models = Models(cache_dir)
    for service in MODELS:
        models.service(service)
    serve.certificate_in(cache_dir)
    gc.collect()
    gc.freeze()


def code_on_disk() -> Facts:
    """Path -> modification time and size of every loaded module and of the data."""
    found: Facts = {}
    data = sorted(str(path) for path in Path(__file__).with_name("data").glob("*.json"))
    for path in (*data, *sorted(filter(None, map(_file, list(sys.modules.values()))))):
        try:
            facts = Path(path).stat()
        except OSError:
            continue
        found[path] = (facts.st_mtime_ns, facts.st_size)
    return found


def is_current(loaded: Facts) -> bool:
    """Whether every file is unchanged since it was loaded."""
    try:
        return all(((s := Path(path).stat()).st_mtime_ns, s.st_size) == facts for path, facts in loaded.items())
    except OSError:
        return False


def _file(module: ModuleType | None) -> str | None:
    return getattr(module, "__file__", None)
