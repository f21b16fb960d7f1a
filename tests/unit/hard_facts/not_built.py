"""Facts that nothing can break yet: of what a spec cannot ask for, and of operations that are not built.

Whoever adds the field or the operation moves its facts into a table of refusals.
"""

from __future__ import annotations

NOT_BUILT: dict[str, str] = {
    "c11-6": "no operation makes a blue/green deployment",
}
"""Facts about operations that are not there, with what happens instead."""
