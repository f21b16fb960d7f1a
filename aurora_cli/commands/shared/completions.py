"""What the shell offers at the Tab key: from packaged tables and the local home, never from the network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

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


def complete_classes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """DB instance classes of the packaged table, for the engine on the command line if there is one, with their size and price.

    Zsh and fish show that beside each; Bash has no place for it.
    """
    from click.shell_completion import CompletionItem

    from aurora_cli.spec.facts.tables import instance_classes
    from aurora_cli.spec.values.engine_names import canonical_engine

    engine = canonical_engine(ctx.params.get("engine"))
    about = _about_classes(ctx, engine)
    return [CompletionItem(name, help=about(name)) for name in _starting(incomplete, instance_classes(engine))]


def _about_classes(ctx: click.Context, engine: Any) -> Callable[[str], str | None]:
    """What is said of a class: `2 vCPU, 16 GiB, 0.276 USD an hour in us-east-1 (price of 2025-01-01)`, as far as it is known."""
    from aurora_cli.errors import AuroraError
    from aurora_cli.prices.items import STANDARD, item
    from aurora_cli.prices.table import known_prices
    from aurora_cli.spec.facts.sizes import memory_of, vcpus_of

    app = _app(ctx)
    region = _region(ctx, app)
    try:
        prices = known_prices(app.price_file) if region else None
    except AuroraError:
        prices = None

    def about(name: str) -> str | None:
        vcpus, memory = vcpus_of(name), memory_of(name)
        price = prices.find(region, item("instance", STANDARD, name), str(engine)) if prices and region else None
        parts = [f"{vcpus} vCPU" if vcpus else "", f"{memory.normalize():f} GiB" if memory else ""]
        if price:
            parts.append(f"{price.usd:f} USD an hour in {region} (price of {price.day})")
        return ", ".join(filter(None, parts)) or None

    return about


def _region(ctx: click.Context, app: AppContext) -> str | None:
    """That of the cluster on the command line, or of the options and the environment."""
    from aurora_cli.errors import AuroraError

    # Click leaves arguments unparsed where an option waits for its value.
    names = {ctx.params.get("name"), *(word for word in ctx.args if not word.startswith("-"))}
    try:
        live = next((stack.record.region for stack in app.registry.list() if stack.name in names), None)
    except (AuroraError, OSError):
        live = None
    fallback = app.fallback_region()
    return live or app.region or (fallback[0] if fallback else None)


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
    return make_app(Settings(home=root.get("home"), sandbox=bool(root.get("sandbox")), region=root.get("region")))


def _starting(incomplete: str, words: Any) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
