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
    "aws_eip": "networking.addresses",
    "aws_iam_policy": "identity.iam_policies",
    "aws_iam_role": "identity.iam",
    "aws_iam_role_policy": "identity.iam",
    "aws_iam_role_policy_attachment": "identity.iam",
    "aws_internet_gateway": "networking.vpc",
    "aws_kms_alias": "identity.kms",
    "aws_kms_key": "identity.kms",
    "aws_nat_gateway": "networking.addresses",
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
    "aws_vpc_endpoint": "networking.addresses",
    "aws_vpc_security_group_egress_rule": "networking.security_groups",
    "aws_vpc_security_group_ingress_rule": "networking.security_groups",
}

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
