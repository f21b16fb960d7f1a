"""Facts that nothing can break yet: of what a spec cannot ask for, and of operations that are not built.

Whoever adds the field or the operation moves its facts into a table of refusals.
"""

from __future__ import annotations

UNCHECKED: dict[str, str] = {
    "c1-3": "A global cluster identifier follows the rules of a cluster's.",
    "c1-9": "Clusters of a global database have different names.",
    "c5-11": "A secondary cluster of a global database has no reader autoscaling.",
    "c9-1": "A global database has up to 10 secondary Regions.",
    "c9-2": "A secondary cluster has up to 16 readers.",
    "c9-3": "A primary cluster has 15 readers less the number of secondary Regions.",
    "c9-4": "One cluster a Region.",
    "c9-5": "No burstable class in a global database.",
    "c9-6": "No backtrack, no managed password, no autoscaling of secondaries in a global database.",
    "c9-7": "No automatic minor upgrades in a global database.",
    "c9-8": "Minor upgrades go secondaries first.",
    "c9-9": "Major upgrades are of the global cluster.",
    "c9-10": "A cluster joins a global database when it is made.",
    "c9-11": "A global cluster made of another takes its engine from it.",
    "c9-12": "Secondaries go before the primary.",
    "c9-13": "A switchover loses nothing, a failover may.",
    "c9-14": "Global write forwarding is set on a secondary.",
    "c9-15": "Local write forwarding needs a recent version.",
}

NOT_BUILT: dict[str, str] = {
    "c4-6": "no operation upgrades: `engines` lists where each version can go, and AWS refuses anything else",
    "c11-3": "no operation upgrades to another major version, so no group of instances goes with it",
    "c11-4": "no operation upgrades to another major version, and AWS refuses one without its flag, which is never written",
    "c11-6": "no operation makes a blue/green deployment",
    "c11-8": "no operation renames a cluster, and a plan that would make it again is refused",
}
"""Facts about operations that are not there, with what happens instead."""
