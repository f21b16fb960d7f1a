"""Holds a call against the limits."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import error
from aurora_cli.sandbox.emulator.rds.limits import tags, together, values
from aurora_cli.sandbox.emulator.rds.limits.call import Call

_ANY_ENGINE = "aurora-mysql"
"""Of a restore whose source has to be found first: its limits are those of any engine."""


def check(backend: AuroraBackend, action: str, params: Any, agent: str = "") -> None:
    """Reject a call that AWS refuses for what it says.

    Args:
        action: e.g. `CreateDBCluster`.
        params: its parameters.
        agent: its User-Agent header.

    Raises:
        RDSClientError: a value or a combination is not allowed, or what the call changes does not exist.
    """
    tags.check(params.get("Tags") or (), agent=agent)
    rules = together.OF_ACTION.get(action, ())
    call = Call(backend, action, params)
    _check_values(action, params, (call.engine if rules else None) or _ANY_ENGINE)
    for rule in rules:
        rule(call)


def _check_values(action: str, params: Any, engine: str) -> None:
    for member, limits in values.OF_ACTION.get(action, {}).items():
        value = params.get(member)
        for limit in limits if value is not None else ():
            if not limit.allows(value, engine):
                raise error(limit.code, limit.text.format(value=value, engine=engine))
