"""The account, partition, Regions, Availability Zones, and what follows from them."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.data_sources.query import Query, filters_of

_CHINESE_PRINCIPALS = ("codedeploy", "elasticmapreduce", "logs")


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
    filters = filters_of(config)
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


def _regions(query: Query) -> dict[str, Any]:
    given = {"AllRegions": True} if query.config.get("all_regions") else {}
    filters = filters_of(query.config)
    answer = query.call("ec2:DescribeRegions", **given, **({"Filters": filters} if filters else {}))
    return {"id": query.runtime.partition, "names": [one["RegionName"] for one in answer["Regions"]]}


def _service_principal(query: Query) -> dict[str, Any]:
    """Most services have the principal of the commercial Regions in every partition."""
    service, suffix = query.config["service_name"], "amazonaws.com"
    if query.runtime.partition == "aws-cn" and service in _CHINESE_PRINCIPALS:
        suffix = "amazonaws.com.cn"
    return {"id": f"{service}.{query.region}.{suffix}", "name": f"{service}.{suffix}", "suffix": suffix}


def _default_tags(query: Query) -> dict[str, Any]:
    return {"id": query.runtime.partition, "tags": dict(query.runtime.client.settings.default_tags)}


def _canonical_user_id(query: Query) -> dict[str, Any]:
    owner = query.call("s3:ListBuckets")["Owner"]
    return {"id": owner["ID"], "display_name": owner.get("DisplayName", "")}


READERS = {
    "aws_availability_zones": _availability_zones,
    "aws_caller_identity": _caller_identity,
    "aws_canonical_user_id": _canonical_user_id,
    "aws_default_tags": _default_tags,
    "aws_partition": _partition,
    "aws_region": _region,
    "aws_regions": _regions,
    "aws_service_principal": _service_principal,
}
