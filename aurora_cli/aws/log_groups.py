"""Log groups that RDS writes to. It makes one itself where there is none, also for the last lines of a cluster that goes."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.failures import aws_errors
from aurora_cli.errors import AccessDenied


def log_groups_of(logs: Any, cluster: str, proxies: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Names of the log groups of a cluster and of proxies, as far as they may be read.

    Args:
        logs: a boto3 client of CloudWatch Logs.

    Raises:
        CredentialsError, AwsFailed.
    """
    prefixes = (f"/aws/rds/cluster/{cluster}/", *(f"/aws/rds/proxy/{name}" for name in proxies))
    try:
        with aws_errors(f"reading the log groups of {cluster}"):
            found = [name for prefix in prefixes for name in _names(logs, prefix)]
    except AccessDenied:  # they are told of, and nothing is done to them
        return ()
    return tuple(sorted(name for name in found if name.startswith(prefixes[0]) or name in prefixes))


def _names(logs: Any, prefix: str) -> list[str]:
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
    return [str(group["logGroupName"]) for page in pages for group in page["logGroups"]]
