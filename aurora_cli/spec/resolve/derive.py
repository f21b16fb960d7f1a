"""Values that follow from others: what the engine, the kind of network or the other window implies."""

from __future__ import annotations

from aurora_cli.spec.derived.regions import default_block
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.facts.versions import default_version, major_version
from aurora_cli.spec.layers.layers import Layer
from aurora_cli.spec.layers.merge import SERVERLESS, Merged
from aurora_cli.spec.layers.presets import PRESETS, preset_layer
from aurora_cli.spec.model.source import INHERITING
from aurora_cli.spec.values.engine_names import canonical_engine
from aurora_cli.spec.values.windows import daily, derived_backup, derived_maintenance, weekly

DEFAULT = "default"
DEFAULT_CIDR = "10.0.0.0/16"
GLOBAL_CLASS = "db.r7g.large"
"""T classes, which small presets have, are refused in a global database."""


def add_preset(merged: Merged, preset: str) -> None:
    """Put the preset below the user's values, without what does not go with them."""
    own_vpc = not any(merged.get(f"network.{key}") for key in ("vpc_id", "subnet_ids", "subnet_group"))
    if merged.has("instances.acu"):
        merged.fill("instances.class", SERVERLESS, "derived from instances.acu")
    values = {
        section: {key: value for key, value in part.items() if own_vpc or (section, key) != ("network", "zones")}
        for section, part in PRESETS[preset].items()
    }
    if merged.get("high_availability") in (True, "true"):
        readers = max(1, PRESETS[preset]["instances"]["readers"])
        merged.fill("instances.readers", readers, "derived from high_availability")
    if merged.has("global"):
        merged.fill("instances.class", GLOBAL_CLASS, "derived from global")
    merged.put_below(Layer(values, preset_layer(preset).source))
    if own_vpc:
        merged.fill("network.cidr", DEFAULT_CIDR, DEFAULT)
    _add_region_networks(merged, PRESETS[preset]["network"]["zones"])


def _add_region_networks(merged: Merged, zones: int) -> None:
    """Each secondary Region gets a VPC of its own, in a block of its own, unless it names an existing one."""
    for region in merged.children("global.regions"):
        path = f"global.regions.{region}.network"
        if not any(merged.get(f"{path}.{key}") for key in ("vpc_id", "subnet_ids", "subnet_group")):
            merged.fill(f"{path}.cidr", default_block(region), "derived from the Region")
            merged.fill(f"{path}.zones", zones, "derived from preset")


def add_serverless_v1(merged: Merged) -> None:
    """Name and engine, where only the part on Serverless v1 says them."""
    for path, key in (("name", "cluster_identifier"), ("engine", "engine")):
        merged.fill(path, canonical_engine(merged.get(f"serverless_v1.{key}")), f"derived from serverless_v1.{key}")


def add_engine_defaults(merged: Merged, engine: str) -> None:
    """Fill in what depends on the engine: version, user, port, log types."""
    facts = table("engines")[engine]
    version = default_version(engine)
    if merged.get("maintenance.auto_minor_upgrades") in (True, "true"):
        version = major_version(engine, version)
    merged.fill("engine_version", version, DEFAULT)
    if not any(merged.has(f"source.{kind}") for kind in INHERITING):
        merged.fill("username", facts["username"], DEFAULT)
    merged.fill("port", facts["port"], DEFAULT)
    merged.fill("logs.exports", list(facts["logs"]), DEFAULT)


def add_other_window(merged: Merged) -> None:
    """If one window is set, set the other: AWS's random choice could overlap with it."""
    backup, maintenance = merged.get("backup.window"), merged.get("maintenance.window")
    if isinstance(backup, str) and maintenance is None:
        window = daily(backup)
        merged.fill("maintenance.window", window and derived_maintenance(window), "derived from backup.window")
    elif isinstance(maintenance, str) and backup is None:
        window = weekly(maintenance)
        merged.fill("backup.window", window and derived_backup(window), "derived from maintenance.window")
