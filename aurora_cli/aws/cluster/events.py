"""What RDS says has happened to a cluster and its instances (RDS API DescribeEvents)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aurora_cli.aws.errors import aws_errors

KEPT = timedelta(days=14)
"""RDS has no older events (RDS API reference, DescribeEvents)."""


@dataclass(frozen=True)
class RdsEvent:
    """One event.

    Attributes:
        source: identifier of the cluster or the instance.
        source_type: `db-cluster` or `db-instance`.
        categories: e.g. `failover` (Aurora User Guide, "Amazon RDS event categories and event messages for Aurora").
    """

    when: datetime
    source: str
    source_type: str
    message: str
    categories: tuple[str, ...] = ()


def read_events(rds: Any, cluster: str, instances: Sequence[str], since: datetime) -> list[RdsEvent]:
    """The events of a cluster and of its instances, oldest first; whole, over all pages.

    Args:
        rds: a botocore client of the cluster's Region.
        cluster: its identifier.
        instances: theirs.
        since: with a time zone, `KEPT` ago at most.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    sources = [("db-cluster", cluster), *(("db-instance", one) for one in instances)]
    with aws_errors(f"reading the events of {cluster}"):
        found = [event for kind, name in sources for event in _of(rds, kind, name, since)]
    return sorted(found, key=lambda event: event.when)


def _of(rds: Any, kind: str, name: str, since: datetime) -> Iterator[RdsEvent]:
    pages = rds.get_paginator("describe_events").paginate(SourceIdentifier=name, SourceType=kind, StartTime=since)
    for page in pages:
        for event in page["Events"]:
            yield RdsEvent(event["Date"], name, kind, event.get("Message", ""), tuple(event.get("EventCategories", ())))
