"""Specs that break a rule of the wider surface, and words that the user then reads."""

from __future__ import annotations

from typing import Any

from tests.unit.spec_cases import MYSQL, POSTGRES

SurfaceCase = tuple[dict[str, Any], str, dict[str, Any], str, str]
_TWO = "instances.overrides.2"

INSTANCES: list[SurfaceCase] = [
    (
        POSTGRES,
        "override-identifier",
        {"instances.readers": 1, f"{_TWO}.identifier": "Orders_Reports"},
        f"{_TWO}.identifier",
        "Orders_Reports is no instance identifier",
    ),
    (
        POSTGRES,
        "override-identifier-twice",
        {"instances.readers": 1, f"{_TWO}.identifier": "orders-1"},
        f"{_TWO}.identifier",
        "orders-1 is the name of instance 1 as well",
    ),
    (
        POSTGRES,
        "ca-certificate",
        {"instances.ca_certificate": "rds-ca-2019"},
        "instances.ca_certificate",
        "rds-ca-2019 is no certificate authority of RDS",
    ),
    (
        POSTGRES,
        "ca-certificate",
        {"instances.overrides.1.ca_certificate": "rds-ca-rsa2048"},
        "instances.overrides.1.ca_certificate",
        "rds-ca-rsa2048 is no certificate authority of RDS",
    ),
    (
        POSTGRES,
        "override-window",
        {"instances.overrides.1.maintenance_window": "sunday"},
        "instances.overrides.1.maintenance_window",
        "sunday is no weekly window of 30 minutes or more",
    ),
    (
        POSTGRES,
        "override-window",
        {"backup.window": "03:00-04:00", "instances.overrides.1.maintenance_window": "sun:03:30-sun:04:30"},
        "instances.overrides.1.maintenance_window",
        "it overlaps the backup window 03:00-04:00",
    ),
    (
        POSTGRES,
        "override-parameter-group",
        {"instances.overrides.1.parameter_group": "my_group"},
        "instances.overrides.1.parameter_group",
        "my_group is no parameter group name",
    ),
    (
        POSTGRES,
        "override-parameter-group",
        {"instances.overrides.1.parameter_group": "mine", "instances.overrides.1.parameters.work_mem": 65536},
        "instances.overrides.1.parameter_group",
        "an existing group and `parameters` of its own",
    ),
    (
        POSTGRES,
        "override-scaling",
        {"instances.overrides.1.scale_with_writer": True},
        "instances.overrides.1.scale_with_writer",
        "instance 1 is not serverless",
    ),
    (
        POSTGRES,
        "override-scaling",
        {
            "instances.acu": "1-8",
            "instances.readers": 1,
            f"{_TWO}.scale_with_writer": True,
            f"{_TWO}.promotion_tier": 5,
        },
        f"{_TWO}.scale_with_writer",
        "an instance in promotion tier 5 scales alone",
    ),
    (
        POSTGRES,
        "failover-size",
        {"instances.class": "db.r7g.xlarge", "instances.readers": 1, f"{_TWO}.class": "db.t4g.large"},
        _TWO,
        "db.t4g.large (8 GiB) is smaller than the writer's db.r7g.xlarge (32 GiB)",
    ),
    (
        POSTGRES,
        "failover-size",
        {
            "instances.class": "db.r7g.4xlarge",
            "instances.readers": 1,
            "instances.acu": "1-16",
            f"{_TWO}.class": "db.serverless",
        },
        _TWO,
        "db.serverless (32 GiB) is smaller than the writer's db.r7g.4xlarge (128 GiB)",
    ),
    (
        POSTGRES,
        "failover-following",
        {"instances.acu": "1-8", "instances.readers": 1, f"{_TWO}.scale_with_writer": False},
        "instances.overrides",
        "every reader scales alone",
    ),
    (
        POSTGRES,
        "high-availability",
        {"high_availability": True, "instances.readers": 0},
        "instances.readers",
        "there is no reader to fail over to",
    ),
    (
        POSTGRES,
        "high-availability",
        {
            "high_availability": True,
            "instances.overrides.1.zone": "eu-west-1a",
            f"{_TWO}.zone": "eu-west-1a",
            "network.zones": ["eu-west-1a", "eu-west-1b"],
        },
        "instances.overrides",
        "all instances are in eu-west-1a",
    ),
    (
        POSTGRES,
        "io-optimized-version",
        {"storage": "aurora-iopt1", "engine_version": "17.3"},
        "storage",
        "aurora-postgresql 17.3 has no I/O-Optimized storage; it begins with 17.4",
    ),
    (
        MYSQL,
        "io-optimized-version",
        {"storage": "aurora-iopt1", "engine_version": "5.7.mysql_aurora.2.12.5"},
        "storage",
        "has no I/O-Optimized storage",
    ),
    (
        POSTGRES,
        "io-optimized-class",
        {"storage": "aurora-iopt1", "instances.class": "db.t2.medium"},
        "instances.class",
        "db.t2.medium does not go with I/O-Optimized storage",
    ),
    (
        POSTGRES,
        "io-optimized-old-class",
        {"storage": "aurora-iopt1", "instances.class": "db.r4.large"},
        "instances.class",
        "AWS may refuse db.r4.large",
    ),
    (
        POSTGRES,
        "tag-key",
        {"instances.overrides.1.tags": {"aws:x": "v"}},
        "instances.overrides.1.tags.aws:x",
        "AWS keeps tags that start with `aws:` for itself",
    ),
    (
        POSTGRES,
        "parameter-name",
        {"instances.overrides.1.parameters": {"Work_Mem": 1}},
        "instances.overrides.1.parameters.Work_Mem",
        "Work_Mem is no parameter name",
    ),
]

SURFACE: list[SurfaceCase] = [*INSTANCES]
