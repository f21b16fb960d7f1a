"""The resource types that the sandbox has, one short entry each; the engine does the rest.

A new type is an entry in one of the modules and a line here. Modules are loaded when one of their types is first used: most
provider processes that Terraform starts only give their schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aurora_cli.sandbox.provider.resources.model import Resource

# resource type -> module of this package whose ENTRIES have it
MODULES: Mapping[str, str] = {
    "aws_appautoscaling_policy": "autoscaling",
    "aws_appautoscaling_scheduled_action": "autoscaling",
    "aws_appautoscaling_target": "autoscaling",
    "aws_cloudwatch_dashboard": "cloudwatch",
    "aws_cloudwatch_log_group": "logs",
    "aws_cloudwatch_metric_alarm": "cloudwatch",
    "aws_db_cluster_snapshot": "rds_snapshots",
    "aws_db_event_subscription": "rds_events",
    "aws_db_instance": "db_instance",
    "aws_db_parameter_group": "parameter_groups",
    "aws_db_proxy": "rds_proxy",
    "aws_db_proxy_default_target_group": "rds_proxy",
    "aws_db_proxy_endpoint": "rds_proxy",
    "aws_db_proxy_target": "rds_proxy",
    "aws_db_subnet_group": "rds",
    "aws_eip": "addresses",
    "aws_iam_policy": "iam_policies",
    "aws_iam_role": "iam",
    "aws_iam_role_policy": "iam",
    "aws_iam_role_policy_attachment": "iam",
    "aws_internet_gateway": "network",
    "aws_kms_alias": "kms",
    "aws_kms_key": "kms",
    "aws_nat_gateway": "addresses",
    "aws_rds_cluster": "rds_cluster",
    "aws_rds_cluster_activity_stream": "rds_cluster_parts",
    "aws_rds_cluster_endpoint": "rds_cluster_parts",
    "aws_rds_cluster_instance": "rds",
    "aws_rds_cluster_parameter_group": "parameter_groups",
    "aws_rds_cluster_role_association": "rds_cluster_parts",
    "aws_rds_global_cluster": "rds_global",
    "aws_route": "routes",
    "aws_route53_record": "route53",
    "aws_route_table": "routes",
    "aws_route_table_association": "routes",
    "aws_s3_bucket": "s3",
    "aws_secretsmanager_secret": "secrets",
    "aws_secretsmanager_secret_rotation": "secrets",
    "aws_secretsmanager_secret_version": "secrets",
    "aws_security_group": "security_groups",
    "aws_security_group_rule": "security_group_rules",
    "aws_sns_topic": "sns",
    "aws_sns_topic_subscription": "sns",
    "aws_ssm_parameter": "ssm",
    "aws_subnet": "network",
    "aws_vpc": "network",
    "aws_vpc_endpoint": "addresses",
    "aws_vpc_security_group_egress_rule": "security_groups",
    "aws_vpc_security_group_ingress_rule": "security_groups",
}

# botocore names of the services that entries and data sources call; each needs an endpoint
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
    """The entry of a resource type.

    Raises:
        KeyError: there is none.
    """
    module = import_module(f"{__name__}.{MODULES[resource_type]}")
    entries: tuple[Resource, ...] = module.ENTRIES
    return next(entry for entry in entries if entry.type == resource_type)
