"""How large an instance class is, compared with others: `db.r7g.2xlarge` is twice `db.r7g.xlarge`."""

from __future__ import annotations

import re

_NAMED = {"micro": 0.25, "small": 0.5, "medium": 1.0, "large": 2.0, "xlarge": 4.0}
_MANY = re.compile(r"(\d+)xlarge", re.ASCII)


def size_of(class_: str) -> float:
    """vCPUs, roughly; 0 for one without a fixed size (`db.serverless`).

    Of readers in one promotion tier AWS promotes the largest (Aurora User Guide, fault tolerance).
    """
    size = class_.rpartition(".")[2]
    many = _MANY.fullmatch(size)
    return 4.0 * int(many[1]) if many else _NAMED.get(size, 0.0)


def vcpus_of(class_: str) -> int | None:
    """vCPUs of a class (Aurora User Guide, hardware specifications for DB instance classes); None for one that is not known.

    Every class that Aurora has follows its size, and the burstable ones (`db.t`) have two vCPUs up to `large`.
    """
    family, _, size = class_.removeprefix("db.").rpartition(".")
    if family.startswith("t") and size in ("small", "medium", "large"):
        return 2
    return int(size_of(class_)) if size == "large" or size.endswith("xlarge") else None
