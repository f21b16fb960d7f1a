"""What is there already and stays unmanaged: parameter groups, security groups, log groups, the password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aurora_cli.spec.facts.features import ENDPOINTS, given_services, role_parameters
from aurora_cli.spec.facts.tables import table
from aurora_cli.spec.model.cluster import ClusterSpec
from aurora_cli.spec.rules.registry import Finding, rule
from aurora_cli.spec.values.suggestions import shown

_GROUP = re.compile(r"[a-z](?:[-.]?[a-z0-9])*", re.ASCII)
_LONGEST = 255


@rule(
    "existing-parameter-group",
    hard=True,
    text="A parameter group's name has up to 255 lower-case letters, digits, single hyphens and periods.",
    source="RDS API CreateDBClusterParameterGroup; provider (lower case)",
    fields="parameters.cluster_group parameters.instance_group",
)
def existing_parameter_group(spec: ClusterSpec) -> Iterator[Finding]:
    for field in ("cluster_group", "instance_group"):
        name = getattr(spec.parameters, field)
        if name is not None and not (_GROUP.fullmatch(name) and len(name) <= _LONGEST):
            message = f'"{shown(name)}" is not a valid parameter group name'
            yield Finding(f"parameters.{field}", message, "write it as AWS shows it, in lower case")


@rule(
    "existing-parameter-values",
    hard=True,
    text="Parameters can only be set in a parameter group of the stack, not in an existing one.",
    source="this tool does not change existing parameter groups",
    fields="parameters",
)
def existing_parameter_values(spec: ClusterSpec) -> Iterator[Finding]:
    for kind in ("cluster", "instance"):
        group = getattr(spec.parameters, f"{kind}_group")
        if group is not None and getattr(spec.parameters, kind):
            message = f"{shown(group)} is an existing group, whose parameters cannot be set here"
            yield Finding(
                f"parameters.{kind}", message, f"remove `{kind}_group` to create a group, or remove the parameters"
            )


@rule(
    "own-security-group",
    hard=True,
    text="Without a security group of its own, a cluster uses one to five existing ones, which control who may connect.",
    source="RDS API CreateDBCluster.VpcSecurityGroupIds; EC2 quotas: security groups per network interface",
    fields="network",
)
def own_security_group(spec: ClusterSpec) -> Iterator[Finding]:
    network, path = spec.network, "network.own_security_group"
    if network.own_security_group:
        return
    if not network.security_group_ids:
        yield Finding(path, "no security group is left", "add one to `network.security_group_ids`")
    most = table("limits")["security_groups_per_cluster"]
    if len(set(network.security_group_ids)) > most:
        yield Finding("network.security_group_ids", f"a cluster can have {most} security groups", "remove some")
    for field in ("allow", "egress", "allow_self"):
        if getattr(network, field):
            message = f"`{field}` needs a security group of the cluster's own, which it does not have"
            yield Finding(f"network.{field}", message, "change the rules of the existing security groups instead")


@rule(
    "own-security-group-needed",
    hard=True,
    text="A proxy, and VPC endpoints that the database calls, need a security group of the cluster's own.",
    source="this tool does not change existing security groups",
    fields="network proxy services",
    skippable=False,
)
def own_security_group_needed(spec: ClusterSpec) -> Iterator[Finding]:
    network = spec.network
    if network.own_security_group:
        return
    hint = (
        "write `network.own_security_group: true`: the cluster then has its own group in addition to the existing ones"
    )
    if spec.proxy is not None and spec.proxy.enabled:
        yield Finding(
            "proxy", "no rule allows the proxy to connect: the cluster has no security group of its own", hint
        )
    called = {ENDPOINTS[key] for key in given_services(spec)} & set(network.vpc_endpoints)
    if called:
        message = (
            f"no rule allows the database to reach {', '.join(sorted(called))}: it has no security group of its own"
        )
        yield Finding("network.vpc_endpoints", message, hint)


@rule(
    "existing-parameter-services",
    hard=True,
    text="Aurora MySQL gets the roles of `services` from cluster parameters, which need a parameter group of the stack.",
    source="this tool does not change existing parameter groups; Aurora User Guide, IAM roles of Aurora MySQL",
    fields="engine parameters.cluster_group services",
    skippable=False,
)
def existing_parameter_services(spec: ClusterSpec) -> Iterator[Finding]:
    group, owned = spec.parameters.cluster_group, role_parameters(spec)
    if group is not None and owned:
        message = f"{shown(group)} is an existing group, in which {next(iter(owned))} cannot be set here"
        yield Finding("parameters.cluster_group", message, "leave it out to create a group, or leave `services` out")


@rule(
    "own-log-groups",
    hard=True,
    text="A KMS key for log groups needs log groups of the stack.",
    source="this tool does not change existing log groups",
    fields="logs",
)
def own_log_groups(spec: ClusterSpec) -> Iterator[Finding]:
    if spec.logs.kms_key is not None and not spec.logs.own_groups:
        message = "the stack does not create the log groups, so this key has no effect"
        yield Finding("logs.kms_key", message, "remove it, or `own_groups: false`")


@rule(
    "kept-password",
    hard=True,
    text="KMS key and rotation of the master secret need a password that AWS manages.",
    source="RDS API ModifyDBCluster.ManageMasterUserPassword",
    fields="credentials",
)
def kept_password(spec: ClusterSpec) -> Iterator[Finding]:
    for field in ("secret_kms_key", "rotation") if spec.credentials.kept else ():
        if getattr(spec.credentials, field) is not None:
            message = "AWS does not manage the password in Secrets Manager"
            yield Finding(f"credentials.{field}", message, "remove it, or set `credentials.password` to `managed`")
