"""Resolved specs for the tests: one for each way in which the Terraform can differ, and any other by hypothesis."""

from __future__ import annotations

import unicodedata
from typing import Any

from hypothesis import strategies as st

from aurora_cli.spec.model.cluster import ClusterSpec

ARN = "arn:aws:kms:eu-west-1:123456789012:key/0d1e2f3a-0000-4000-8000-0123456789ab"
ROLE = "arn:aws:iam::123456789012:role/given"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf"
SMALLEST: dict[str, Any] = {
    "name": "demo",
    "region": "eu-west-1",
    "engine": "postgres",
    "engine_version": "16.8",
    "username": "postgres",
    "port": 5432,
    "instances": {"class": "db.t4g.medium"},
    "network": {"cidr": "10.0.0.0/16", "zones": 2},
    "logs": {"exports": ["postgresql"]},
}
VARIANTS: dict[str, dict[str, Any]] = {
    "smallest": {},
    "production": {
        "preset": "production",
        "tags": {"team": "orders", "cost centre": "42"},
        "database": "orders",
        "instances": {
            "class": "db.r7g.large",
            "readers": 2,
            "overrides": {"3": {"class": "db.r7g.xlarge", "zone": "eu-west-1c", "promotion_tier": 15}},
        },
        "network": {
            "cidr": "10.20.0.0/16",
            "zones": 3,
            "allow": [
                "10.0.0.0/8",
                "2001:DB8::/32",
                "pl-0a1b2c3d",
                {"source": "sg-0a1b2c3d", "description": "the app"},
            ],
        },
        "encryption": {"kms_key": ARN},
        "credentials": {"secret_kms_key": "alias/secrets"},
        "backup": {"retention": "35d", "window": "02:00-03:00"},
        "maintenance": {"window": "sun:04:00-sun:05:00", "auto_minor_upgrades": True, "apply_immediately": False},
        "parameters": {
            "cluster": {
                "log_min_duration_statement": 500,
                "shared_preload_libraries": "pg_stat_statements,auto_explain",
            },
            "instance": {"random_page_cost": 1.1, "jit": False},
        },
        "backend": {"type": "s3", "bucket": "state", "kms_key": ARN, "profile": "ops"},
    },
    "serverless-mysql": {
        "engine": "mysql",
        "engine_version": "8.0.mysql_aurora.3.10.0",
        "username": "admin",
        "port": 3306,
        "instances": {"class": "db.serverless", "acu": "0-4", "pause_after": "10m", "readers": 1},
        "logs": {"exports": ["slowquery", "error"]},
        "deletion_protection": False,
        "backup": {"final_snapshot": False},
        "backend": {"type": "cloud", "organization": "acme", "workspace": "demo", "project": "databases"},
    },
    "mixed-classes": {
        "instances": {
            "class": "db.r7g.large",
            "acu": "0.5-16",
            "readers": 1,
            "overrides": {"2": {"class": "db.serverless"}},
        },
        "backend": {"type": "pg"},
    },
    "monitored": {
        "instances": {
            "class": "db.r7g.large",
            "acu": "2-8",
            "readers": 2,
            "overrides": {"2": {"class": "db.serverless"}, "3": {"monitoring_interval": 0}},
        },
        "logs": {"exports": ["postgresql"], "kms_key": "alias/logs"},
        "monitoring": {
            "enhanced": {"interval": 60},
            "insights": {"mode": "advanced", "kms_key": ARN},
            "alarms": {"connections": 500},
            "notifications": {"emails": ["ops@example.com"], "kms_key": "alias/topic"},
            "events": {"cluster": ["failover"], "instances": ["availability", "failure"]},
            "dashboard": True,
        },
    },
    "monitored-by-others": {
        "monitoring": {
            "enhanced": {"interval": 15, "role": "arn:aws:iam::123456789012:role/monitoring"},
            "insights": {"mode": "standard", "retention": "31d"},
            "alarms": True,
            "notifications": {"topic": "arn:aws:sns:eu-west-1:123456789012:alerts", "emails": ["a@example.com"]},
        },
    },
    "scaled": {
        "instances": {"class": "db.r7g.large", "readers": 2},
        "autoscaling": {
            "min": 2,
            "max": 8,
            "cpu": 60,
            "connections": 500,
            "scale_in": False,
            "scale_out_cooldown": "1m",
            "schedules": {
                "morning": {"at": "cron(0 7 ? * MON-FRI *)", "timezone": "Europe/Berlin", "min": 4},
                "sale": {"at": "at(2030-01-31T07:00:00)", "min": 6, "max": 12},
            },
        },
        "endpoints": {
            "reports": {"type": "READER", "members": ["3"]},
            "web": {"type": "any", "excluded": ["1", "3"]},
            "all": {"type": "any"},
        },
    },
    "connected": {
        "engine": "mysql",
        "engine_version": "8.0.mysql_aurora.3.10.0",
        "username": "admin",
        "logs": {"exports": ["error"]},
        "data_api": True,
        "extended_support": False,
        "network": {
            "cidr": "10.0.0.0/16",
            "zones": 2,
            "ip_version": "DUAL",
            "allow_self": True,
            "allow": ["2001:db8::/32"],
            "egress": [
                "10.0.0.0/8",
                {"destination": "10.0.0.0/8", "port": 3306, "description": "replicas"},
                {"destination": "pl-0a1b2c3d", "port": 443},
                "2001:DB8::/32",
                "sg-0a1b2c3d",
            ],
        },
        "dns": {"zone_id": "Z123", "writer": "Demo.db.example.com.", "reader": "demo-ro.db.example.com"},
        "credentials": {"rotation": {"every": "30d", "duration": "3h"}},
        "backup": {"backtrack": "24h", "copy_tags": False, "keep_automated": True},
    },
    "signed-in": {
        "credentials": {
            "password": "given",
            "iam_users": ["reporting", "app"],
            "domain": {"id": "d-90670a1b2c"},
        },
    },
    "signed-in-by-others": {
        "credentials": {"rotation": {"enabled": False}, "domain": {"id": "d-90670a1b2c", "role": "directory"}},
    },
    "connected-existing": {
        "network": {"vpc_id": "vpc-0a", "subnet_ids": ["subnet-0a", "subnet-0b"], "ip_version": "dual"},
        "dns": {"zone_id": "Z123", "reader": "demo-ro.db.example.com"},
        "credentials": {"rotation": {"schedule": "rate(10 days)"}},
        "extended_support": True,
    },
    "proxied": {
        "instances": {"class": "db.r7g.large", "readers": 1},
        "network": {
            "cidr": "10.0.0.0/16",
            "zones": 2,
            "allow_self": True,
            "allow": ["2001:db8::/32", "pl-0a1b2c3d", {"source": "sg-0a1b2c3d", "description": "the app"}],
            "vpc_endpoints": ["rds-data", "s3", "lambda"],
        },
        "roles": {"path": "/databases/", "permissions_boundary": "arn:aws:iam::123456789012:policy/boundary"},
        "proxy": {
            "read_only_endpoint": True,
            "iam_authentication": "required",
            "secrets": [{"arn": SECRET, "kms_key": ARN}],
            "init_query": "SET a = '${b}'",
        },
        "encryption": {"kms_key": "stack", "key": {"administrators": [ROLE], "rotation": "90d"}},
        "logs": {"exports": ["postgresql"], "kms_key": "stack"},
        "monitoring": {"alarms": True, "notifications": {"kms_key": "stack"}},
        "activity_stream": {"mode": "sync", "kms_key": "stack"},
        "services": {
            "sagemaker": {"endpoints": ["churn"]},
            "comprehend": {},
            "lambda": {"role": ROLE},
            "s3_import": {"buckets": ["inbox"], "prefix": "in/", "kms_key": "alias/files"},
            "s3_export": {"buckets": ["outbox"], "kms_key": ARN},
        },
    },
    "proxied-existing": {
        "engine": "mysql",
        "engine_version": "8.0.mysql_aurora.3.10.0",
        "username": "admin",
        "logs": {"exports": ["error"]},
        "network": {"subnet_group": "databases", "vpc_endpoints": ["bedrock-runtime", "lambda"]},
        "proxy": {"role": ROLE, "session_pinning_filters": ["EXCLUDE_VARIABLE_SETS"]},
        "activity_stream": {"mode": "async", "kms_key": "alias/stream", "engine_native_audit_fields": True},
        "services": {
            "bedrock": {"models": ["amazon.titan-v1", "arn:aws:bedrock:eu-west-1::foundation-model/x.y"]},
            "s3_import": {"role": ROLE},
            "s3_export": {"role": ROLE},
        },
    },
    "own-instances": {
        "storage": "aurora-iopt1",
        "instances": {
            "class": "db.r7g.large",
            "acu": "1-8",
            "readers": 2,
            "overrides": {
                "1": {"ca_certificate": "rds-ca-ecc384-g1", "auto_minor_upgrades": True},
                "2": {"parameter_group": "shared", "maintenance_window": "sat:05:00-sat:06:00"},
                "3": {
                    "class": "db.serverless",
                    "identifier": "reports",
                    "tags": {"purpose": "${reports}"},
                    "parameters": {"work_mem": 65536},
                    "scale_with_writer": True,
                },
            },
        },
    },
    "imported": {
        "engine": "mysql",
        "engine_version": "8.0.mysql_aurora.3.10.0",
        "username": "admin",
        "port": 3306,
        "logs": {"exports": ["error"]},
        "source": {"s3": {"bucket": "backups", "prefix": "${a}", "source_engine_version": "8.0.36"}},
    },
    "restored": {"username": None, "source": {"snapshot": "before"}, "encryption": {"kms_key": "alias/data"}},
    "earlier": {
        "username": None,
        "source": {"point_in_time": {"cluster": "orders", "time": "2026-03-01T08:30:00Z"}},
    },
    "kept": {"username": None, "source": {"point_in_time": {"cluster": "cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ"}}},
    "cloned": {"username": None, "source": {"clone": "orders"}},
    "replica": {"username": None, "source": {"replica_of": "orders"}},
    "public": {
        "network": {
            "cidr": "10.0.0.0/24",
            "zones": ["eu-west-1a", "eu-west-1b"],
            "public_access": True,
            "allow": ["203.0.113.7/32"],
        },
        "tls": {"required": False},
        "logs": {"exports": []},
        "backend": {
            "type": "http",
            "address": "https://state.example/demo",
            "lock_address": "https://state.example/demo/lock",
        },
    },
    "existing-subnets": {
        "network": {"vpc_id": "vpc-0a", "subnet_ids": ["subnet-0a", "subnet-0b"], "security_group_ids": ["sg-0a"]},
        "encryption": {"kms_key": "alias/storage"},
    },
    "subnets-alone": {"network": {"subnet_ids": ["subnet-0a", "subnet-0b"], "public_access": True}},
    "adopted": {
        "instances": {
            "class": "db.r7g.large",
            "readers": 1,
            "copy_tags": False,
            "overrides": {"1": {"identifier": "demo-one"}, "2": {"identifier": "demo-two", "copy_tags": True}},
        },
        "network": {"subnet_group": "databases", "own_security_group": False, "security_group_ids": ["sg-0a", "sg-0b"]},
        "credentials": {"password": "kept"},
        "parameters": {"cluster_group": "demo-cluster", "instance_group": "default.aurora-postgresql16"},
        "logs": {"exports": ["postgresql"], "own_groups": False},
    },
    "existing-group": {"network": {"vpc_id": "vpc-0a", "subnet_group": "databases"}, "encryption": {"enabled": False}},
}


def spec(variant: str = "smallest", **changes: Any) -> ClusterSpec:
    """A variant, with top-level fields replaced."""
    return ClusterSpec.model_validate({**SMALLEST, **VARIANTS[variant], **changes})


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """Any text that Terraform can carry, rich in what HCL gives a meaning to."""
    any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=max_size)
    hcl_parts = st.sampled_from(
        ['"', "\\", "${", "%{", "$", "%", "}", "\n", "\t", "\r", "<<EOT\n", "EOT\n", "#", "//", " = ", "null"]
    )
    mixed = st.lists(hcl_parts | st.text(max_size=3, alphabet="a é漢🙂"), max_size=12).map("".join)
    return (any_text | mixed).map(lambda text: unicodedata.normalize("NFC", text))


_names = st.from_regex(r"[a-z](-?[a-z0-9]){0,40}", fullmatch=True)
_sources = st.sampled_from(["10.0.0.0/8", "192.168.0.0/24", "2001:db8::/48", "sg-0a1b", "pl-0a1b", "0.0.0.0/0"])
_allow = st.lists(st.builds(lambda s, d: {"source": s, "description": d}, _sources, st.none() | texts()), max_size=4)
_egress = st.lists(
    st.builds(
        lambda to, port, text: {"destination": to, "port": port, "description": text},
        _sources,
        st.none() | st.integers(1, 65535),
        st.none() | texts(),
    ),
    max_size=3,
)
_networks = st.one_of(
    st.fixed_dictionaries(
        {
            "cidr": st.sampled_from(["10.0.0.0/16", "172.16.8.0/22", "192.168.0.0/24"]),
            "zones": st.sampled_from([2, 3, ["eu-west-1a", "eu-west-1c"]]),
            "public_access": st.booleans(),
            "allow": _allow,
            "ip_version": st.sampled_from(["ipv4", "dual"]),
            "allow_self": st.booleans(),
            "egress": _egress,
        }
    ),
    st.fixed_dictionaries(
        {"subnet_ids": st.just(["subnet-0a", "subnet-0b"]), "allow": _allow}, optional={"vpc_id": st.just("vpc-0a")}
    ),
    st.fixed_dictionaries({"subnet_group": st.just("databases"), "security_group_ids": st.just(["sg-0a"])}),
)
_parameters = st.dictionaries(
    st.from_regex(r"[a-z][a-z_.]{0,20}", fullmatch=True),
    texts() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
    max_size=4,
)
_OVERRIDE: dict[str, st.SearchStrategy[Any]] = {
    "public_access": st.booleans(),
    "class": st.just("db.serverless"),
    "promotion_tier": st.integers(0, 15),
    "identifier": st.just("reports"),
    "tags": st.dictionaries(texts().filter(bool), texts(), max_size=2),
    "ca_certificate": st.just("rds-ca-ecc384-g1"),
    "maintenance_window": st.just("sat:05:00-sat:06:00"),
    "auto_minor_upgrades": st.booleans(),
    "monitoring_interval": st.sampled_from([0, 30]),
    "parameters": _parameters,
    "parameter_group": st.just("shared"),
}
_instances = st.fixed_dictionaries(
    {
        "class": st.sampled_from(["db.r7g.large", "db.serverless"]),
        "acu": st.sampled_from(["0-4", "0.5-16"]),
        "readers": st.integers(0, 15),
    },
    optional={
        "pause_after": st.integers(300, 86400),
        "ca_certificate": st.just("rds-ca-rsa2048-g1"),
        "overrides": st.dictionaries(
            st.sampled_from(["1", "2", "16"]), st.fixed_dictionaries({}, optional=_OVERRIDE), max_size=3
        ),
    },
)
_emails = st.lists(st.sampled_from(["a@example.com", "b@example.com"]), unique=True)
_monitoring = st.fixed_dictionaries(
    {},
    optional={
        "enhanced": st.builds(lambda seconds: {"interval": seconds}, st.sampled_from([0, 1, 60])),
        "insights": st.builds(lambda mode: {"mode": mode}, st.sampled_from(["standard", "advanced"])),
        "alarms": st.booleans() | st.builds(lambda n: {"connections": n, "deadlocks": n / 7}, st.integers(0, 500)),
        "notifications": st.builds(lambda emails: {"emails": emails}, _emails),
        "events": st.sampled_from([{"cluster": ["failover"]}, {"instances": ["failure", "availability"]}]),
        "dashboard": st.booleans(),
    },
)
_schedules = st.builds(lambda low: {"night-1.a": {"at": "cron(0 7 ? * * *)", "min": low}}, st.integers(0, 3))
_autoscaling = st.none() | st.fixed_dictionaries(
    {"max": st.integers(0, 15)},
    optional={
        "cpu": st.floats(0.1, 100),
        "connections": st.integers(1, 5000),
        "scale_in": st.booleans(),
        "schedules": _schedules,
    },
)
_endpoints = st.dictionaries(
    st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,20}", fullmatch=True),
    st.sampled_from(
        [{"type": "any"}, {"type": "reader", "members": ["1", "2"]}, {"type": "reader", "excluded": ["1", "9"]}]
    ),
    max_size=3,
)
_keys = st.none() | st.sampled_from(["alias/mine", ARN, "0d1e2f3a-0000-4000-8000-0123456789ab", "stack"])
_proxies = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "read_only_endpoint": st.booleans(),
        "secrets": st.just([SECRET]),
        "default_auth_scheme": st.sampled_from(["none", "iam_auth"]),
        "endpoint_network_type": st.sampled_from(["ipv4", "dual"]),
        "target_connection_network_type": st.just("ipv4"),
        "role": st.just(ROLE),
        "init_query": texts(),
    },
)
_services = st.fixed_dictionaries(
    {},
    optional={
        "lambda": st.sampled_from([{"functions": ["f"]}, {"role": ROLE}]),
        "comprehend": st.builds(lambda on: {"enabled": on}, st.booleans()),
        "s3_import": st.builds(
            lambda prefix, key: {"buckets": ["b"], "prefix": prefix, "kms_key": key}, texts(), _keys
        ),
    },
)


def any_spec() -> st.SearchStrategy[ClusterSpec]:
    """Resolved specs over the whole surface, with hostile texts where text is free."""
    engines = st.sampled_from(
        [
            ("postgres", "16.8", ["postgresql"]),
            ("mysql", "8.0.mysql_aurora.3.10.0", ["error", "audit"]),
            ("postgres", "17.5", []),
        ]
    )

    def build(name: str, engine: tuple[str, str, list[str]], parts: dict[str, Any]) -> ClusterSpec:
        kind, version, logs = engine
        fixed = {"name": name, "engine": kind, "engine_version": version, "logs": {"exports": logs}}
        return ClusterSpec.model_validate({**SMALLEST, **parts, **fixed})

    parts = st.fixed_dictionaries(
        {
            "tags": st.dictionaries(texts().filter(bool), texts(), max_size=5),
            "instances": _instances,
            "network": _networks,
            "encryption": st.builds(lambda on, key: {"enabled": on, "kms_key": key}, st.booleans(), _keys),
            "credentials": st.builds(lambda key: {"secret_kms_key": key}, _keys),
            "parameters": st.builds(lambda c, i: {"cluster": c, "instance": i}, _parameters, _parameters),
            "deletion_protection": st.booleans(),
            "monitoring": _monitoring,
            "autoscaling": _autoscaling,
            "endpoints": _endpoints,
            "data_api": st.booleans(),
            "proxy": _proxies,
            "services": _services,
            "extended_support": st.none() | st.booleans(),
            "backend": st.sampled_from([VARIANTS[v].get("backend", {"type": "local"}) for v in VARIANTS]),
        },
        optional={"database": st.just("app"), "tls": st.builds(lambda on: {"required": on}, st.booleans())},
    )
    return st.builds(build, _names, engines, parts)
