"""DB subnet groups."""

from __future__ import annotations

from aurora_cli.sandbox.provider.engine.model import Call, Naming, Read, Resource, Update
from aurora_cli.sandbox.provider.resources.tagging import rds_tagging

SUBNET_GROUP = Resource(
    type="aws_db_subnet_group",
    service="rds",
    label="RDS DB Subnet Group",
    create=Call("CreateDBSubnetGroup"),
    naming=Naming("name", "name_prefix", "terraform-"),
    aliases={
        "DBSubnetGroupName": "name",
        "DBSubnetGroupDescription": "description",
        "DBSubnetGroupArn": "arn",
    },
    exists=("DBSubnetGroupAlreadyExists",),
    read=Read(
        Call("DescribeDBSubnetGroups", send={"DBSubnetGroupName": "id"}, match=False),
        item="DBSubnetGroups[0]",
        gone=("DBSubnetGroupNotFoundFault",),
        fields={"subnet_ids": "Subnets[].SubnetIdentifier"},
    ),
    # The API requires the subnets with every change, even of the description alone.
    updates=(
        Update(
            Call(
                "ModifyDBSubnetGroup",
                send={"DBSubnetGroupName": "id", "SubnetIds": "subnet_ids", "DBSubnetGroupDescription": "description"},
                zero=frozenset({"DBSubnetGroupDescription"}),
            ),
            when=frozenset({"subnet_ids", "description"}),
        ),
    ),
    delete=Call("DeleteDBSubnetGroup", send={"DBSubnetGroupName": "id"}, match=False),
    busy=("InvalidDBSubnetGroupStateFault",),
    tagging=rds_tagging("subgrp"),
    stored={"name": str.lower},
)

ENTRIES = (SUBNET_GROUP,)
