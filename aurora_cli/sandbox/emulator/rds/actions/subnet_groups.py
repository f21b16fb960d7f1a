"""DB subnet groups."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import error
from aurora_cli.sandbox.emulator.rds.models import networks


def create(backend: AuroraBackend, params: Any) -> networks.SubnetGroup:
    """CreateDBSubnetGroup."""
    name = str(params["DBSubnetGroupName"]).lower()
    if name in backend.subnet_groups:
        raise error("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
    subnets = networks.group_subnets(backend, params["SubnetIds"])
    tags = params.get("Tags") or []
    group = networks.SubnetGroup(backend, name, params["DBSubnetGroupDescription"], subnets, tags)  # type: ignore[abstract]
    backend.subnet_groups[name] = group
    return group


def modify(backend: AuroraBackend, params: Any) -> networks.SubnetGroup:
    """ModifyDBSubnetGroup. Availability Zones with instances can't be removed."""
    group = networks.subnet_group(backend, params["DBSubnetGroupName"])
    subnets = networks.group_subnets(backend, params["SubnetIds"])
    zones = {subnet.availability_zone for subnet in subnets}
    for instance in backend.instances_in(group.name):
        if instance.availability_zone not in zones:
            raise error("SubnetAlreadyInUse", f"The DB subnet is already in use in {instance.availability_zone}.")
    group._subnets = subnets
    group.description = params.get("DBSubnetGroupDescription") or group.description
    return group


def delete(backend: AuroraBackend, params: Any) -> None:
    """DeleteDBSubnetGroup."""
    group = networks.subnet_group(backend, params["DBSubnetGroupName"])
    if group.name == "default":
        raise error("InvalidDBSubnetGroupStateFault", "The default subnet group can't be deleted.")
    users = [cluster for cluster in backend.aurora_clusters() if cluster.db_subnet_group_name == group.name]
    if users:
        cluster = users[0].db_cluster_identifier
        raise error(
            "InvalidDBSubnetGroupStateFault",
            f"Cannot delete the subnet group '{group.name}' because at least one database cluster: {cluster} is still using it.",
        )
    del backend.subnet_groups[group.name]
