"""Names of AWS members and of Terraform attributes, and generated names."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Iterable, Mapping

# Attributes that the engine handles; no member of a request or a response matches them.
RESERVED = frozenset({"id", "region", "tags", "tags_all", "timeouts"})

_GENERATED = re.compile(r"^(.*)(\d{18}[0-9a-f]{8})$", re.DOTALL)
_counter = itertools.count(1)
_counter_lock = threading.Lock()


def squash(name: str) -> str:
    """A form in which `DBSubnetGroupName`, `dbSubnetGroupName` and `db_subnet_group_name` are equal."""
    return name.replace("_", "").replace("-", "").lower()


def match_members(members: Iterable[str], attributes: Iterable[str], aliases: Mapping[str, str]) -> dict[str, str]:
    """Member -> attribute, by alias or by name."""
    by_name = {squash(name): name for name in attributes if name not in RESERVED}
    found = {member: aliases.get(member) or by_name.get(squash(member)) for member in members}
    return {member: attribute for member, attribute in found.items() if attribute}


def generate_name(prefix: str) -> str:
    """A unique name in the form of Terraform's SDK: prefix, time to 1/10000 s, counter of 8 hexadecimal digits."""
    with _counter_lock:
        number = next(_counter)
    now = time.time()
    stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(now)) + f"{int(now % 1 * 10_000):04d}"
    return f"{prefix}{stamp}{number:08x}"


def prefix_of(name: str) -> str:
    """The prefix of a generated name; empty for any other name."""
    match = _GENERATED.match(name)
    return match.group(1) if match else ""
