"""Events of RDS: one that moto does not know, and the times that DescribeEvents is asked for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.rds.models import Event

if TYPE_CHECKING:
    from aurora_cli.sandbox.emulator.rds.instance import AuroraInstance

RECENT_MINUTES = 60


class Restarted(Event):
    """RDS-EVENT-0006."""

    def __init__(self, instance: AuroraInstance) -> None:
        self.source_identifier = instance.db_instance_identifier
        self.source_type = "db-instance"
        self.message = "DB instance restarted"
        self.event_categories = ["availability"]
        self.source_arn = instance.arn
        self.date = utcnow()


def within(events: list[Any], params: Any) -> list[Any]:
    """The events between StartTime and EndTime, or of the last Duration minutes (an hour if nothing is said)."""
    minutes = int(params.get("Duration") or RECENT_MINUTES)
    since = _naive(params.get("StartTime")) or utcnow() - dt.timedelta(minutes=minutes)
    until = _naive(params.get("EndTime")) or dt.datetime.max
    return [event for event in events if since <= event.date <= until]


def _naive(given: Any) -> dt.datetime | None:
    if given is None:
        return None
    moment = given if isinstance(given, dt.datetime) else dt.datetime.fromisoformat(str(given).replace("Z", "+00:00"))
    return moment.astimezone(dt.timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
