"""How large an instance class is, compared with others: `db.r7g.2xlarge` is twice `db.r7g.xlarge`."""

from __future__ import annotations

import re
from decimal import Decimal

_NAMED = {"micro": 0.25, "small": 0.5, "medium": 1.0, "large": 2.0, "xlarge": 4.0}
_GIB_PER_VCPU = {
    **dict.fromkeys(("r5", "r6g", "r6gd", "r6i", "r6id", "r7g", "r7i", "r8a", "r8g", "r8gd"), Decimal(8)),
    "r4": Decimal("7.625"),
    "x2g": Decimal(16),
}
_GIB_OF_BURSTABLE = {"small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
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


def memory_of(class_: str) -> Decimal | None:
    """GiB of memory of a class (Aurora User Guide, hardware specifications for DB instance classes); None if not known."""
    family, _, size = class_.removeprefix("db.").rpartition(".")
    if family in ("t2", "t3", "t4g"):
        return Decimal(_GIB_OF_BURSTABLE[size]) if size in _GIB_OF_BURSTABLE else None
    vcpus = vcpus_of(class_)
    return _GIB_PER_VCPU[family] * vcpus if vcpus and family in _GIB_PER_VCPU else None
