"""What hangs on a cluster: network, parameters, logs, endpoints, autoscaling, secret, keys, proxies. Read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aurora_cli.aws.clients import AwsClients

Item = dict[str, Any]
_TLS = {"aurora-postgresql": "rds.force_ssl", "aurora-mysql": "require_secure_transport"}
_ON = frozenset({"1", "on", "true"})


def subnet_group(rds: Any, cluster: Item) -> Item:
    """The DB subnet group."""
    answer = rds.describe_db_subnet_groups(DBSubnetGroupName=cluster["DBSubnetGroup"])
    return next(iter(answer["DBSubnetGroups"]), {})


def security_groups(ec2: Any, cluster: Item) -> tuple[Item, ...]:
    """The security groups with their rules."""
    ids = [group["VpcSecurityGroupId"] for group in cluster.get("VpcSecurityGroups", ())]
    return tuple(ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"]) if ids else ()


def parameters(rds: Any, cluster: Item, instances: tuple[Item, ...]) -> dict[tuple[str, str], dict[str, str]]:
    """(kind, group) -> user-set values of the cluster's and the instances' parameter groups."""
    name = cluster["DBClusterParameterGroup"]
    found = {("cluster", name): _set_by_user(rds, "describe_db_cluster_parameters", DBClusterParameterGroupName=name)}
    for group in sorted({g["DBParameterGroupName"] for i in instances for g in i.get("DBParameterGroups", ())}):
        found["instance", group] = _set_by_user(rds, "describe_db_parameters", DBParameterGroupName=group)
    return found


def _set_by_user(rds: Any, operation: str, **group: str) -> dict[str, str]:
    pages = rds.get_paginator(operation).paginate(Source="user", **group)
    return {
        p["ParameterName"]: p["ParameterValue"] for page in pages for p in page["Parameters"] if "ParameterValue" in p
    }


def forces_tls(rds: Any, cluster: Item) -> bool | None:
    """Whether the cluster parameter group refuses connections without TLS; None if it says nothing."""
    wanted = _TLS.get(cluster["Engine"])
    pages = rds.get_paginator("describe_db_cluster_parameters").paginate(
        DBClusterParameterGroupName=cluster["DBClusterParameterGroup"]
    )
    for page in pages:
        for one in page["Parameters"]:
            if one["ParameterName"] == wanted and "ParameterValue" in one:
                return str(one["ParameterValue"]).lower() in _ON
    return None


def log_groups(logs: Any, cluster: Item) -> dict[str, Item]:
    """Log type -> log group, for the types that the cluster exports."""
    prefix = f"/aws/rds/cluster/{cluster['DBClusterIdentifier']}/"
    exported = cluster.get("EnabledCloudwatchLogsExports") or []
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
    found = {g["logGroupName"].removeprefix(prefix): g for page in pages for g in page["logGroups"]}
    return {kind: {**group, "tags": _log_tags(logs, group)} for kind, group in found.items() if kind in exported}


def _log_tags(logs: Any, group: Item) -> dict[str, str]:
    arn = group["arn"].removesuffix(":*")
    return dict(logs.list_tags_for_resource(resourceArn=arn).get("tags") or {})


def endpoints(rds: Any, cluster: Item) -> tuple[Item, ...]:
    """Custom endpoints with their tags."""
    if not cluster.get("CustomEndpoints"):
        return ()
    answer = rds.describe_db_cluster_endpoints(DBClusterIdentifier=cluster["DBClusterIdentifier"])
    custom = [e for e in answer["DBClusterEndpoints"] if e.get("EndpointType") == "CUSTOM"]
    return tuple(
        {**e, "TagList": rds.list_tags_for_resource(ResourceName=e["DBClusterEndpointArn"])["TagList"]} for e in custom
    )


def autoscaling(scaling: Any, cluster: Item) -> dict[str, tuple[Item, ...]]:
    """Reader autoscaling: `targets`, `policies`, `schedules`."""
    of = {"ServiceNamespace": "rds"}
    resource = f"cluster:{cluster['DBClusterIdentifier']}"
    targets = scaling.describe_scalable_targets(**of, ResourceIds=[resource])["ScalableTargets"]
    if not targets:
        return {}
    policies = scaling.describe_scaling_policies(**of, ResourceId=resource)["ScalingPolicies"]
    schedules = scaling.describe_scheduled_actions(**of, ResourceId=resource)["ScheduledActions"]
    return {"targets": tuple(targets), "policies": tuple(policies), "schedules": tuple(schedules)}


def rotation(aws: AwsClients, cluster: Item) -> Item:
    """When the managed master password changes; empty without a managed one."""
    secret = (cluster.get("MasterUserSecret") or {}).get("SecretArn")
    if not secret:
        return {}
    return dict(aws.client("secretsmanager").describe_secret(SecretId=secret).get("RotationRules") or {})


def proxies(rds: Any, cluster: Item) -> tuple[str, ...]:
    """Names of the RDS proxies that lead to the cluster."""
    found = []
    for page in rds.get_paginator("describe_db_proxies").paginate():
        for proxy in page["DBProxies"]:
            targets = rds.describe_db_proxy_targets(DBProxyName=proxy["DBProxyName"])["Targets"]
            if cluster["DBClusterIdentifier"] in [t.get("TrackedClusterId") or t.get("RdsResourceId") for t in targets]:
                found.append(proxy["DBProxyName"])
    return tuple(found)


def aws_keys(aws: AwsClients, cluster: Item) -> frozenset[str]:
    """Those of the cluster's KMS keys that AWS manages (`aws/rds`, `aws/secretsmanager`).

    A key that may not be read counts as one of the customer's: it is then named in the spec, which changes nothing.
    """
    from botocore.exceptions import ClientError

    named = {
        cluster.get("KmsKeyId"),
        (cluster.get("MasterUserSecret") or {}).get("KmsKeyId"),
        cluster.get("PerformanceInsightsKMSKeyId"),
    }
    managed = set()
    for key in sorted(k for k in named if k):
        try:
            metadata = aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]
        except ClientError:
            continue
        if metadata.get("KeyManager") == "AWS":
            managed.add(key)
    return frozenset(managed)
