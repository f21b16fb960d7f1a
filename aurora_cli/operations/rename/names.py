"""What a rename changes and what it leaves, decided once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aurora_cli.operations.core.instances import identifiers
from aurora_cli.terraform.state.state_rename import Renamed

if TYPE_CHECKING:
    from aurora_cli.operations.pipeline.context import OperationContext
    from aurora_cli.spec.model.cluster import ClusterSpec
    from aurora_cli.spec.resolve.resolve import Resolved
    from aurora_cli.stacks.stack import Stack

_OF_THE_NAME = ("instance-name", "cluster-name-reserved")
"""Checks that a new name has to pass; what is in the spec beside it was accepted once."""
_GROUP = "/aws/rds/cluster/{}/{}"


def renamed_spec(stack: Stack, after: str) -> Resolved:
    """The stored spec under the new name. What is around the cluster keeps the former one.

    Raises:
        SpecInvalid: the new name breaks a rule.
    """
    from aurora_cli.operations.core.specs import stored_layer, stored_spec
    from aurora_cli.spec.resolve.resolve import Resolved, resolve
    from aurora_cli.spec.rules.all import check_names

    stored = stored_spec(stack)
    base: str | None = stored.spec.base_name
    layer = stored_layer(stack)
    values = {**layer.values, "name": after, "resource_name": None if base == after else base}
    kept = [name for name in check_names() if name not in _OF_THE_NAME]
    found = resolve([replace(layer, values=values)], skip_checks=kept)
    return Resolved(found.spec, {**stored.origins, **changed_origins(found)}, found.warnings)


def changed_origins(found: Resolved) -> dict[str, str]:
    """Where the two values come from that a rename changes."""
    return {path: found.origins[path] for path in ("name", "resource_name") if path in found.origins}


def instance_names(keys: tuple[str, ...], before: ClusterSpec, after: ClusterSpec) -> dict[str, str]:
    """Identifiers of the instances that are called after the cluster, before -> after."""
    old, new = identifiers(keys, before), identifiers(keys, after)
    return {old[key]: new[key] for key in keys if old[key] != new[key]}


def log_groups(before: ClusterSpec, after: ClusterSpec) -> dict[str, str]:
    """Names of the log groups that the stack manages, before -> after: RDS writes to those of the cluster's name."""
    if not before.logs.own_groups:
        return {}
    return {_GROUP.format(before.name, one): _GROUP.format(after.name, one) for one in before.logs.exports or ()}


def from_facts(facts: Mapping[str, Any]) -> Renamed:
    """What was decided."""
    return Renamed(**facts["names"])


def hosts(context: OperationContext, names: Renamed) -> tuple[str, ...]:
    """Endpoints that change, as `old -> new`."""
    topology = context.live()
    found = [(names.before, names.after, host) for host in (topology.writer_host, topology.reader_host)]
    found += [(m.id, names.instances[m.id], m.host) for m in topology.members if m.id in names.instances]
    return tuple(f"{host} -> {_renamed(host, old, new)}" for old, new, host in found if host)


def _renamed(host: str, old: str, new: str) -> str:
    """A host name begins with the identifier; an address of the sandbox does not."""
    return f"{new}{host.removeprefix(old)}" if host.startswith(old) else "another address"
