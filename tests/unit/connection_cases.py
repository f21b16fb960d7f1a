"""Specs that break a rule about what a cluster is connected to, and words that the user then reads."""

from __future__ import annotations

from typing import Any

from tests.unit.spec_cases import EXISTING, MYSQL, POSTGRES

ConnectionCase = tuple[dict[str, Any], str, dict[str, Any], str, str]
ROLE = "arn:aws:iam::123456789012:role/orders"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf"
PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-20250514-v1:0"
_SERVERLESS = {"instances.acu": "0-4"}
_STREAM = {"activity_stream.mode": "async", "activity_stream.kms_key": "stack", "instances.class": "db.r7g.large"}
_ALL = {
    "services.sagemaker.endpoints": ["churn"],
    "services.comprehend": True,
    "services.bedrock.models": ["amazon.titan-embed-text-v2:0"],
    "services.lambda.functions": ["notify"],
    "services.s3_import.buckets": ["inbox"],
    "services.s3_export.buckets": ["outbox"],
    "network.egress": ["10.0.0.0/16"],
}

PROXY: list[ConnectionCase] = [
    (
        POSTGRES,
        "proxy-network",
        {"proxy.endpoint_network_type": "dual"},
        "proxy.endpoint_network_type",
        "dual needs IPv6, and the cluster has IPv4 alone",
    ),
    (
        POSTGRES,
        "proxy-iam",
        {"proxy.default_auth_scheme": "iam_auth", "credentials.iam_authentication": False},
        "proxy.default_auth_scheme",
        "the proxy cannot sign in with IAM, which is off for the cluster",
    ),
    (POSTGRES, "proxy-role", {"proxy.role": "proxy"}, "proxy.role", '"proxy" is not a valid role ARN'),
    (POSTGRES, "proxy-secret", {"proxy.secrets": ["app"]}, "proxy.secrets.0", '"app" is not a valid secret ARN'),
    (
        POSTGRES,
        "proxy-secret",
        {"proxy.secrets": [SECRET.replace("eu-west-1", "us-east-1")]},
        "proxy.secrets.0",
        "the secret is in us-east-1, the proxy in eu-west-1",
    ),
    (POSTGRES, "proxy-secret", {"proxy.secrets": [SECRET, SECRET]}, "proxy.secrets.1", "a secret is listed twice"),
    (
        POSTGRES,
        "proxy-secret",
        {"proxy.secrets": [{"arn": SECRET, "kms_key": "alias/app"}]},
        "proxy.secrets.0.kms_key",
        '"alias/app" is not a valid KMS key ARN',
    ),
    *(
        (
            POSTGRES,
            "proxy-master-secret",
            {"proxy": True, "credentials.password": password},
            "proxy.secrets",
            f"no secret to authenticate with, since the master password is {password}",
        )
        for password in ("given", "kept")
    ),
    (
        POSTGRES,
        "proxy-idle",
        {"proxy.max_connections_percent": 40, "proxy.max_idle_connections_percent": 50},
        "proxy.max_idle_connections_percent",
        "50 percent may be idle, but only 40 percent may be used",
    ),
    (
        MYSQL,
        "proxy-pinning",
        {"proxy.session_pinning_filters": ["variables"]},
        "proxy.session_pinning_filters.0",
        '"variables" is not a valid session pinning filter',
    ),
    (
        POSTGRES,
        "proxy-pinning-engine",
        {"proxy.session_pinning_filters": ["EXCLUDE_VARIABLE_SETS"]},
        "proxy.session_pinning_filters",
        "a proxy in front of aurora-postgresql may not support session pinning filters",
    ),
    (
        POSTGRES,
        "proxy-tls",
        {"proxy.require_tls": False},
        "proxy.require_tls",
        "passwords and data may be transferred unencrypted",
    ),
    (
        POSTGRES,
        "proxy-iam-tls",
        {"proxy.require_tls": False, "proxy.iam_authentication": "required"},
        "proxy.require_tls",
        "IAM authentication requires TLS",
    ),
    (POSTGRES, "proxy-pause", {"proxy": True, **_SERVERLESS}, "proxy", "a minimum of 0 ACU never pauses"),
    (
        POSTGRES,
        "proxy-readers",
        {"proxy.read_only_endpoint": True, "instances.readers": 0},
        "proxy.read_only_endpoint",
        "connections to the read-only endpoint fail",
    ),
    (POSTGRES, "proxy-debug", {"proxy.debug_logging": True}, "proxy.debug_logging", "AWS disables it after 24 hours"),
    (POSTGRES, "proxy-port", {"proxy": {}, "port": 6432}, "port", "the proxy listens on 5432"),
    (POSTGRES, "proxy-role-key", {"proxy.role": ROLE}, "proxy.role", "read the master secret"),
]

ENDPOINTS: list[ConnectionCase] = [
    (
        POSTGRES,
        "vpc-endpoint-name",
        {"network.vpc_endpoints": ["rds-date"]},
        "network.vpc_endpoints.0",
        "no VPC endpoint named rds-date is known",
    ),
    (
        POSTGRES,
        "vpc-endpoint-name",
        {"network.vpc_endpoints": ["rds", "rds"]},
        "network.vpc_endpoints.1",
        "the endpoint rds is listed twice",
    ),
    (
        POSTGRES,
        "vpc-endpoint-gateway",
        {**EXISTING, "network.vpc_endpoints": ["s3"]},
        "network.vpc_endpoints",
        "this tool does not change the route tables of an existing VPC",
    ),
    (
        POSTGRES,
        "vpc-endpoint-shared",
        {**EXISTING, "network.vpc_endpoints": ["rds-data"]},
        "network.vpc_endpoints",
        "AWS refuses a second one",
    ),
]

KEYS: list[ConnectionCase] = [
    (
        POSTGRES,
        "kms-key",
        {"backend": {"type": "s3", "bucket": "state", "kms_key": "stack"}},
        "backend.kms_key",
        "stack does not name a KMS key",
    ),
    (POSTGRES, "kms-key", {"encryption.kms_key": "Stack"}, "encryption.kms_key", "Stack does not name a KMS key"),
    (
        POSTGRES,
        "kms-key",
        {"services.s3_import": {"buckets": ["inbox"], "kms_key": "mine"}},
        "services.s3_import.kms_key",
        "mine does not name a KMS key",
    ),
    (
        POSTGRES,
        "kms-stack-unused",
        {"encryption.key.rotation": "90d"},
        "encryption.key",
        "nothing uses the stack's KMS key",
    ),
    (
        POSTGRES,
        "kms-administrator",
        {"encryption.kms_key": "stack", "encryption.key.administrators": ["admin"]},
        "encryption.key.administrators.0",
        '"admin" is not a valid role or user ARN',
    ),
]

STREAM: list[ConnectionCase] = [
    (
        MYSQL,
        "stream-mode",
        {**_STREAM, "activity_stream.mode": "Sync"},
        "activity_stream.mode",
        "aurora-mysql does not support a synchronous activity stream",
    ),
    (
        POSTGRES,
        "stream-key",
        {**_STREAM, "activity_stream.kms_key": "alias/aws/rds"},
        "activity_stream.kms_key",
        "an AWS managed key cannot encrypt an activity stream",
    ),
    (
        POSTGRES,
        "stream-class",
        {**_STREAM, "instances.class": "db.t4g.large"},
        "instances.class",
        "db.t4g.large does not support activity streams",
    ),
    (
        POSTGRES,
        "stream-serverless",
        {**_STREAM, "instances.class": "db.serverless", "instances.acu": "1-4"},
        "instances.class",
        "db.serverless may not support activity streams",
    ),
    (
        POSTGRES,
        "stream-native-fields",
        {**_STREAM, "activity_stream.engine_native_audit_fields": True},
        "activity_stream.engine_native_audit_fields",
        "Aurora does not support these fields",
    ),
    (
        MYSQL,
        "stream-kms",
        {**_STREAM, "network.vpc_endpoints": ["rds-data"]},
        "activity_stream",
        "the database cannot reach AWS KMS, which an activity stream of aurora-mysql requires",
    ),
    (
        MYSQL,
        "stream-kms-existing",
        {**_STREAM, "network.vpc_id": "vpc-0123456789abcdef0", "network.subnet_group": "there"},
        "activity_stream",
        "the database cannot reach AWS KMS, which an activity stream of aurora-mysql requires",
    ),
    (
        POSTGRES,
        "proxy-dual",
        {"proxy": True, "network.ip_version": "dual"},
        "proxy",
        "clients with IPv6 alone cannot connect to the proxy, whose endpoints are IPv4",
    ),
    (
        POSTGRES,
        "proxy-dual",
        {
            "proxy": {"endpoint_network_type": "dual", "read_only_endpoint": True},
            "network.ip_version": "dual",
            "instances.readers": 1,
        },
        "proxy.read_only_endpoint",
        "the read-only endpoint of the proxy is IPv4, unlike the proxy's own",
    ),
    (
        POSTGRES,
        "insights-interval",
        {
            "instances.readers": 1,
            "monitoring": {"insights": {"mode": "standard"}, "enhanced": {"interval": 60}},
            "instances.overrides.2.monitoring_interval": 0,
        },
        "monitoring.enhanced.interval",
        "Database Insights shows the metrics of Enhanced Monitoring, whose intervals differ: 0, 60 seconds",
    ),
]

SERVICES: list[ConnectionCase] = [
    (
        POSTGRES,
        "service-path",
        {"services.lambda.functions": ["notify"]},
        "services.lambda",
        "the database cannot reach the service",
    ),
    (
        POSTGRES,
        "service-path",
        {**EXISTING, "services.s3_import.buckets": ["inbox"]},
        "services.s3_import",
        "the database cannot reach the service",
    ),
    (POSTGRES, "service-target", {"services.lambda.functions": []}, "services.lambda", "`functions` is empty"),
    (
        POSTGRES,
        "service-name",
        {"services.bedrock.models": ["titan"]},
        "services.bedrock.models.0",
        "titan does not name a model of Bedrock",
    ),
    *(
        (
            MYSQL,
            "service-name",
            {"services.bedrock.models": ["amazon.titan-v1", f"{part}.anthropic.claude-sonnet-4-20250514-v1:0"]},
            "services.bedrock.models.1",
            f"{part}.anthropic.claude-sonnet-4-20250514-v1:0 is an inference profile, not a model",
        )
        for part in ("us", "us-gov", "eu", "apac", "au", "ca", "jp", "global")
    ),
    (
        POSTGRES,
        "service-name",
        {"services.s3_export.buckets": ["s3://reports/"]},
        "services.s3_export.buckets.0",
        "does not name a bucket",
    ),
    (
        POSTGRES,
        "service-prefix",
        {"services.s3_import": {"buckets": ["inbox"], "prefix": "/daily/*"}},
        "services.s3_import.prefix",
        "is not a valid key prefix",
    ),
    (POSTGRES, "service-role", {"services.lambda.role": "notify"}, "services.lambda.role", "is not a valid role ARN"),
    (
        POSTGRES,
        "service-role-twice",
        {"services.s3_import.role": ROLE, "services.s3_export.role": ROLE},
        "services.s3_export.role",
        "is already the role of s3_import",
    ),
    (POSTGRES, "service-roles", _ALL, "services", "a cluster takes 5 roles unless AWS raised that, and these are 6"),
    (
        MYSQL,
        "service-roles",
        {**_ALL, "engine_version": "5.7.mysql_aurora.2.12.5"},
        "services",
        "a cluster takes 5 roles unless AWS raised that, and these are 6",
    ),
    (
        MYSQL,
        "service-s3-role",
        {"services.s3_import.role": ROLE, "services.s3_export.buckets": ["reports"]},
        "services.s3_export.role",
        "Aurora MySQL 3 has one role for S3",
    ),
    (
        MYSQL,
        "service-parameter",
        {"services.s3_export.buckets": ["reports"], "parameters.cluster.aws_default_s3_role": ROLE},
        "parameters.cluster.aws_default_s3_role",
        "is set by `services.s3_export`",
    ),
    (
        MYSQL,
        "service-parameter",
        {"services.lambda.functions": ["notify"], "parameters.cluster.aws_default_lambda_role": ROLE},
        "parameters.cluster.aws_default_lambda_role",
        "is set by `services.lambda`",
    ),
    (
        MYSQL,
        "service-bedrock",
        {"services.bedrock.models": ["amazon.titan-v1"], "engine_version": "8.0.mysql_aurora.3.05.2"},
        "services.bedrock",
        "may not support Bedrock, which requires 8.0.mysql_aurora.3.06.0",
    ),
]

CONNECTIONS = [*PROXY, *ENDPOINTS, *KEYS, *STREAM, *SERVICES]

_REACHED = {"network.vpc_endpoints": ["s3", "lambda", "comprehend"]}
QUIET: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (POSTGRES, {"proxy": True}),
    (POSTGRES, {"proxy.enabled": False, "proxy.read_only_endpoint": True}),
    (POSTGRES, {"proxy": {"iam_authentication": "Required", "secrets": [SECRET], "idle_timeout": "8h"}}),
    (MYSQL, {"proxy.session_pinning_filters": ["EXCLUDE_VARIABLE_SETS"], "proxy.init_query": "SET time_zone='UTC'"}),
    (POSTGRES, {"network.vpc_endpoints": ["rds-data", "secretsmanager", "rds", "monitoring", "logs"]}),
    (POSTGRES, {"encryption": {"kms_key": "stack", "key": {"administrators": [ROLE], "deletion_window": "7d"}}}),
    (POSTGRES, {"logs.kms_key": "stack"}),
    (POSTGRES, {**_STREAM, "activity_stream.mode": "sync"}),
    (POSTGRES, {**_REACHED, "services.comprehend": {}, "services.lambda.functions": ["notify:live"]}),
    (MYSQL, {**_REACHED, "services.s3_import.role": ROLE, "services.s3_export.role": ROLE}),
    (MYSQL, _ALL),
    (MYSQL, {**_ALL, "services.s3_import.role": ROLE, "services.s3_export.role": ROLE}),
    (MYSQL, {"parameters.cluster.aws_default_lambda_role": ROLE}),
    (POSTGRES, {"network.egress": ["0.0.0.0/0"], "services.comprehend": True}),
    (MYSQL, {"network.egress": ["0.0.0.0/0"], "services.bedrock.models": ["ai21.jamba-1.5-large-v1:0", PROFILE]}),
]
