"""Facts that nothing can break yet: of what a spec cannot ask for, and of operations that are not built.

Whoever adds the field or the operation moves its facts into a table of refusals.
"""

from __future__ import annotations

NOT_BUILT: dict[str, str] = {
    "c4-6": "no operation upgrades: `engines` lists where each version can go, and AWS refuses anything else",
    "c11-3": "no operation upgrades to another major version, so no group of instances goes with it",
    "c11-4": "no operation upgrades to another major version, and AWS refuses one without its flag, which is never written",
    "c11-8": "no operation renames a cluster, and a plan that would make it again is refused",
}
"""Facts about operations that are not there, with what happens instead."""
