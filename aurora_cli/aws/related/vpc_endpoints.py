"""VPC endpoints on their way out of subnets: AWS deletes no subnet with an endpoint's network interface (DependencyViolation)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from aurora_cli.aws.errors import aws_errors


def leave_subnets(ec2: Any, endpoint: str, subnets: Collection[str]) -> None:
    """Take an interface endpoint out of subnets (ModifyVpcEndpoint.RemoveSubnetIds).

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"taking the VPC endpoint {endpoint} out of its subnets"):
        ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveSubnetIds=sorted(subnets))


def in_subnets(ec2: Any, endpoint: str, subnets: Collection[str]) -> tuple[None, str | None]:
    """Whether it is in one of the subnets still, or changing: for `wait_until`.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    with aws_errors(f"reading the VPC endpoint {endpoint}"):
        (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"]
    there = sorted({*found.get("SubnetIds", ())} & {*subnets})
    if there:
        return None, f"it is in {', '.join(there)}"
    return None, None if str(found.get("State")).lower() == "available" else str(found.get("State"))
