"""The data sources and ephemeral resources that the sandbox supports."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from aurora_cli.sandbox.provider.api.errors import AwsError
from aurora_cli.sandbox.provider.protocol.diagnostics import ProviderError

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.api.client import ProviderRuntime
    from aurora_cli.sandbox.provider.protocol.schema import Schema

# data source -> module of this package whose READERS define it
SOURCES: Mapping[str, str] = {
    "aws_availability_zones": "environment",
    "aws_caller_identity": "environment",
    "aws_canonical_user_id": "environment",
    "aws_db_cluster_snapshot": "snapshots",
    "aws_db_subnet_group": "databases",
    "aws_default_tags": "environment",
    "aws_iam_policy_document": "policy_document",
    "aws_iam_role": "identity",
    "aws_kms_alias": "identity",
    "aws_kms_key": "databases",
    "aws_partition": "environment",
    "aws_rds_cluster": "databases",
    "aws_rds_engine_version": "engines",
    "aws_rds_orderable_db_instance": "engines",
    "aws_region": "environment",
    "aws_regions": "environment",
    "aws_route53_zone": "networks",
    "aws_secretsmanager_random_password": "secrets",
    "aws_secretsmanager_secret": "secrets",
    "aws_secretsmanager_secret_version": "secrets",
    "aws_security_group": "networks",
    "aws_service_principal": "environment",
    "aws_ssm_parameter": "secrets",
    "aws_subnet": "networks",
    "aws_subnets": "networks",
    "aws_vpc": "networks",
    "aws_vpc_endpoint_service": "networks",
}

# ephemeral resource -> module; most have the reader of the data source of that name
EPHEMERAL: Mapping[str, str] = {
    "aws_kms_secrets": "secrets",
    "aws_secretsmanager_random_password": "secrets",
    "aws_secretsmanager_secret_version": "secrets",
    "aws_ssm_parameter": "secrets",
}

# Data sources that modules around Aurora name and seldom read.
SCHEMA_ONLY = ("aws_ami", "aws_eip", "aws_rds_reserved_instance_offering")


def read(name: str, schema: Schema, config: Mapping[str, Any], runtime: ProviderRuntime) -> dict[str, Any]:
    """The result of a data source or an ephemeral resource.

    Args:
        config: its configuration without unknown values.

    Raises:
        ProviderError: no match, several matches, or an AWS error.
    """
    from aurora_cli.sandbox.provider.data_sources.query import Query
    from aurora_cli.sandbox.provider.engine.response_mapping import merge

    query = Query(schema, config, runtime)
    reader = import_module(f"{__name__}.{SOURCES.get(name) or EPHEMERAL[name]}").READERS[name]
    try:
        found = reader(query)
    except AwsError as error:
        raise ProviderError(f"reading {name}: {error}") from error
    return merge(schema.block, config, query.typed({"region": query.region, **found}))
