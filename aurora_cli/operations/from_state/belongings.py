"""Which resources of a state belong to a cluster: by what they name, compared with what AWS says of the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aurora_cli.aws.cluster.discovery import LOG_GROUPS, DiscoveredCluster
from aurora_cli.hcl.adoption import Import
from aurora_cli.terraform.state.state import StateResource

_OLD_RULE = "aws_security_group_rule"
_NAMES: dict[str, dict[str, str]] = {
    "aws_rds_cluster": {"arn": "arns"},
    "aws_rds_cluster_instance": {"cluster_identifier": "cluster"},
    "aws_rds_cluster_endpoint": {"cluster_identifier": "cluster"},
    "aws_rds_cluster_role_association": {"db_cluster_identifier": "cluster"},
    "aws_rds_cluster_activity_stream": {"resource_arn": "arns"},
    "aws_rds_global_cluster": {"source_db_cluster_identifier": "arns"},
    "aws_db_cluster_snapshot": {"db_cluster_identifier": "cluster"},
    "aws_db_subnet_group": {"name": "subnets"},
    "aws_rds_cluster_parameter_group": {"name": "parameters"},
    "aws_db_parameter_group": {"name": "parameters"},
    "aws_security_group": {"id": "groups"},
    _OLD_RULE: {"security_group_id": "groups"},
    "aws_vpc_security_group_ingress_rule": {"security_group_id": "groups"},
    "aws_vpc_security_group_egress_rule": {"security_group_id": "groups"},
    "aws_iam_role": {"name": "roles"},
    "aws_iam_role_policy": {"role": "roles"},
    "aws_iam_role_policy_attachment": {"role": "roles"},
    "aws_kms_key": {"arn": "keys"},
    "aws_kms_alias": {"target_key_arn": "keys"},
    "aws_cloudwatch_log_group": {"name": "logs"},
    "aws_cloudwatch_metric_alarm": {
        "dimensions.DBClusterIdentifier": "cluster",
        "dimensions.DBInstanceIdentifier": "instances",
    },
    "aws_db_event_subscription": {"source_ids": "sources"},
    "aws_appautoscaling_target": {"resource_id": "scaled"},
    "aws_appautoscaling_policy": {"resource_id": "scaled"},
    "aws_appautoscaling_scheduled_action": {"resource_id": "scaled"},
    "aws_secretsmanager_secret_rotation": {"secret_id": "arns"},
    "aws_db_proxy": {"name": "proxies"},
    "aws_db_proxy_endpoint": {"db_proxy_name": "proxies"},
    "aws_db_proxy_default_target_group": {"db_proxy_name": "proxies"},
    "aws_db_proxy_target": {"db_cluster_identifier": "cluster"},
    "aws_route53_record": {"records": "hosts"},
}
"""Resource type -> attribute -> the fact of the cluster that it names (documentation of the provider's resources)."""

_HELPERS = ("random_", "null_resource", "terraform_data", "time_", "tls_", "aws_rds_reserved_instance")
"""Types that are nothing beside what they were made for: in the module of a cluster they go with it."""


@dataclass(frozen=True)
class Belonging:
    """A resource in the other state that belongs to the cluster.

    Attributes:
        address, type, id: as that state has it.
        imported_as: its address in the stack; None if the stack uses it as it is.
    """

    address: str
    type: str
    id: str | None
    imported_as: str | None


def belongings_of(
    resources: Sequence[StateResource], found: DiscoveredCluster, imports: Sequence[Import]
) -> tuple[Belonging, ...]:
    """The managed resources that belong to the cluster, in the order of the state."""
    facts, region = _facts(found), _region_of(str(found.cluster["DBClusterArn"]))
    return tuple(
        Belonging(one.address, one.type, one.id, _imported_as(one, imports))
        for one in resources
        if _is_in(region, one) and _names(one, facts)
    )


def is_helper(one: StateResource) -> bool:
    """Whether a resource is nothing beside what it was made for, e.g. `random_password`."""
    return one.type.startswith(_HELPERS)


def _facts(found: DiscoveredCluster) -> dict[str, set[str]]:
    cluster, name = found.cluster, found.identifier
    instances = {str(i["DBInstanceIdentifier"]) for i in found.instances}
    secret = cluster.get("MasterUserSecret") or {}
    roles = [
        *(one["RoleArn"] for one in cluster.get("AssociatedRoles") or ()),
        *(one.get("MonitoringRoleArn") for one in found.instances),
        *(one.get("IAMRoleName") for one in cluster.get("DomainMemberships") or ()),
    ]
    keys = (cluster.get("KmsKeyId"), cluster.get("PerformanceInsightsKMSKeyId"), secret.get("KmsKeyId"))
    hosts = (cluster.get("Endpoint"), cluster.get("ReaderEndpoint"), *(e.get("Endpoint") for e in found.endpoints))
    return {
        "cluster": {name},
        "instances": instances,
        "sources": {name, *instances},
        "arns": {str(cluster["DBClusterArn"]), str(secret.get("SecretArn"))},
        "subnets": {str(cluster.get("DBSubnetGroup"))},
        "parameters": {group for _, group in found.parameters},
        "groups": {str(g["VpcSecurityGroupId"]) for g in cluster.get("VpcSecurityGroups") or ()},
        "roles": {str(role).rpartition("/")[2] for role in roles if role},
        "keys": {str(key) for key in keys if key},
        "logs": {LOG_GROUPS.format(name) + kind for kind in (*found.log_groups, *_exports(cluster))},
        "scaled": {f"cluster:{name}"},
        "proxies": set(found.proxies),
        "hosts": {str(host) for host in hosts if host},
    }


def _exports(cluster: Mapping[str, Any]) -> list[str]:
    return list(cluster.get("EnabledCloudwatchLogsExports") or ())


def _is_in(region: str, one: StateResource) -> bool:
    """Whether it is not in another Region: a global database may have the same names in each."""
    return _region_of(str(one.attributes.get("arn") or "")) in ("", region)


def _region_of(arn: str) -> str:
    return arn.split(":")[3] if arn.count(":") > 4 else ""


def _names(one: StateResource, facts: Mapping[str, set[str]]) -> bool:
    named = _NAMES.get(one.type, {})
    return any(facts[fact].intersection(_texts(one.attributes, path)) for path, fact in named.items())


def _texts(attributes: Mapping[str, Any], path: str) -> Iterator[str]:
    value: Any = attributes
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    yield from (str(item) for item in (value if isinstance(value, list) else [value]) if item is not None)


def _imported_as(one: StateResource, imports: Sequence[Import]) -> str | None:
    """The ids of imports are longer for autoscaling: `rds/cluster:NAME/rds:cluster:ReadReplicaCount/POLICY`."""
    if one.type == _OLD_RULE:
        return _rule_imported_as(one, imports)
    same = [i for i in imports if i.address.startswith(f"{one.type}.") and one.id in (i.id, *i.id.split("/"))]
    return same[0].address if same and one.id else None


def _rule_imported_as(one: StateResource, imports: Sequence[Import]) -> str | None:
    """A rule of the older kind: by its id in AWS, which one with several sources lacks; all rules of a group come with it."""
    ids = {i.id: i.address for i in imports}
    rule, group = (one.attributes.get(name) for name in ("security_group_rule_id", "security_group_id"))
    return ids.get(str(rule)) or ids.get(str(group))
