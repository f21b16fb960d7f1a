"""Restart an instance, and know from the events of RDS that it has restarted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aurora_cli.aws.errors import aws_errors

_RESTARTED = "restarted"
_A_DAY_IN_MINUTES = 24 * 60


def reboot(rds: Any, identifier: str) -> None:
    """RebootDBInstance. Raises CredentialsError, AccessDenied, ClusterNotFound, AwsFailed."""
    with aws_errors(f"rebooting {identifier}"):
        rds.reboot_db_instance(DBInstanceIdentifier=identifier)


def last_restart(rds: Any, identifier: str) -> datetime | None:
    """When RDS noted "DB instance restarted" (RDS-EVENT-0006) for the instance last, by the clock of AWS; None if not in a day.

    Raises CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"reading the events of {identifier}"):
        pages = rds.get_paginator("describe_events").paginate(
            SourceIdentifier=identifier, SourceType="db-instance", Duration=_A_DAY_IN_MINUTES
        )
        events = [event for page in pages for event in page["Events"]]
    return max((event["Date"] for event in events if _RESTARTED in event.get("Message", "")), default=None)
