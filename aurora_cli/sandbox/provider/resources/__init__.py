"""The resource types that the sandbox supports: a definition each, which the engine executes.

A new type is an entry in a module and a line here, besides its facts in `data/`; CONTRIBUTING.md lists every file. Modules are
loaded when one of their types is first used: most provider processes that Terraform starts only return their schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.engine.model import Resource

# resource type -> module of this package whose ENTRIES define it
MODULES: Mapping[str, str] = {
    "aws_appautoscaling_policy": "monitoring.autoscaling",
    "aws_appautoscaling_scheduled_action": "monitoring.autoscaling",
    "aws_appautoscaling_target": "monitoring.autoscaling",
    "aws_cloudwatch_dashboard": "monitoring.cloudwatch",
    "aws_cloudwatch_log_group": "monitoring.logs",
    "aws_cloudwatch_metric_alarm": "monitoring.cloudwatch",
    "aws_db_cluster_snapshot": "rds.snapshots",
    "aws_db_event_subscription": "rds.events",
    "aws_db_instance": "rds.db_instance",
    "aws_db_parameter_group": "rds.parameter_groups",
    "aws_db_proxy": "rds.proxy",
    "aws_db_proxy_default_target_group": "rds.proxy",
    "aws_db_proxy_endpoint": "rds.proxy",
    "aws_db_proxy_target": "rds.proxy",
    "aws_db_subnet_group": "rds.subnet_group",
    "aws_default_network_acl": "networking.network_acls",
    "aws_default_route_table": "networking.defaults",
    "aws_default_security_group": "networking.defaults",
    "aws_egress_only_internet_gateway": "networking.vpc_parts",
    "aws_eip": "networking.addresses",
    "aws_iam_policy": "identity.iam_policies",
    "aws_iam_role": "identity.iam",
    "aws_iam_role_policy": "identity.iam",
    "aws_iam_role_policy_attachment": "identity.iam",
    "aws_internet_gateway": "networking.vpc",
    "aws_kms_alias": "identity.kms",
    "aws_kms_key": "identity.kms",
    "aws_nat_gateway": "networking.addresses",
    "aws_network_acl": "networking.network_acls",
    "aws_network_acl_rule": "networking.network_acls",
    "aws_rds_cluster": "rds.cluster",
    "aws_rds_cluster_activity_stream": "rds.cluster_parts",
    "aws_rds_cluster_endpoint": "rds.cluster_parts",
    "aws_rds_cluster_instance": "rds.cluster_instance",
    "aws_rds_cluster_parameter_group": "rds.parameter_groups",
    "aws_rds_cluster_role_association": "rds.cluster_parts",
    "aws_rds_global_cluster": "rds.global_cluster",
    "aws_route": "networking.routes",
    "aws_route53_record": "networking.route53",
    "aws_route_table": "networking.routes",
    "aws_route_table_association": "networking.routes",
    "aws_s3_bucket": "storage.s3",
    "aws_s3_bucket_acl": "storage.s3_settings",
    "aws_s3_bucket_ownership_controls": "storage.s3_settings",
    "aws_s3_bucket_policy": "storage.s3_settings",
    "aws_s3_bucket_public_access_block": "storage.s3_settings",
    "aws_s3_bucket_server_side_encryption_configuration": "storage.s3_settings",
    "aws_s3_bucket_versioning": "storage.s3_settings",
    "aws_secretsmanager_secret": "storage.secrets",
    "aws_secretsmanager_secret_rotation": "storage.secrets",
    "aws_secretsmanager_secret_version": "storage.secrets",
    "aws_security_group": "networking.security_groups",
    "aws_security_group_rule": "networking.security_group_rules",
    "aws_sns_topic": "monitoring.sns",
    "aws_sns_topic_subscription": "monitoring.sns",
    "aws_ssm_parameter": "storage.ssm",
    "aws_subnet": "networking.vpc",
    "aws_vpc": "networking.vpc",
    "aws_vpc_endpoint": "networking.vpc_endpoints",
    "aws_vpc_endpoint_route_table_association": "networking.vpc_endpoints",
    "aws_vpc_ipv4_cidr_block_association": "networking.vpc_parts",
    "aws_vpc_security_group_egress_rule": "networking.security_groups",
    "aws_vpc_security_group_ingress_rule": "networking.security_groups",
}

# What modules around Aurora name and seldom create: Terraform requires a schema also of what has count = 0.
SCHEMA_ONLY = (
    "aws_customer_gateway",
    "aws_default_vpc",
    "aws_eip_association",
    "aws_elasticache_subnet_group",
    "aws_flow_log",
    "aws_instance",
    "aws_kms_external_key",
    "aws_kms_grant",
    "aws_kms_replica_external_key",
    "aws_kms_replica_key",
    "aws_main_route_table_association",
    "aws_rds_reserved_instance",
    "aws_rds_shard_group",
    "aws_redshift_subnet_group",
    "aws_s3_bucket_accelerate_configuration",
    "aws_s3_bucket_analytics_configuration",
    "aws_s3_bucket_cors_configuration",
    "aws_s3_bucket_intelligent_tiering_configuration",
    "aws_s3_bucket_inventory",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_metadata_configuration",
    "aws_s3_bucket_metric",
    "aws_s3_bucket_object_lock_configuration",
    "aws_s3_bucket_replication_configuration",
    "aws_s3_bucket_request_payment_configuration",
    "aws_s3_bucket_website_configuration",
    "aws_s3_directory_bucket",
    "aws_vpc_block_public_access_exclusion",
    "aws_vpc_block_public_access_options",
    "aws_vpc_dhcp_options",
    "aws_vpc_dhcp_options_association",
    "aws_vpc_ipv6_cidr_block_association",
    "aws_vpn_gateway",
    "aws_vpn_gateway_attachment",
    "aws_vpn_gateway_route_propagation",
)

# botocore names of the services that entries and data sources call; each requires an endpoint
SERVICES = (
    "application-autoscaling",
    "cloudwatch",
    "ec2",
    "iam",
    "kms",
    "logs",
    "rds",
    "route53",
    "s3",
    "secretsmanager",
    "sns",
    "ssm",
    "sts",
)


def entry_of(resource_type: str) -> Resource:
    """The definition of a resource type.

    Raises:
        KeyError: the type is not supported.
    """
    module = import_module(f"{__name__}.{MODULES[resource_type]}")
    entries: tuple[Resource, ...] = module.ENTRIES
    return next(entry for entry in entries if entry.type == resource_type)
