"""Restart an instance, and know from the events of RDS that it has restarted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aurora_cli.aws.failures import aws_errors

_RESTARTED = "restarted"


def reboot(rds: Any, identifier: str) -> None:
    """RebootDBInstance. Raises CredentialsError, AccessDenied, ClusterNotFound, AwsFailed."""
    with aws_errors(f"rebooting {identifier}"):
        rds.reboot_db_instance(DBInstanceIdentifier=identifier)


def restarted_since(rds: Any, identifier: str, since: datetime) -> bool:
    """Whether RDS has noted "DB instance restarted" (RDS-EVENT-0006) for the instance since that moment.

    Raises CredentialsError, AccessDenied, AwsFailed.
    """
    since = since.replace(microsecond=0)  # the dates of events may be cut to whole seconds
    with aws_errors(f"reading the events of {identifier}"):
        pages = rds.get_paginator("describe_events").paginate(
            SourceIdentifier=identifier, SourceType="db-instance", StartTime=since
        )
        events = [event for page in pages for event in page["Events"]]
    return any(_RESTARTED in event.get("Message", "") and event["Date"] >= since for event in events)
