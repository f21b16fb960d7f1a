"""DescribeEvents by time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend

RECENT_MINUTES = 60


def describe(backend: AuroraBackend, params: Any) -> list[Any]:
    """DescribeEvents between StartTime and EndTime, or of the last Duration minutes (default 60)."""
    found = backend.describe_events(params.get("SourceIdentifier"), params.get("SourceType"))
    begin, end, now = params.get("StartTime"), params.get("EndTime"), dt.datetime.now(dt.timezone.utc)
    since = (
        moment(begin)
        if begin is not None
        else now - dt.timedelta(minutes=int(params.get("Duration") or RECENT_MINUTES))
    )
    return [one for one in found if since <= moment(one.date) and (end is None or moment(one.date) <= moment(end))]


def moment(given: Any) -> dt.datetime:
    """A time in UTC, which is also the default time zone."""
    found = given if isinstance(given, dt.datetime) else dt.datetime.fromisoformat(str(given).replace("Z", "+00:00"))
    return found.astimezone(dt.timezone.utc) if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)
