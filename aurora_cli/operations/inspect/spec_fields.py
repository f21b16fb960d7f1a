"""Where the spec says what an attribute of the Terraform has: the way from a plan back to the YAML."""

from __future__ import annotations

_FIELDS = {
    "auto_minor_version_upgrade": "instances.overrides.KEY.auto_minor_upgrades",
    "backtrack_window": "backup.backtrack",
    "backup_retention_period": "backup.retention",
    "ca_cert_identifier": "instances.overrides.KEY.ca_certificate",
    "copy_tags_to_snapshot": "backup.copy_tags, instances.copy_tags",
    "db_cluster_parameter_group_name": "parameters.cluster_group",
    "db_parameter_group_name": "parameters.instance_group",
    "db_subnet_group_name": "network.subnet_group",
    "deletion_protection": "deletion_protection",
    "domain": "credentials.domain.id",
    "domain_iam_role_name": "credentials.domain.role",
    "enabled_cloudwatch_logs_exports": "logs.exports",
    "engine_version": "engine_version",
    "iam_database_authentication_enabled": "credentials.iam_authentication",
    "instance_class": "instances.overrides.KEY.class",
    "kms_key_id": "encryption.kms_key, logs.kms_key",
    "manage_master_user_password": "credentials.password",
    "monitoring_interval": "instances.overrides.KEY.monitoring_interval",
    "monitoring_role_arn": "monitoring.enhanced.role",
    "port": "port",
    "preferred_backup_window": "backup.window",
    "preferred_maintenance_window": "maintenance.window, instances.overrides.KEY.maintenance_window",
    "promotion_tier": "instances.overrides.KEY.promotion_tier",
    "publicly_accessible": "network.public_access",
    "retention_in_days": "logs.retention",
    "performance_insights_enabled": "monitoring.insights",
    "database_insights_mode": "monitoring.insights.mode",
    "performance_insights_retention_period": "monitoring.insights.retention",
    "serverlessv2_scaling_configuration": "instances.acu",
    "storage_type": "storage",
    "tags": "tags",
    "tags_all": "tags",
    "vpc_security_group_ids": "network.security_group_ids",
}


def field_of(attribute: str) -> str | None:
    """The dotted path of the spec for a top-level attribute; None where the spec has no field for it."""
    return _FIELDS.get(attribute)
