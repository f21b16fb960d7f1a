"""The green environment of a blue/green deployment: a copy of the cluster, and the switchover of names."""

from __future__ import annotations

import copy
import string
from collections.abc import Sequence
from typing import Any

from aurora_cli.sandbox.emulator.rds.actions.clusters.renames import name_cluster, name_instance
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.models import engines, names
from aurora_cli.sandbox.emulator.rds.models.cluster import AuroraCluster
from aurora_cli.sandbox.emulator.rds.models.endpoint import CustomEndpoint
from aurora_cli.sandbox.emulator.rds.models.instance import AuroraInstance

Pair = tuple[Any, Any]


def copy_cluster(
    backend: AuroraBackend, blue: AuroraCluster, *, version: str, cluster_group: str | None, instance_group: str | None
) -> AuroraCluster:
    """Copy a cluster with its instances, settings and tags, as `<name>-green-<six letters>`."""
    ending = "-green-" + names.random_text(string.ascii_lowercase, 6)
    old_family = blue.family
    green = copy.copy(blue)
    green.db_cluster_identifier = blue.db_cluster_identifier + ending
    green.db_cluster_resource_id = names.resource_id("cluster-")
    green.engine_version, green.tags = version, [dict(tag) for tag in blue.tags]
    green.pending_modified_values, green.backtracks = {}, []
    green._associated_roles = list(blue._associated_roles)
    green.enter("creating")
    green.parameter_group = cluster_group or _group_of(green, blue.parameter_group, old_family)
    backend.clusters[green.db_cluster_identifier] = green
    for member in blue.instances:
        _copy_instance(backend, member, green, ending, instance_group, old_family)
    for endpoint in backend.endpoints_of(blue):
        _copy_endpoint(backend, endpoint, green, ending)
    return green


def exchange(backend: AuroraBackend, blue: AuroraCluster, green: AuroraCluster, members: Sequence[Pair]) -> None:
    """Give the green environment the names of the blue one, which get the suffix `-old1`."""
    blue.successor, name = green, blue.db_cluster_identifier
    ending = next(f"-old{n}" for n in range(1, 100) if f"{name}-old{n}" not in backend.clusters)
    taken = {id(one): one.db_instance_identifier for one, _ in members[1:]}
    endpoints = _endpoint_pairs(backend, blue, green)
    name_cluster(backend, blue, name + ending)
    for old, new in members[1:]:
        name_instance(backend, old, taken[id(old)] + ending)
        if new.db_instance_identifier in backend.databases:
            name_instance(backend, new, taken[id(old)])
    name_cluster(backend, green, name)
    for old_endpoint, new_endpoint in endpoints:
        wanted = old_endpoint.db_cluster_endpoint_identifier
        _rename_endpoint(backend, old_endpoint, wanted + ending)
        _rename_endpoint(backend, new_endpoint, wanted)
        new_endpoint.static_members = list(old_endpoint.static_members)
        new_endpoint.excluded_members = list(old_endpoint.excluded_members)


def _copy_instance(
    backend: AuroraBackend,
    member: AuroraInstance,
    green: AuroraCluster,
    ending: str,
    group: str | None,
    old_family: str,
) -> None:
    made = copy.copy(member)
    made.db_instance_identifier = member.db_instance_identifier + ending
    made.dbi_resource_id = names.resource_id("db-")
    made.cluster, made.db_cluster_identifier = green, green.db_cluster_identifier
    made.tags = [dict(tag) for tag in member.tags]
    made.pending_modified_values = {}
    made.db_parameter_group_name = group or _group_of(green, member.db_parameter_group_name, old_family)
    made.enter("creating")
    backend.databases[made.db_instance_identifier] = made


def _group_of(green: AuroraCluster, group: str | None, old_family: str) -> str:
    """A parameter group of another family is replaced by the default one, as AWS does."""
    same = engines.family(green.engine, green.engine_version) == old_family
    return group if same and group else f"default.{green.family}"


def _copy_endpoint(backend: AuroraBackend, endpoint: CustomEndpoint, green: AuroraCluster, ending: str) -> None:
    made = copy.copy(endpoint)
    made.cluster = green
    made.db_cluster_endpoint_identifier = endpoint.db_cluster_endpoint_identifier + ending
    made.db_cluster_endpoint_resource_identifier = names.resource_id("cluster-endpoint-")
    made.tags = [dict(tag) for tag in endpoint.tags]
    made.static_members = [name + ending for name in endpoint.static_members]
    made.excluded_members = [name + ending for name in endpoint.excluded_members]
    backend.custom_endpoints[made.db_cluster_endpoint_identifier] = made


def _endpoint_pairs(backend: AuroraBackend, blue: AuroraCluster, green: AuroraCluster) -> list[Pair]:
    of_green = backend.endpoints_of(green)
    found = []
    for old in backend.endpoints_of(blue):
        prefix = f"{old.db_cluster_endpoint_identifier}-green-"
        found += [(old, new) for new in of_green if new.db_cluster_endpoint_identifier.startswith(prefix)]
    return found


def _rename_endpoint(backend: AuroraBackend, endpoint: CustomEndpoint, name: str) -> None:
    del backend.custom_endpoints[endpoint.db_cluster_endpoint_identifier]
    endpoint.db_cluster_endpoint_identifier = name
    backend.custom_endpoints[name] = endpoint
