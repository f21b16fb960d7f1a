"""Log groups of CloudWatch."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AccessDenied, AwsFailed


def log_groups_of(logs: Any, cluster: str, proxies: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Names of the log groups of a cluster and of proxies, as far as they may be read.

    Args:
        logs: a botocore client of CloudWatch Logs.

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


def make_log_group(logs: Any, name: str) -> None:
    """Make a log group, unless it is there. Raises CredentialsError, AccessDenied, AwsFailed."""
    try:
        with aws_errors(f"creating the log group {name}"):
            logs.create_log_group(logGroupName=name)
    except AwsFailed as error:
        if error.details.get("aws_code") != "ResourceAlreadyExistsException":
            raise


def has_log_group(logs: Any, name: str) -> bool:
    """Whether there is a log group of that name. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors(f"looking for the log group {name}"):
        found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(one["logGroupName"] == name for one in found)
