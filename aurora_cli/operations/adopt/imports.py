"""What of an existing cluster Terraform takes over, under which address, with which id.

Source of the ids: documentation of the provider's resources, section Import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.hcl.adoption import Bare, Import
from aurora_cli.hcl.values.parameters import GROUPS
from aurora_cli.operations.adopt.members import keys_of, own_parameter_groups
from aurora_cli.spec.facts.versions import parameter_family

if TYPE_CHECKING:
    from aurora_cli.spec.model.cluster import ClusterSpec

CLUSTER = "aws_rds_cluster"
INSTANCE = "aws_rds_cluster_instance"
STREAM = "aws_rds_cluster_activity_stream"
SUBNETS, GROUP = "aws_db_subnet_group", "aws_security_group"
INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
_SCALING = "rds/cluster:{}/rds:cluster:ReadReplicaCount"


def imports_of(found: DiscoveredCluster, spec: ClusterSpec) -> tuple[Import, ...]:
    """The imports, the cluster first."""
    name = found.identifier
    ids = {key: i["DBInstanceIdentifier"] for key, i in keys_of(found).items()}
    taken = [Import(f"{CLUSTER}.this", name)]
    taken += [Import(f'{INSTANCE}.this["{key}"]', i) for key, i in ids.items()]
    if spec.logs.own_groups:
        taken += [
            Import(f'aws_cloudwatch_log_group.exports["{kind}"]', found.log_groups[kind]["logGroupName"])
            for kind in spec.logs.exports or ()
        ]
    taken += [Import(f'aws_rds_cluster_endpoint.custom["{key}"]', f"{name}-{key}") for key in spec.endpoints]
    if spec.credentials.schedule:
        taken.append(
            Import("aws_secretsmanager_secret_rotation.master", found.cluster["MasterUserSecret"]["SecretArn"])
        )
    if spec.activity_stream:
        taken.append(Import(f"{STREAM}.this", found.cluster["DBClusterArn"]))
    taken += [Import(f"{GROUPS[kind]}.this", group) for kind, group in own_parameter_groups(found).items()]
    return (*taken, *_autoscaling(name, spec), *_network(found))


def _network(found: DiscoveredCluster) -> Iterator[Import]:
    if found.own_subnets:
        yield Import(f"{SUBNETS}.this", str(found.cluster["DBSubnetGroup"]))
    if found.own_group is not None:
        yield Import(f"{GROUP}.this", found.own_group["GroupId"])
        for key, rule in _keyed(found.own_group["Allow"], "source"):
            yield Import(f'{INGRESS}.allow["{key}"]', rule["id"])
        for key, rule in _keyed(found.own_group["Egress"], "destination"):
            yield Import(f'{EGRESS}.allow["{key}"]', rule["id"])


def _keyed(rules: Iterable[dict[str, Any]], side: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rules under the keys that the rendered files give them (hcl/values/network.py)."""
    for rule in rules:
        yield rule[side] if rule.get("port") is None else f"{rule[side]}:{rule['port']}", rule


def _autoscaling(name: str, spec: ClusterSpec) -> list[Import]:
    if spec.autoscaling is None:
        return []
    target = _SCALING.format(name)
    kinds = [kind for kind in ("cpu", "connections") if getattr(spec.autoscaling, kind) is not None]
    return [
        Import("aws_appautoscaling_target.readers", target),
        *(Import(f'aws_appautoscaling_policy.readers["{kind}"]', f"{target}/{name}-{kind}") for kind in kinds),
    ]


def bare_of(found: DiscoveredCluster, spec: ClusterSpec) -> tuple[Bare, ...]:
    """A resource for each import, with the required arguments alone."""
    name, instances = found.identifier, keys_of(found)
    engine = {"engine": spec.engine}
    of_cluster = {"cluster_identifier": name, **engine}
    bare = [
        Bare(CLUSTER, "this", of_cluster),
        Bare(INSTANCE, "this", {**of_cluster, "instance_class": "db.r7g.large"}, tuple(instances)),
    ]
    if spec.logs.own_groups and spec.logs.exports:
        bare.append(Bare("aws_cloudwatch_log_group", "exports", {}, tuple(sorted(spec.logs.exports))))
    if spec.endpoints:
        required = {
            "cluster_identifier": name,
            "cluster_endpoint_identifier": name,
            "custom_endpoint_type": "ANY",
        }
        bare.append(Bare("aws_rds_cluster_endpoint", "custom", required, tuple(spec.endpoints)))
    if spec.credentials.schedule:
        rules = {"rotation_rules": {"automatically_after_days": 7}}
        secret = {"secret_id": found.cluster["MasterUserSecret"]["SecretArn"]}
        bare.append(Bare("aws_secretsmanager_secret_rotation", "master", secret, blocks=rules))
    if spec.activity_stream:
        required = {"resource_arn": found.cluster["DBClusterArn"], "mode": "async", "kms_key_id": "alias/x"}
        bare.append(Bare(STREAM, "this", required))
    family = {"family": parameter_family(spec.engine, str(found.cluster["EngineVersion"]))}
    bare += [Bare(GROUPS[kind], "this", family) for kind in own_parameter_groups(found)]
    return (*bare, *_bare_autoscaling(name, spec), *_bare_network(found))


def _bare_network(found: DiscoveredCluster) -> Iterator[Bare]:
    if found.own_subnets:
        yield Bare(SUBNETS, "this", {"subnet_ids": [s["SubnetIdentifier"] for s in found.subnet_group["Subnets"]]})
    if found.own_group is None:
        return
    yield Bare(GROUP, "this", {})
    required = {"security_group_id": found.own_group["GroupId"], "ip_protocol": "-1", "cidr_ipv4": "192.0.2.0/32"}
    for kind, rules, side in ((INGRESS, "Allow", "source"), (EGRESS, "Egress", "destination")):
        keys = tuple(key for key, _ in _keyed(found.own_group[rules], side))
        if keys:
            yield Bare(kind, "allow", required, keys)


def _bare_autoscaling(name: str, spec: ClusterSpec) -> list[Bare]:
    if spec.autoscaling is None:
        return []
    of = {
        "service_namespace": "rds",
        "scalable_dimension": "rds:cluster:ReadReplicaCount",
        "resource_id": f"cluster:{name}",
    }
    kinds = tuple(kind for kind in ("cpu", "connections") if getattr(spec.autoscaling, kind) is not None)
    return [
        Bare("aws_appautoscaling_target", "readers", {**of, "min_capacity": 0, "max_capacity": 15}),
        Bare(
            "aws_appautoscaling_policy", "readers", {**of, "name": name, "policy_type": "TargetTrackingScaling"}, kinds
        ),
    ]
