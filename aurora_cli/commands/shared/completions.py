"""What the shell offers at the Tab key: from packaged tables and the local home, never from the network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from aurora_cli.context import AppContext

PRESETS = ("development", "staging", "production")
ENGINES = ("postgres", "mysql", "aurora-postgresql", "aurora-mysql")


def complete_clusters(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the clusters in the home that the global options name."""
    from aurora_cli.errors import AuroraError

    try:
        return _starting(incomplete, [stack.name for stack in _app(ctx).registry.list()])
    except (AuroraError, OSError):
        return []  # a shell that asks for words has no place for an error message


def complete_presets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The presets of the spec."""
    return _starting(incomplete, PRESETS)


def complete_engines(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Engine names, short ones first."""
    return _starting(incomplete, ENGINES)


def complete_classes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """DB instance classes of the packaged table, for the engine on the command line if there is one."""
    from aurora_cli.spec.facts.tables import instance_classes
    from aurora_cli.spec.values.engine_names import canonical_engine

    return _starting(incomplete, instance_classes(canonical_engine(ctx.params.get("engine"))))


def complete_checks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the checks that `--skip-check` takes; kept in the home, since loading all rules takes too long for a key."""
    from aurora_cli import __version__
    from aurora_cli.kept import keep, kept

    cache = _app(ctx).home.check_cache
    names = kept(cache, __version__, list)
    if names is None:
        from aurora_cli.spec.rules.all import check_names

        names = sorted(check_names())
        keep(cache, __version__, json.dumps(names))
    return _starting(incomplete, names)


def _app(ctx: click.Context) -> AppContext:
    from aurora_cli.commands.shared.session import Settings, make_app

    root = ctx.find_root().params
    return make_app(Settings(home=root.get("home"), sandbox=bool(root.get("sandbox"))))


def _starting(incomplete: str, words: Any) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
