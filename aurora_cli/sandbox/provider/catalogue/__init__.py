"""The resource types that the sandbox has, one short entry each; the engine does the rest.

A new type is an entry in one of the modules and a line here. Modules are loaded when one of their types is first used: most
provider processes that Terraform starts only give their schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.catalogue.model import Resource

# resource type -> module of this package whose ENTRIES have it
MODULES: Mapping[str, str] = {
    "aws_cloudwatch_log_group": "logs",
    "aws_db_parameter_group": "parameter_groups",
    "aws_db_subnet_group": "rds",
    "aws_internet_gateway": "network",
    "aws_kms_alias": "kms",
    "aws_kms_key": "kms",
    "aws_rds_cluster": "rds_cluster",
    "aws_rds_cluster_instance": "rds",
    "aws_rds_cluster_parameter_group": "parameter_groups",
    "aws_route": "routes",
    "aws_route_table": "routes",
    "aws_route_table_association": "routes",
    "aws_security_group": "security_groups",
    "aws_subnet": "network",
    "aws_vpc": "network",
    "aws_vpc_security_group_egress_rule": "security_groups",
    "aws_vpc_security_group_ingress_rule": "security_groups",
}

# botocore names of the services that entries and data sources call; each needs an endpoint
SERVICES = ("ec2", "kms", "logs", "rds", "sts")


def entry_of(resource_type: str) -> Resource:
    """The entry of a resource type.

    Raises:
        KeyError: there is none.
    """
    module = import_module(f"{__name__}.{MODULES[resource_type]}")
    entries: tuple[Resource, ...] = module.ENTRIES
    return next(entry for entry in entries if entry.type == resource_type)
