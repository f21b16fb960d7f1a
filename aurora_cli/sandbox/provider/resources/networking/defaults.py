"""The security group and the route table that every VPC comes with: taken over, and only forgotten at a deletion."""

from __future__ import annotations

from typing import Any

from aurora_cli.sandbox.provider.engine.model import Call, Item, Resource, Task
from aurora_cli.sandbox.provider.resources.networking.network_acls import take_tags
from aurora_cli.sandbox.provider.resources.networking.routes import ROUTE_TABLE, clear_routes
from aurora_cli.sandbox.provider.resources.networking.security_groups import SECURITY_GROUP, clear_rules
from aurora_cli.sandbox.provider.resources.tagging import ec2_tagging


def _filters(task: Task) -> list[Item]:
    other = {"Name": "vpc-id", "Values": [task.get("vpc_id")]}
    if not task.get("vpc_id"):
        other = {"Name": "description", "Values": ["default group"]}
    return [{"Name": "group-name", "Values": ["default"]}, other]


def _take_group(task: Task) -> None:
    (group,) = task.call("DescribeSecurityGroups", GroupIds=[task.id])["SecurityGroups"]
    clear_rules(task, group)
    take_tags(task, group)
    for finish in SECURITY_GROUP.finish:
        finish(task)


DEFAULT_SECURITY_GROUP = Resource(
    type="aws_default_security_group",
    service="ec2",
    label="Default Security Group",
    create=Call("DescribeSecurityGroups", send={"Filters": _filters}, match=False),
    id="SecurityGroups[0].GroupId",
    aliases=SECURITY_GROUP.aliases,
    finish=(_take_group,),
    read=SECURITY_GROUP.read,
    updates=SECURITY_GROUP.updates,
    tagging=ec2_tagging("security-group"),
)


def _take_table(task: Task) -> None:
    (table,) = task.call("DescribeRouteTables", RouteTableIds=[task.id])["RouteTables"]
    clear_routes(task, table)
    take_tags(task, table)
    for finish in ROUTE_TABLE.finish:
        finish(task)


def _import_table(task: Task) -> dict[str, Any]:
    """By the id of the VPC."""
    main = [{"Name": "vpc-id", "Values": [task.id]}, {"Name": "association.main", "Values": ["true"]}]
    tables = task.call("DescribeRouteTables", Filters=main)["RouteTables"]
    found = tables[0]["RouteTableId"] if tables else task.id
    return {"id": found, "default_route_table_id": found}


DEFAULT_ROUTE_TABLE = Resource(
    type="aws_default_route_table",
    service="ec2",
    label="EC2 Default Route Table",
    create=Call("DescribeRouteTables", send={"RouteTableIds": "default_route_table_id"}, match=False),
    id="RouteTables[0].RouteTableId",
    finish=(_take_table,),
    read=ROUTE_TABLE.read,
    updates=ROUTE_TABLE.updates,
    tagging=ec2_tagging("route-table"),
    import_attributes=_import_table,
)

ENTRIES = (DEFAULT_SECURITY_GROUP, DEFAULT_ROUTE_TABLE)
