"""Log groups of CloudWatch."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.failures import aws_errors
from aurora_cli.errors import AwsFailed


def make_log_group(logs: Any, name: str) -> None:
    """Make a log group, unless it is there. Raises CredentialsError, AccessDenied, AwsFailed."""
    try:
        with aws_errors(f"making the log group {name}"):
            logs.create_log_group(logGroupName=name)
    except AwsFailed as error:
        if error.details.get("aws_code") != "ResourceAlreadyExistsException":
            raise


def has_log_group(logs: Any, name: str) -> bool:
    """Whether there is a log group of that name. Raises CredentialsError, AccessDenied, AwsFailed."""
    with aws_errors(f"looking for the log group {name}"):
        found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(one["logGroupName"] == name for one in found)
