"""The account, partition, Region and Availability Zones."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Query


def _partition_data(query: Query) -> dict[str, Any]:
    """botocore's data on the partition: DNS suffix, Regions and their names."""
    from botocore.loaders import create_loader

    partitions = create_loader().load_data("endpoints")["partitions"]
    found: dict[str, Any] = next(one for one in partitions if one["partition"] == query.runtime.partition)
    return found


def _caller_identity(query: Query) -> dict[str, Any]:
    answer = query.call("sts:GetCallerIdentity")
    account = answer["Account"]
    return {"id": account, "account_id": account, "arn": answer["Arn"], "user_id": answer["UserId"]}


def _partition(query: Query) -> dict[str, Any]:
    suffix = _partition_data(query)["dnsSuffix"]
    name = query.runtime.partition
    return {
        "id": name,
        "partition": name,
        "dns_suffix": suffix,
        "reverse_dns_prefix": ".".join(reversed(suffix.split("."))),
    }


def _region(query: Query) -> dict[str, Any]:
    data = _partition_data(query)
    name = query.config.get("name") or query.region
    return {
        "id": name,
        "name": name,
        "region": name,
        "description": data["regions"].get(name, {}).get("description", ""),
        "endpoint": f"ec2.{name}.{data['dnsSuffix']}",
    }


def _availability_zones(query: Query) -> dict[str, Any]:
    config = query.config
    filters = [{"Name": one["name"], "Values": list(one["values"])} for one in config.get("filter") or ()]
    if config.get("state"):
        filters.append({"Name": "state", "Values": [config["state"]]})
    answer = query.call("ec2:DescribeAvailabilityZones", **({"Filters": filters} if filters else {}))
    zones = [
        zone
        for zone in sorted(answer["AvailabilityZones"], key=lambda zone: str(zone["ZoneName"]))
        if zone["ZoneName"] not in (config.get("exclude_names") or ())
        and zone.get("ZoneId") not in (config.get("exclude_zone_ids") or ())
    ]
    return {
        "id": query.region,
        "names": [zone["ZoneName"] for zone in zones],
        "zone_ids": [zone.get("ZoneId", "") for zone in zones],
        "group_names": sorted({zone.get("GroupName") or query.region for zone in zones}),
    }


READERS = {
    "aws_availability_zones": _availability_zones,
    "aws_caller_identity": _caller_identity,
    "aws_partition": _partition,
    "aws_region": _region,
}
