"""A field that was set and is taken out of the file: one apply brings the cluster back to what it was, and the plan is empty.

Each life has a base and changes of it. A change sets many fields at once; the next apply is of the base again, and Terraform's
state is then what it was, as read back from AWS. Every field of the spec is in one of them, or in `LEFT_OUT` with its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.sandbox.manager import Sandbox
from aurora_cli.spec.text.reference import fields
from tests.harness import Aurora
from tests.sandbox.aws_view import spec_file

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]

_FIXED = "fixed when the cluster is created: another value is refused, or replaces the cluster"
LEFT_OUT = {
    "name": "required",
    "region": "required",
    "engine": "required",
    "resource_name": _FIXED,
    "preset": "sets the defaults of other fields, which are here",
    "engine_version": "a file without it keeps the version that runs",
    "source.": "says where the data comes from, once",
    "serverless_v1.": "describes a cluster of the past; nothing is rendered from it",
    "database": _FIXED,
    "username": _FIXED,
    "encryption.enabled": _FIXED,
    "proxy.default_auth_scheme": "stays when it is taken out; `none` goes back",
    "proxy.endpoint_network_type": "fixed when the proxy is created",
    "proxy.target_connection_network_type": "fixed when the proxy is created",
    "encryption.kms_key": _FIXED,
    "credentials.secret_kms_key": "AWS keeps the key of a secret as long as it manages the password; another one is refused",
    "instances.overrides.KEY.identifier": "the name of an instance for its life",
    "network.cidr": _FIXED,
    "network.vpc_id": _FIXED,
    "network.subnet_ids": _FIXED,
    "network.subnet_group": _FIXED,
    "global.regions.REGION.headless": "a Region without instances gets them, and loses them, by its own command",
    "global.identifier": _FIXED,
    "bootstrap.": "what has run stays in the database; nothing is rendered from it",
    "profile": "names credentials; another account is another cluster, and nothing is rendered from it",
    "backend.": "says where the state is; Terraform moves a state, and a cluster has none of it",
}
"""Field, or the start of several -> why it cannot be set and taken out again."""


@dataclass(frozen=True)
class Change:
    """Fields that are set together; further words and variables for the apply that sets them, words for the one back."""

    values: dict[str, Any]
    words: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Life:
    """A cluster and what is changed of it. Texts in angle brackets stand for resources that are there beside it."""

    base: dict[str, Any]
    changes: tuple[Change, ...]


OVERRIDE = {
    "class": "db.r7g.xlarge",
    "promotion_tier": 15,
    "zone": "eu-west-1b",
    "tags": {"purpose": "reports"},
    "ca_certificate": "rds-ca-rsa4096-g1",
    "maintenance_window": "sat:05:00-sat:06:00",
    "auto_minor_upgrades": True,
    "monitoring_interval": 30,
    "copy_tags": True,
}


POSTGRES: dict[str, Any] = {"engine": "postgres", "instances": {"class": "db.r7g.large", "readers": 2}}
LIVES = {
    "settings": Life(
        POSTGRES,
        (
            Change(
                {
                    "tags": {"team": "orders"},
                    "port": 5433,
                    "storage": "aurora-iopt1",
                    "high_availability": True,
                    "deletion_protection": False,
                    "data_api": True,
                    "extended_support": False,
                    "tls": {"required": False},
                    "backup": {
                        "retention": "10d",
                        "window": "02:00-03:00",
                        "final_snapshot": False,
                        "copy_tags": False,
                        "keep_automated": True,
                    },
                    "maintenance": {
                        "window": "sun:04:00-sun:05:00",
                        "cluster_timeout": "3h",
                        "instance_timeout": "2h",
                    },
                    "instances": {
                        "acu": "2-8",
                        "ca_certificate": "rds-ca-ecc384-g1",
                        "copy_tags": False,
                        "overrides": {
                            "2": {**OVERRIDE, "parameters": {"work_mem": 65536}},
                            "3": {"class": "db.serverless", "scale_with_writer": True, "parameter_group": "shared"},
                        },
                    },
                    "parameters": {"cluster": {"log_lock_waits": 1}, "instance": {"log_temp_files": 1024}},
                    "logs": {"exports": ["postgresql", "iam-db-auth-error"], "retention": "90d", "kms_key": "<key>"},
                    "credentials": {
                        "rotation": {"every": "30d", "duration": "3h"},
                        "iam_users": ["app"],
                        "domain": {"id": "d-90670a1b2c", "role": "shared"},
                    },
                    "monitoring": {
                        "enhanced": {"interval": 60},
                        "insights": {"mode": "advanced", "retention": "465d", "kms_key": "<key>"},
                        "alarms": {
                            "enabled": True,
                            "after": "10m",
                            "cpu": 80,
                            "connections": 500,
                            "acu": 80,
                            "replica_lag": "5s",
                            "free_local_storage": 4,
                            "deadlocks": 1,
                        },
                        "notifications": {"emails": ["a@example.com"], "kms_key": "<key>"},
                        "events": {"cluster": ["failover"], "instances": ["failure"]},
                        "dashboard": True,
                    },
                    "roles": {
                        "path": "/databases/",
                        "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
                    },
                    "assume_role": {
                        "role_arn": "arn:aws:iam::123456789012:role/administrator",
                        "external_id": "platform",
                        "session_name": "aurora-cli",
                    },
                },
            ),
            Change(
                {
                    "maintenance": {"auto_minor_upgrades": True},
                    "logs": {"own_groups": False},
                    "parameters": {"cluster_group": "shared", "instance_group": "shared"},
                    "credentials": {"iam_authentication": False, "rotation": {"enabled": False}},
                    "monitoring": {
                        "enhanced": {"interval": 15, "role": "<role>"},
                        "insights": {"mode": "standard"},
                        "alarms": True,
                        "notifications": {"topic": "<topic>"},
                    },
                },
            ),
            Change(
                {
                    "maintenance": {"apply_immediately": False},
                    "credentials": {"rotation": {"schedule": "rate(10 days)"}},
                }
            ),
        ),
    ),
    "surroundings": Life(
        POSTGRES,
        (
            Change(
                {
                    "autoscaling": {
                        "min": 2,
                        "max": 5,
                        "cpu": 60,
                        "connections": 500,
                        "scale_in": False,
                        "scale_in_cooldown": "10m",
                        "scale_out_cooldown": "1m",
                        "schedules": {
                            "day": {"at": "cron(0 7 * * ? *)", "timezone": "Europe/Berlin", "min": 3, "max": 4}
                        },
                    },
                    "endpoints": {
                        "reports": {"type": "reader", "members": ["2"]},
                        "web": {"type": "any", "excluded": ["1"]},
                    },
                    "network": {
                        "zones": 3,
                        "allow": [{"source": "0.0.0.0/0", "description": "everybody"}],
                        "allow_from_anywhere": True,
                        "allow_self": True,
                        "egress": [{"destination": "10.9.0.0/16", "port": 443, "description": "office"}],
                        "vpc_endpoints": ["rds-data", "s3", "lambda"],
                    },
                    "dns": {
                        "zone_id": "<hosted zone>",
                        "writer": "a.example.com",
                        "reader": "b.example.com",
                        "ttl": "1m",
                    },
                    "proxy": {
                        "enabled": True,
                        "read_only_endpoint": True,
                        "iam_authentication": "required",
                        "secrets": [{"arn": "<secret>", "kms_key": "<key>"}],
                        "idle_timeout": "10m",
                        "max_connections_percent": 90,
                        "max_idle_connections_percent": 40,
                        "borrow_timeout": "1m",
                        "session_pinning_filters": ["EXCLUDE_VARIABLE_SETS"],
                        "init_query": "SET x = 1",
                        "debug_logging": True,
                    },
                    "services": {
                        "sagemaker": {"endpoints": ["churn"]},
                        "comprehend": {"enabled": True},
                        "lambda": {"functions": ["notify"]},
                        "s3_import": {"buckets": ["inbox"], "prefix": "in/", "kms_key": "<key>"},
                        "s3_export": {"buckets": ["outbox"], "prefix": "out/", "kms_key": "<key>"},
                    },
                    "activity_stream": {"mode": "async", "kms_key": "<key>", "engine_native_audit_fields": True},
                },
            ),
            Change(
                {
                    "proxy": {"role": "<role>"},
                    "services": {
                        "sagemaker": {"role": "<role>-1"},
                        "comprehend": {"role": "<role>-2"},
                        "bedrock": {"models": ["amazon.titan-v1"], "role": "<role>-3"},
                        "lambda": {"role": "<role>-4"},
                        "s3_import": {"role": "<role>-5"},
                    },
                    "network": {"vpc_endpoints": ["s3"]},
                },
            ),
            Change({"services": {"s3_export": {"role": "<role>"}}, "network": {"vpc_endpoints": ["s3"]}}),
            Change({"network": {"public_access": True}}),
            Change({"instances": {"overrides": {"2": {"public_access": True}}}}),
        ),
    ),
    "password and key": Life(
        {"engine": "postgres", "encryption": {"kms_key": "stack"}},
        (
            Change(
                {
                    "encryption": {
                        "key": {"rotation": "90d", "deletion_window": "7d", "administrators": ["<role>"]},
                    },
                    "credentials": {"password": "given"},
                },
                environ={"AURORA_MASTER_PASSWORD": "correct-horse-battery"},
            ),
            Change({"instances": {"class": "db.r7g.large", "readers": 1}}, words=("--in-place",), back=("--in-place",)),
            Change({"instances": {"acu": "0-4", "pause_after": "10m"}}, words=("--in-place",), back=("--in-place",)),
        ),
    ),
    "sections": Life(
        {
            **POSTGRES,
            "proxy": True,
            "autoscaling": {"max": 5, "cpu": 60},
            "endpoints": {"web": {"type": "any"}},
            "dns": {"zone_id": "<hosted zone>", "writer": "a.example.com"},
            "services": {"s3_import": {"buckets": ["inbox"]}},
            "network": {"vpc_endpoints": ["s3"]},
            "monitoring": {"enhanced": {"interval": 60}, "insights": {"mode": "standard"}, "alarms": True},
        },
        (
            Change(
                {
                    "proxy": {
                        "enabled": True,
                        "read_only_endpoint": True,
                        "require_tls": False,
                        "secrets": [{"arn": "<secret>"}],
                        "idle_timeout": "10m",
                        "max_connections_percent": 90,
                        "max_idle_connections_percent": 40,
                        "borrow_timeout": "1m",
                        "session_pinning_filters": ["EXCLUDE_VARIABLE_SETS"],
                        "init_query": "SET x = 1",
                        "debug_logging": True,
                    },
                    "autoscaling": {
                        "min": 2,
                        "connections": 500,
                        "scale_in": False,
                        "scale_in_cooldown": "10m",
                        "scale_out_cooldown": "1m",
                        "schedules": {"day": {"at": "cron(0 7 * * ? *)", "min": 3}},
                    },
                    "endpoints": {"web": {"excluded": ["1"]}},
                    "dns": {"reader": "b.example.com", "ttl": "1m"},
                    "services": {"s3_import": {"prefix": "in/", "kms_key": "<key>"}},
                    "monitoring": {
                        "insights": {"retention": "93d"},
                        "alarms": {"enabled": True, "after": "10m", "cpu": 80, "connections": 500, "replica_lag": "5s"},
                        "notifications": {"emails": ["a@example.com"], "kms_key": "<key>"},
                    },
                }
            ),
            Change({"monitoring": {"insights": {"mode": "advanced"}, "alarms": False}, "proxy": {"role": "<role>"}}),
            Change({"roles": {"path": "/databases/"}}),
        ),
    ),
    "existing network": Life(
        {"engine": "postgres", "network": {"subnet_ids": ["<subnet a>", "<subnet b>"]}},
        (
            Change({"network": {"security_group_ids": ["<security group>"], "ip_version": "dual"}}),
            Change({"network": {"own_security_group": False, "security_group_ids": ["<security group>"]}}),
        ),
    ),
    "own network": Life(
        {"engine": "postgres", "network": {"zones": 2, "vpc_endpoints": ["rds-data"]}},
        (Change({"network": {"zones": 3}}), Change({"network": {"ip_version": "dual"}})),
    ),
    "mysql": Life(
        {"engine": "mysql", "backup": {"backtrack": "1h"}, "instances": {"class": "db.r7g.large", "readers": 1}},
        (Change({"local_write_forwarding": True, "backup": {"backtrack": "24h"}}),),
    ),
}


def in_regions(own: dict[str, Any], existing: dict[str, Any] | None = None) -> dict[str, Any]:
    """Values of two secondary Regions, the second in a network that is there."""
    return {"global": {"regions": {"eu-central-1": own, "eu-north-1": existing or {}}}}


WORLDWIDE = Life(
    {
        **POSTGRES,
        **in_regions(
            {"network": {"cidr": "10.9.0.0/16"}, "instances": {"readers": 1}},
            {"network": {"subnet_ids": ["<subnet a>", "<subnet b>"]}},
        ),
    },
    (
        Change(
            in_regions(
                {
                    "write_forwarding": True,
                    "network": {
                        "zones": 3,
                        "allow": [{"source": "0.0.0.0/0", "description": "everybody"}],
                        "allow_from_anywhere": True,
                        "allow_self": True,
                        "egress": [{"destination": "10.9.0.0/16", "port": 443, "description": "office"}],
                        "vpc_endpoints": ["s3"],
                    },
                    "instances": {
                        "ca_certificate": "rds-ca-ecc384-g1",
                        "copy_tags": False,
                        "overrides": {"2": {**OVERRIDE, "zone": "eu-central-1b", "parameters": {"work_mem": 65536}}},
                    },
                },
                {
                    "network": {
                        "own_security_group": False,
                        "security_group_ids": ["<security group>"],
                        "ip_version": "dual",
                    }
                },
            )
        ),
        Change(
            in_regions(
                {
                    "instances": {
                        "acu": "2-8",
                        "overrides": {
                            "2": {
                                "class": "db.serverless",
                                "scale_with_writer": True,
                                "parameter_group": "shared",
                                "public_access": False,
                            },
                        },
                    },
                    "network": {"public_access": True},
                }
            )
        ),
        Change(
            in_regions({"instances": {"readers": 2, "class": "db.r7g.xlarge"}}),
            words=("--in-place",),
            back=("--in-place",),
        ),
        Change(
            in_regions({"instances": {"acu": "0-4", "class": "db.serverless", "pause_after": "10m"}}),
            words=("--in-place",),
            back=("--in-place",),
        ),
    ),
)


def merged(base: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values over a base, section by section."""
    nested = {k: merged(base[k], v) for k, v in values.items() if isinstance(v, dict) and isinstance(base.get(k), dict)}
    return {**base, **values, **nested}


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    """The fields that are set, with the names of their maps as the page of the spec has them."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        yield prefix
        for item in value:
            yield from paths(item, f"{prefix}.N") if isinstance(item, dict) else ()
    else:
        yield prefix


def generic(path: str) -> str:
    path = re.sub(r"^global\.regions\.[a-z0-9-]+", "global.regions.REGION", path)
    path = re.sub(r"\boverrides\.\d+", "overrides.KEY", path)
    return re.sub(r"^(autoscaling\.schedules|endpoints)\.[a-z]+", r"\1.NAME", path)


def is_left_out(path: str) -> bool:
    path = path if path in LEFT_OUT else path.removeprefix("global.regions.REGION.")
    return any(path == key or (key.endswith(".") and path.startswith(key)) for key in LEFT_OUT)


def resources(aurora: Aurora, region: str) -> dict[str, str]:
    """What stands in angle brackets -> a resource of the Region that is made for it."""

    def of(service: str) -> Any:
        return aurora.client(service, region)

    family = {"DBParameterGroupFamily": "aurora-postgresql17", "Description": "shared"}
    of("rds").create_db_cluster_parameter_group(DBClusterParameterGroupName="shared", **family)
    of("rds").create_db_parameter_group(DBParameterGroupName="shared", **family)
    zone = of("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    return {
        "<key>": of("kms").create_key()["KeyMetadata"]["Arn"],
        "<role>": of("iam").create_role(RoleName="shared", AssumeRolePolicyDocument="{}")["Role"]["Arn"],
        "<topic>": of("sns").create_topic(Name="shared")["TopicArn"],
        "<hosted zone>": zone.rpartition("/")[2],
        "<secret>": of("secretsmanager").create_secret(Name="app", SecretString="{}")["ARN"],
    }


def network(aurora: Aurora, region: str) -> dict[str, str]:
    """The same of subnets with IPv6 and a security group."""
    ec2 = aurora.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    blocks = ip_network(vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]).subnets(new_prefix=64)
    found = {
        "<security group>": ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc["VpcId"])["GroupId"]
    }
    for zone, block, six in zip("ab", ("10.20.1.0/24", "10.20.2.0/24"), blocks, strict=False):
        where = {"VpcId": vpc["VpcId"], "AvailabilityZone": f"{region}{zone}"}
        subnet = ec2.create_subnet(CidrBlock=block, Ipv6CidrBlock=str(six), **where)["Subnet"]
        found[f"<subnet {zone}>"] = subnet["SubnetId"]
    return found


def put(values: dict[str, Any], there: Mapping[str, str]) -> dict[str, Any]:
    text = json.dumps(values)
    for name, resource in there.items():
        text = text.replace(name, resource)
    found: dict[str, Any] = json.loads(text)
    return found


_CHOSEN = "AWS has one whatever the file says, and keeps it"
NOT_SETTINGS = {
    **dict.fromkeys(
        ("cluster_members", "global_cluster_members", "iam_roles", "inline_policy", "managed_policy_arns", "route"),
        "says what other resources are there, which are looked at themselves",
    ),
    **dict.fromkeys(("ingress", "egress"), "the rules of a group are looked at themselves"),
    **dict.fromkeys(("arn", "create_date", "unique_id"), "of a resource that was created again"),
    "master_user_secret": "a managed password has another secret each time",
    "engine_lifecycle_support": "costs money: without a word about it, it is as AWS has it",
    "performance_insights_kms_key_id": "has no effect without Insights",
    "performance_insights_retention_period": "has no effect without Insights",
    "preferred_backup_window": _CHOSEN,
    "preferred_maintenance_window": _CHOSEN,
    "ca_cert_identifier": _CHOSEN,
    "monitoring_role_arn": "has no effect without an interval",
    **dict.fromkeys(
        (
            "assign_generated_ipv6_cidr_block",
            "ipv6_association_id",
            "ipv6_cidr_block",
            "ipv6_cidr_block_association_id",
            "supported_network_types",
        ),
        "AWS takes no block from a VPC with subnets in it; a cluster of IPv4 alone does not use it",
    ),
    "serverlessv2_scaling_configuration": "AWS does not take the range back, which holds for serverless instances alone",
}


def rotation(aurora: Aurora) -> Any:
    """Of the managed master password: not in the state once nothing is said of it."""
    secret = aurora.cluster("demo").get("MasterUserSecret")
    if secret is None:
        return None
    shown = aurora.client("secretsmanager").describe_secret(SecretId=secret["SecretArn"])
    return [shown["RotationEnabled"], shown.get("RotationRules")]


def held(aurora: Aurora) -> dict[str, dict[str, Any]]:
    """Terraform's state: address -> attributes that hold something."""
    found = {"secret": {"id": "", "rotation": rotation(aurora)}}
    for resource in aurora.state("demo")["resources"]:
        for one in resource["instances"]:
            address = ".".join(
                [
                    *filter(None, [resource.get("module")]),
                    resource["type"],
                    f"{resource['name']}[{one.get('index_key')}]",
                ]
            )
            if resource["mode"] == "managed":
                said = {k: v for k, v in one["attributes"].items() if k not in NOT_SETTINGS}
                found[address] = what_is_set(said)
    return found


def what_is_set(value: Any) -> Any:
    """The value without what holds nothing, at any depth: a provider stores null or the zero of its type for that."""
    if isinstance(value, dict):
        set_in = {name: what_is_set(inner) for name, inner in value.items()}
        return {name: inner for name, inner in set_in.items() if inner not in (None, "", 0, False, [], {})}
    return [what_is_set(one) for one in value] if isinstance(value, list) else value


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is not as it was, apart from the ids of resources that were destroyed and created again."""
    text = json.dumps(after)
    for address in before.keys() & after.keys():
        if after[address]["id"]:
            text = text.replace(str(after[address]["id"]), str(before[address]["id"]))
    after = json.loads(text)
    gone = [f"{address} came or went" for address in sorted(before.keys() ^ after.keys())]
    changed = [
        f"{address}.{name}: {before[address].get(name)!r} -> {after[address].get(name)!r}"
        for address in sorted(before.keys() & after.keys())
        for name in sorted(before[address].keys() | after[address].keys())
        if before[address].get(name) != after[address].get(name)
    ]
    return gone + changed


def settled(aurora: Aurora) -> None:
    plan = aurora.run("plan", "demo", "--exit-code")
    assert plan.status == 0, plan.out + plan.err


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*LIVES, "worldwide"])
def test_what_is_taken_out_is_off_after_one_apply(aurora: Aurora, sandbox: Sandbox, name: str, tmp_path: Path) -> None:
    sandbox.reset()
    life, regions = (LIVES[name], ("eu-west-1",) * 2) if name in LIVES else (WORLDWIDE, ("eu-central-1", "eu-north-1"))
    there = {**resources(aurora, regions[0]), **network(aurora, regions[1])}
    file = str(spec_file(tmp_path, **put(life.base, there)))
    aurora.ok("create", "-f", file, "--yes")
    found = []
    for change in life.changes:
        before = held(aurora)
        spec_file(tmp_path, **put(merged(life.base, change.values), there))
        aurora.ok("apply", "-f", file, "--yes", *change.words, env=change.environ)
        settled(aurora)
        assert differences(before, held(aurora))
        spec_file(tmp_path, **put(life.base, there))
        aurora.ok("apply", "-f", file, "--yes", *change.back)
        settled(aurora)
        found += differences(before, held(aurora))
    if found:
        pytest.fail("\n".join(found))
    aurora.ok("destroy", "demo", "--confirm", "demo", "--skip-final-snapshot")


def test_every_field_is_in_a_life_or_left_out_with_a_reason() -> None:
    tried = {
        generic(path)
        for life in (*LIVES.values(), WORLDWIDE)
        for change in life.changes
        for path in paths(change.values)
    }
    known = {one.path for one in fields()}
    untried = {p for p in known - tried if not is_left_out(p) and not any(t.startswith(f"{p}.") for t in tried)}
    assert untried == set()
    assert {p for p in tried if is_left_out(p)} == set()
    unused = [key for key in LEFT_OUT if not any(p == key or p.startswith(key) for p in known)]
    assert unused == []
