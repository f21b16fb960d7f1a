"""Roles for other services, the proxy, activity streams (c6-7, c6-15, c10-11, c11-9)."""

from __future__ import annotations

from tests.unit.hard_facts.fact import Fact
from tests.unit.spec_cases import MYSQL

FACTS = (
    Fact(
        "c10-11",
        "A PostgreSQL cluster has 5 roles.",
        "service-roles",
        {
            "services.sagemaker.endpoints": ["churn"],
            "services.comprehend": True,
            "services.bedrock.models": ["amazon.titan-embed-text-v2:0"],
            "services.lambda.functions": ["notify"],
            "services.s3_import.buckets": ["inbox"],
            "services.s3_export.buckets": ["outbox"],
            "network.egress": ["10.0.0.0/16"],
        },
        "services",
        "a cluster takes 5 roles unless AWS raised that, and these are 6",
        "leave a service out, or have the quota `IAM roles per DB cluster` raised",
    ),
    Fact(
        "c10-11",
        "A MySQL cluster too.",
        "service-roles",
        {
            "services.sagemaker.endpoints": ["churn"],
            "services.comprehend": True,
            "services.bedrock.models": ["amazon.titan-embed-text-v2:0"],
            "services.lambda.functions": ["notify"],
            "services.s3_import.buckets": ["inbox"],
            "services.s3_export.buckets": ["outbox"],
            "network.egress": ["10.0.0.0/16"],
        },
        "services",
        "a cluster takes 5 roles unless AWS raised that, and these are 6",
        "give two of them the same `role`, leave a service out, or have the quota `IAM roles per DB cluster` raised",
        base=MYSQL,
    ),
    Fact(
        "c10-11",
        "AWS adds a role to a cluster once, even for two features.",
        "service-role-twice",
        {
            "services.s3_import.role": "arn:aws:iam::123456789012:role/orders",
            "services.s3_export.role": "arn:aws:iam::123456789012:role/orders",
            "network.egress": ["10.0.0.0/16"],
        },
        "services.s3_export.role",
        "arn:aws:iam::123456789012:role/orders is the role of s3_import already, and AWS adds it only once",
        "give it a role of its own, or leave it out",
    ),
    Fact(
        "c11-9",
        "The activity stream of MySQL has no mode sync.",
        "stream-mode",
        {"activity_stream.mode": "sync", "activity_stream.kms_key": "stack", "instances.class": "db.r7g.large"},
        "activity_stream.mode",
        "aurora-mysql has no synchronous activity stream",
        "write `mode: async`",
        base=MYSQL,
    ),
    Fact(
        "c11-9",
        "It needs a class other than T.",
        "stream-class",
        {"activity_stream.mode": "async", "activity_stream.kms_key": "stack", "instances.class": "db.t4g.large"},
        "instances.class",
        "db.t4g.large has no activity stream",
        "take a class such as db.r7g.large",
    ),
    Fact(
        "c11-9",
        "It needs a key of one's own.",
        "stream-key",
        {
            "activity_stream.mode": "async",
            "activity_stream.kms_key": "alias/aws/rds",
            "instances.class": "db.r7g.large",
        },
        "activity_stream.kms_key",
        "a key that AWS manages cannot encrypt an activity stream",
        "write `kms_key: stack`, or name a key of your own",
    ),
    Fact(
        "c6-7",
        "A proxy keeps the cluster awake.",
        "proxy-pause",
        {"proxy": True, "instances.acu": "0-4"},
        "proxy",
        "the proxy keeps connections open, so a minimum of 0 ACU never pauses",
        "write `instances.acu: 0.5-4`, or leave the proxy out",
    ),
    Fact(
        "c6-15",
        "An activity stream may not go with serverless instances.",
        "stream-serverless",
        {
            "activity_stream.mode": "async",
            "activity_stream.kms_key": "stack",
            "instances.class": "db.serverless",
            "instances.acu": "1-4",
        },
        "instances.class",
        "db.serverless may have no activity stream",
        "take a provisioned class, or try: AWS may have moved on",
    ),
)
