"""Partitions and Regions: what botocore knows of them, and what is called otherwise in one of them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import create_loader

from aurora_cli.sandbox.emulator.rds.models.names import host
from aurora_cli.spec.facts.partitions import REGIONS, endpoint_prefix, is_region, partition_of

_BOTOCORE: list[dict[str, Any]] = create_loader().load_data("partitions")["partitions"]
_ENDPOINTS: list[dict[str, Any]] = create_loader().load_data("endpoints")["partitions"]


def test_each_region_of_botocore_is_in_its_partition() -> None:
    found = {
        region: (it.name, it.dns_suffix, it.global_region, is_region(region))
        for one in _BOTOCORE
        for region in one["regions"]
        if not region.endswith("-global")
        for it in (partition_of(region),)
    }
    assert found == {
        region: (one["id"], one["outputs"]["dnsSuffix"], one["outputs"]["implicitGlobalRegion"], True)
        for one in _BOTOCORE
        for region in one["regions"]
        if not region.endswith("-global")
    }


def test_each_region_with_rds_is_known() -> None:
    with_rds = {
        r for one in _ENDPOINTS for r in one["services"].get("rds", {}).get("endpoints", {}) if r in one["regions"]
    }
    assert with_rds - set(REGIONS) == set()
    assert len(set(REGIONS)) == len(REGIONS)


@pytest.mark.parametrize(
    ("region", "service", "prefix"),
    [
        ("eu-west-1", "rds", "com.amazonaws"),
        ("us-gov-west-1", "monitoring", "com.amazonaws"),
        ("eusc-de-east-1", "rds", "com.amazonaws"),
        ("cn-north-1", "rds", "cn.com.amazonaws"),
        ("cn-northwest-1", "monitoring", "cn.com.amazonaws"),
        ("cn-north-1", "secretsmanager", "com.amazonaws"),
        ("cn-north-1", "s3", "com.amazonaws"),
        ("us-iso-east-1", "sns", "gov.ic.c2s"),
        ("us-isob-east-1", "sagemaker.runtime", "gov.sgov.sc2s"),
        ("us-isob-west-1", "sns", "com.amazonaws"),
    ],
)
def test_the_names_of_vpc_endpoints(region: str, service: str, prefix: str) -> None:
    assert endpoint_prefix(region, service) == prefix


@pytest.mark.parametrize(
    ("region", "end"),
    [
        ("eu-west-1", ".eu-west-1.rds.amazonaws.com"),
        ("us-gov-west-1", ".us-gov-west-1.rds.amazonaws.com"),
        ("cn-north-1", ".rds.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", ".eusc-de-east-1.rds.amazonaws.eu"),
    ],
)
def test_the_host_names_of_the_sandbox_are_those_of_the_partition(region: str, end: str) -> None:
    assert host("orders.cluster-", "123456789012", region).endswith(end)
