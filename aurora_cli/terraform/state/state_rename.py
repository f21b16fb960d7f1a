"""A state after the identifiers of a cluster and its instances have changed in AWS: the same resources under their new ids.

An import under the new ids would lose what only Terraform knows (`skip_final_snapshot`, `apply_immediately`); so the state is
rewritten, and the next refresh fills in the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aurora_cli.errors import StateAtRisk
from aurora_cli.json_input import parse_json

_CLUSTER = "aws_rds_cluster"
_HOSTS = ("endpoint", "reader_endpoint")


@dataclass(frozen=True)
class Renamed:
    """What was renamed.

    Attributes:
        before, after: identifier of the cluster.
        instances: identifiers of instances, before -> after.
        log_groups: names of log groups, before -> after.
        snapshot: name of the final snapshot that the cluster gets; None leaves it.
    """

    before: str
    after: str
    instances: Mapping[str, str] = field(default_factory=dict)
    log_groups: Mapping[str, str] = field(default_factory=dict)
    snapshot: str | None = None


def is_renamed(text: str, names: Renamed) -> bool:
    """Whether a state holds the new identifiers already. Raises StateAtRisk when it is none."""

    def holds(state: dict[str, Any]) -> bool:
        clusters = [one for resource, one in _instances(state) if resource["type"] == _CLUSTER]
        return bool(clusters) and all(one["attributes"].get("id") == names.after for one in clusters)

    return parse_json(text, holds, _damaged)


def renamed_state(text: str, names: Renamed) -> str:
    """The state with the new identifiers, one serial higher. Raises StateAtRisk when the text is no state."""

    def renamed(state: dict[str, Any]) -> str:
        for resource, instance in _instances(state):
            change = _CHANGES.get(resource["type"])
            if change is not None:
                change(instance["attributes"], names)
                instance.pop("identity", None)
                instance.pop("identity_schema_version", None)
        state["serial"] += 1
        return json.dumps(state, indent=2) + "\n"

    return parse_json(text, renamed, _damaged)


def _damaged(why: str) -> StateAtRisk:
    return StateAtRisk(f"Terraform's state cannot be read: {why}.", hint="Nothing was changed in it.")


def _instances(state: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    managed = [one for one in state.get("resources", ()) if one.get("mode") == "managed" and not one.get("module")]
    return [(resource, instance) for resource in managed for instance in resource.get("instances", ())]


def _cluster(attributes: dict[str, Any], names: Renamed) -> None:
    attributes.update(id=names.after, cluster_identifier=names.after)
    _arn(attributes, names.before, names.after)
    for host in _HOSTS:
        _host(attributes, host, names.before, names.after)
    members = attributes.get("cluster_members")
    if members:
        attributes["cluster_members"] = sorted(names.instances.get(one, one) for one in members)
    if names.snapshot and attributes.get("final_snapshot_identifier"):
        attributes["final_snapshot_identifier"] = names.snapshot


def _instance(attributes: dict[str, Any], names: Renamed) -> None:
    before = attributes.get("identifier")
    after = names.instances.get(str(before))
    attributes["cluster_identifier"] = names.after
    if after is None:
        return
    attributes.update(id=after, identifier=after)
    _arn(attributes, str(before), after)
    _host(attributes, "endpoint", str(before), after)


def _endpoint(attributes: dict[str, Any], names: Renamed) -> None:
    attributes["cluster_identifier"] = names.after
    for kind in ("static_members", "excluded_members"):
        if attributes.get(kind):
            attributes[kind] = sorted(names.instances.get(one, one) for one in attributes[kind])


def _role(attributes: dict[str, Any], names: Renamed) -> None:
    attributes["db_cluster_identifier"] = names.after
    attributes["id"] = f"{names.after},{attributes.get('role_arn')}"


def _log_group(attributes: dict[str, Any], names: Renamed) -> None:
    before = str(attributes.get("name"))
    after = names.log_groups.get(before)
    if after is not None:
        attributes.update(id=after, name=after)
        attributes["arn"] = str(attributes.get("arn") or "").replace(f":{before}", f":{after}")


def _arn(attributes: dict[str, Any], before: str, after: str) -> None:
    arn = str(attributes.get("arn") or "")
    if arn.endswith(f":{before}"):
        attributes["arn"] = arn[: -len(before)] + after


def _host(attributes: dict[str, Any], name: str, before: str, after: str) -> None:
    host = str(attributes.get(name) or "")
    if host.startswith(f"{before}."):
        attributes[name] = after + host[len(before) :]


_CHANGES = {
    _CLUSTER: _cluster,
    "aws_rds_cluster_instance": _instance,
    "aws_rds_cluster_endpoint": _endpoint,
    "aws_rds_cluster_role_association": _role,
    "aws_cloudwatch_log_group": _log_group,
}
