"""The Pricing API: AWS's list prices (GetProducts)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aurora_cli.aws.errors import aws_errors

ENDPOINTS = ("us-east-1", "eu-central-1", "ap-south-1")
"""The Regions that have the API; each has the prices of all Regions (AWS Billing User Guide, Price List Query API)."""


def endpoint_for(region: str) -> str:
    """The Region whose Pricing API is near."""
    near = {"eu": "eu-central-1", "me": "eu-central-1", "af": "eu-central-1", "il": "eu-central-1", "ap": "ap-south-1"}
    return near.get(region.partition("-")[0], ENDPOINTS[0])


def read_products(pricing: Any, service: str, region: str) -> Iterator[str]:
    """The products of a service in a Region with their terms, each a JSON text.

    Args:
        pricing: a botocore client of the Pricing API.
        service: service code, e.g. `AmazonRDS`.

    Raises:
        CredentialsError, AccessDenied, AwsFailed.
    """
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    with aws_errors(f"reading the prices of {service} in {region}"):
        pages = pricing.get_paginator("get_products").paginate(ServiceCode=service, Filters=filters)
        for page in pages:
            yield from page["PriceList"]
