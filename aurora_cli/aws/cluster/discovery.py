"""A cluster that somebody else made, with all that hangs on it, as the APIs report it. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.topology import AUTOSCALED_PREFIX
from aurora_cli.aws.describe import instances_of, require_cluster
from aurora_cli.aws.errors import aws_errors
from aurora_cli.errors import AuroraError

if TYPE_CHECKING:
    from aurora_cli.aws.clients import AwsClients

Item = dict[str, Any]
LOG_GROUPS = "/aws/rds/cluster/{}/"


@dataclass(frozen=True)
class DiscoveredCluster:
    """What there is.

    Attributes:
        cluster: as DescribeDBClusters gives it.
        instances: as DescribeDBInstances gives them, the writer first, then by identifier.
        subnet_group: as DescribeDBSubnetGroups gives it; empty where the caller may not read it.
        security_groups: as DescribeSecurityGroups gives them.
        parameters: (`cluster` or `instance`, group) -> the values that a user has set in it.
        forces_tls: whether connections without TLS are refused; None where the parameter has no value.
        log_groups: log type -> as DescribeLogGroups gives it, with `tags`.
        endpoints: custom endpoints, with `TagList`.
        targets, policies, schedules: reader autoscaling.
        rotation: RotationRules of the master secret; empty without one.
        global_cluster: identifier of the global database that it belongs to, or None.
        proxies: names of the proxies in front of it.
        aws_keys: ARNs of the KMS keys that AWS manages.
        own_subnets: whether the subnet group is to be taken over with the cluster.
        own_parameters: `cluster`, `instance`: the parameter groups that are, as well.
        own_group: the security group that is, with its rules as the spec says them in `Allow` and `Egress`; None without one.
    """

    cluster: Item
    instances: tuple[Item, ...]
    subnet_group: Item = field(default_factory=dict)
    security_groups: tuple[Item, ...] = ()
    parameters: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    forces_tls: bool | None = None
    log_groups: dict[str, Item] = field(default_factory=dict)
    endpoints: tuple[Item, ...] = ()
    targets: tuple[Item, ...] = ()
    policies: tuple[Item, ...] = ()
    schedules: tuple[Item, ...] = ()
    rotation: Item = field(default_factory=dict)
    global_cluster: str | None = None
    proxies: tuple[str, ...] = ()
    aws_keys: frozenset[str] = frozenset()
    own_subnets: bool = False
    own_parameters: frozenset[str] = frozenset()
    own_group: Item | None = None

    @property
    def identifier(self) -> str:
        """The cluster's identifier."""
        return str(self.cluster["DBClusterIdentifier"])

    @property
    def managed(self) -> tuple[Item, ...]:
        """The instances that reader autoscaling did not make."""
        return tuple(i for i in self.instances if not i["DBInstanceIdentifier"].startswith(AUTOSCALED_PREFIX))

    @property
    def autoscaled(self) -> tuple[str, ...]:
        """Identifiers of the readers that autoscaling made."""
        ours = [i["DBInstanceIdentifier"] for i in self.managed]
        return tuple(i["DBInstanceIdentifier"] for i in self.instances if i["DBInstanceIdentifier"] not in ours)


def read_cluster(aws: AwsClients, identifier: str) -> DiscoveredCluster:
    """The cluster and its instances alone: enough to know whether the rest is worth reading.

    Raises:
        ClusterNotFound: AWS has none of that name in this Region. CredentialsError, AccessDenied, AwsFailed.
    """
    rds = aws.client("rds")
    cluster, instances = require_cluster(rds, identifier), instances_of(rds, identifier)
    writers = {m["DBInstanceIdentifier"] for m in cluster.get("DBClusterMembers", ()) if m.get("IsClusterWriter")}
    tiers = {m["DBInstanceIdentifier"]: m.get("PromotionTier") for m in cluster.get("DBClusterMembers", ())}
    for one in instances:
        one.setdefault("PromotionTier", tiers.get(one["DBInstanceIdentifier"]))
    ordered = sorted(instances, key=lambda i: (i["DBInstanceIdentifier"] not in writers, i["DBInstanceIdentifier"]))
    return DiscoveredCluster(cluster, tuple(ordered), global_cluster=_global_cluster(rds, cluster))


def read_surroundings(aws: AwsClients, found: DiscoveredCluster) -> DiscoveredCluster:
    """The same cluster with its network, parameters, logs, endpoints, autoscaling, secret and keys.

    Raises:
        CredentialsError, AccessDenied, AwsFailed: a call failed; nothing is guessed.
    """
    from aurora_cli.aws.related import related_resources

    rds, cluster = aws.client("rds"), found.cluster
    with aws_errors(f"reading what belongs to {found.identifier}"):
        scaling: dict[str, Any] = related_resources.autoscaling(aws.client("application-autoscaling"), cluster)
        return DiscoveredCluster(
            cluster=cluster,
            instances=found.instances,
            subnet_group=related_resources.subnet_group(rds, cluster),
            security_groups=related_resources.security_groups(aws.client("ec2"), cluster),
            parameters=related_resources.parameters(rds, cluster, found.instances),
            forces_tls=related_resources.forces_tls(rds, cluster),
            log_groups=related_resources.log_groups(aws.client("logs"), cluster),
            endpoints=related_resources.endpoints(rds, cluster),
            **scaling,
            rotation=related_resources.rotation(aws, cluster),
            global_cluster=found.global_cluster,
            proxies=related_resources.proxies(rds, cluster),
            aws_keys=related_resources.aws_keys(aws, cluster),
        )


def _global_cluster(rds: Any, cluster: Item) -> str | None:
    arn = cluster.get("DBClusterArn")
    try:
        with aws_errors("looking for a global database"):
            answer = rds.describe_global_clusters(Filters=[{"Name": "db-cluster-id", "Values": [arn]}])
    except AuroraError as error:
        if "APIGlobalDatabases" in str(error.details.get("aws_message")):  # a Region without global databases
            return None
        raise
    for one in answer["GlobalClusters"]:
        if arn in [m.get("DBClusterArn") for m in one.get("GlobalClusterMembers", ())]:
            return str(one["GlobalClusterIdentifier"])
    return None
