"""Services that the database calls, and the roles for them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from aurora_cli.spec.facts.features import FEATURES, NEEDS, given_services, has_one_s3_role, role_owner, role_parameters
from aurora_cli.spec.facts.partitions import partition_of
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.facts.versions import below_floor
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.network.proxy import ROLE_ARN
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_NAMES = {
    "sagemaker": r"[A-Za-z0-9](-*[A-Za-z0-9]){0,62}|arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:endpoint/[a-z0-9-]{1,63}",
    "bedrock": r"[a-z0-9-]+\.[A-Za-z0-9.:-]{1,139}|arn:aws[a-z-]*:bedrock:[a-z0-9-]*:(\d{12})?:[a-z-]+/[A-Za-z0-9.:/-]{1,200}",
    "lambda": r"[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?"
    r"|arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?",
    "s3_import": r"(?!xn--)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "s3_export": r"(?!xn--)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
}
_PROFILE = re.compile(r"(us|us-gov|eu|apac|au|ca|jp|global)\.[a-z0-9-]+\.[A-Za-z0-9.:-]+", re.ASCII)
"""Id of an inference profile of Bedrock: a foundation model's, with the part of the world that it runs in before it."""
_KINDS = {
    "sagemaker": "a SageMaker endpoint",
    "bedrock": "a model of Bedrock",
    "lambda": "a Lambda function",
    "s3_import": "a bucket",
    "s3_export": "a bucket",
}
_EXAMPLES = {
    "sagemaker": "churn-model",
    "bedrock": "amazon.titan-embed-text-v2:0",
    "lambda": "notify",
    "s3_import": "orders-import",
    "s3_export": "orders-export",
}


def _names(spec: ClusterSpec, key: str) -> list[str]:
    found: list[str] = getattr(given_services(spec)[key], NEEDS[key])
    return found


@rule(
    "service-target",
    hard=True,
    text="A service lists what its role may access: endpoints, models, functions or buckets; or names the role itself.",
    source="this tool creates roles with least privilege",
    fields="services",
    skippable=False,
)
def service_target(spec: ClusterSpec) -> Iterator[Finding]:
    for key, service in given_services(spec).items():
        if key in NEEDS and service.role is None and not _names(spec, key):
            hint = f"for example `{NEEDS[key]}: [{_EXAMPLES[key]}]`; or `role:`, an existing one"
            yield Finding(f"services.{key}", f"`{NEEDS[key]}` is empty, so the role would have no permissions", hint)


@rule(
    "service-name",
    hard=True,
    text="Endpoints, models, functions and buckets are specified by valid names or ARNs.",
    source="SageMaker, Bedrock, Lambda and S3 API references; IAM: an inference profile is a resource of its account",
    fields="region services",
)
def service_name(spec: ClusterSpec) -> Iterator[Finding]:
    for key in given_services(spec):
        for index, name in enumerate(_names(spec, key) if key in NEEDS else ()):
            path = f"services.{key}.{NEEDS[key]}.{index}"
            if not re.fullmatch(_NAMES[key], name, re.ASCII):
                yield Finding(path, f"{shown(name)} does not name {_KINDS[key]}", f"for example `{_EXAMPLES[key]}`")
            elif key == "bedrock" and _PROFILE.fullmatch(name):
                message = f"{name} is an inference profile, not a model: specify a profile by its ARN"
                yield Finding(path, message, _profile_hint(spec.region, name))


def _profile_hint(region: str, name: str) -> str:
    arn = f"arn:{partition_of(region).name}:bedrock:{region}:123456789012:inference-profile/{name}"
    return f"for example `{arn}`, and beside it the ARN of its model in each Region that it may run in"


@rule(
    "service-prefix",
    hard=True,
    text="A prefix of S3 keys has up to 1024 printable characters, without wildcards and without a leading slash.",
    source="S3 object keys; IAM wildcards",
    fields="services",
)
def service_prefix(spec: ClusterSpec) -> Iterator[Finding]:
    for key in ("s3_import", "s3_export"):
        buckets = getattr(spec.services, key)
        prefix = buckets.prefix if buckets else ""
        wrong = not prefix.isprintable() or len(prefix) > 1024 or any(c in prefix for c in "*?$")
        if wrong or prefix.startswith("/"):
            yield Finding(
                f"services.{key}.prefix", f'"{shown(prefix)}" is not a valid key prefix', "for example `exports/`"
            )


@rule(
    "service-role",
    hard=True,
    text="An existing role is the ARN of an IAM role.",
    source="RDS API AddRoleToDBCluster.RoleArn",
    fields="services",
)
def service_role(spec: ClusterSpec) -> Iterator[Finding]:
    for key, service in given_services(spec).items():
        if service.role is not None and not ROLE_ARN.fullmatch(service.role):
            hint = "for example `arn:aws:iam::123456789012:role/orders`, or leave it out: the stack creates one"
            yield Finding(f"services.{key}.role", f'"{shown(service.role)}" is not a valid role ARN', hint)


@rule(
    "service-role-twice",
    hard=True,
    text="On PostgreSQL a role has one feature: AWS does not add the same role to a cluster twice.",
    source="RDS API DBClusterRoleAlreadyExists",
    fields="engine services",
)
def service_role_twice(spec: ClusterSpec) -> Iterator[Finding]:
    users: dict[str, list[str]] = defaultdict(list)
    for key, service in given_services(spec).items():
        if service.role is not None and key in FEATURES[spec.engine]:
            users[service.role].append(key)
    for role, keys in users.items():
        for key in keys[1:]:
            message = f"{shown(role)} is already the role of {keys[0]}, and AWS adds a role only once"
            yield Finding(f"services.{key}.role", message, "give it a role of its own, or leave it out")


@rule(
    "service-s3-role",
    hard=True,
    text="Aurora MySQL 3 loads from S3 and writes to it through one role.",
    source="Aurora User Guide, loading data from S3: aws_default_s3_role; CDK issue 19735",
    fields="engine engine_version services",
)
def service_s3_role(spec: ClusterSpec) -> Iterator[Finding]:
    loads, writes = spec.services.s3_import, spec.services.s3_export
    if loads is None or writes is None or loads.role == writes.role or not has_one_s3_role(spec):
        return
    message = "Aurora MySQL 3 has one role for S3, and `s3_import` and `s3_export` have different ones"
    yield Finding("services.s3_export.role", message, "write the same `role` in both, or in neither")


@rule(
    "service-roles",
    hard=False,
    text="A cluster has at most 5 roles, unless AWS raised the quota.",
    source="Aurora User Guide, quotas: IAM roles per DB cluster (adjustable)",
    fields="engine services",
)
def service_roles(spec: ClusterSpec) -> Iterator[Finding]:
    most, given = table("limits")["roles_per_cluster"], given_services(spec)
    by_feature = [key for key in given if key in FEATURES[spec.engine]]
    shared = {service.role or role_owner(spec, key) for key, service in given.items() if key not in by_feature}
    count = len(by_feature) + len(shared)
    if count > most:
        hint = "leave a service out, or have the quota `IAM roles per DB cluster` raised"
        if spec.engine == "aurora-mysql":
            hint = f"give two of them the same `role`, {hint}"
        yield Finding("services", f"a cluster takes {most} roles unless AWS raised that, and these are {count}", hint)


@rule(
    "service-parameter",
    hard=True,
    text="The parameters that hold the roles of Aurora MySQL belong to `services`.",
    source="this tool sets them from `services`",
    fields="engine services parameters instances.overrides",
    skippable=False,
)
def service_parameter(spec: ClusterSpec) -> Iterator[Finding]:
    owned = role_parameters(spec)
    for name in (*spec.parameters.cluster, *spec.parameters.instance):
        key = owned.get(name.lower())
        if key:
            group = "cluster" if name in spec.parameters.cluster else "instance"
            message = f"`{name}` is set by `services.{key}`, but has another value here"
            yield Finding(
                f"parameters.{group}.{name}", message, f"remove it, or name the role in `services.{key}.role`"
            )


@rule(
    "service-bedrock",
    hard=False,
    text="Bedrock needs Aurora MySQL 3.06, or newer.",
    source="Aurora User Guide, Aurora machine learning",
    fields="engine engine_version services",
)
def service_bedrock(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.services.bedrock is None or spec.engine != "aurora-mysql":
        return
    floor = below_floor(spec.engine, "bedrock", spec.engine_version)
    if floor:
        message = f"{spec.engine} {spec.engine_version} may not support Bedrock, which requires {floor} or later"
        yield Finding("services.bedrock", message, f"use {floor} or later")
