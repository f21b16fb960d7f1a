"""The CloudWatch alarms of a cluster."""

from __future__ import annotations

from typing import Any

from aurora_cli.aws.errors import aws_errors


def firing_alarms(cloudwatch: Any, prefix: str, cluster: str) -> list[str]:
    """Names of the metric alarms in state ALARM that watch a cluster (CloudWatch API DescribeAlarms).

    Args:
        cloudwatch: a botocore client of the cluster's Region.
        prefix: of the alarms' names.
        cluster: its identifier, which is in the dimensions of its alarms: another cluster's may have the prefix too.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"reading the alarms of {cluster}"):
        pages = cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix=prefix, StateValue="ALARM", AlarmTypes=["MetricAlarm"]
        )
        # An emulator may hear the prefix alone.
        found = [alarm for page in pages for alarm in page["MetricAlarms"] if alarm["StateValue"] == "ALARM"]
    watched = {"Name": "DBClusterIdentifier", "Value": cluster}
    return sorted(alarm["AlarmName"] for alarm in found if watched in alarm.get("Dimensions", ()))
