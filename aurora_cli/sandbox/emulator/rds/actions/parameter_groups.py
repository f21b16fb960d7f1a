"""The actions on cluster and DB parameter groups, which differ only in their names and in what uses a group."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from moto.rds.models import DBClusterParameterGroup, DBParameterGroup

from aurora_cli.sandbox.emulator.rds.actions import parameter_lists
from aurora_cli.sandbox.emulator.rds.backend import AuroraBackend
from aurora_cli.sandbox.emulator.rds.errors import bad_combination, bad_value, error
from aurora_cli.sandbox.emulator.rds.models import engines, parameter_group, parameter_table
from aurora_cli.sandbox.emulator.rds.models.parameter_group import Group, engine_of, family_of
from aurora_cli.spec.facts.parameters import as_read_back

MOST_CHANGES = 20
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*", re.ASCII)


class GroupActions:
    """The actions on one kind of parameter group."""

    def __init__(self, kind: type[Group]) -> None:
        self._kind, self.name = kind, f"{kind.__name__}Name"

    def find(self, backend: AuroraBackend, params: Any) -> Any:
        """The group that the parameters name."""
        return parameter_group.find(backend, self._kind, params[self.name], parameter_group.NOT_FOUND)

    def create(self, backend: AuroraBackend, params: Any) -> Any:
        """CreateDBParameterGroup and CreateDBClusterParameterGroup."""
        family, name = params["DBParameterGroupFamily"], params[self.name]
        if name in backend.resource_map[self._kind]:
            raise error("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
        if name.lower().startswith("default."):
            raise bad_value(
                "The parameter DBParameterGroupName is not a valid identifier: names must not begin with default."
            )
        if family.startswith("aurora") and family not in engines.families():
            raise _no_family(family)
        tags = params.get("Tags") or []
        return parameter_group.make(backend, self._kind, name.lower(), family, params["Description"], tags)

    def named(self, backend: AuroraBackend, params: Any) -> bool:
        """Whether the parameters name a group; moto lists all groups."""
        return bool(params.get(self.name))

    def describe(self, backend: AuroraBackend, params: Any) -> list[Any]:
        """DescribeDBParameterGroups and DescribeDBClusterParameterGroups, of one group."""
        return [self.find(backend, params)]

    def modify(self, backend: AuroraBackend, params: Any) -> dict[str, str]:
        """ModifyDBParameterGroup and ModifyDBClusterParameterGroup."""
        group = self.find(backend, params)
        if _set(group, params.get("Parameters") or []):
            for user in self._users(backend, group.name):
                if self._kind is DBClusterParameterGroup:
                    user.await_restart()
                else:
                    user.parameters_status = "pending-reboot"
        return {self.name: group.name}

    def reset(self, backend: AuroraBackend, params: Any) -> dict[str, str]:
        """ResetDBParameterGroup and ResetDBClusterParameterGroup."""
        group = self.find(backend, params)
        named = [change["ParameterName"] for change in params.get("Parameters") or []]
        for name in list(group.parameters) if params.get("ResetAllParameters") else named:
            group.parameters.pop(name, None)
        return {self.name: group.name}

    def listing(self, backend: AuroraBackend, params: Any) -> list[dict[str, Any]]:
        """DescribeDBParameters and DescribeDBClusterParameters."""
        return parameter_lists.listing(self.find(backend, params), params.get("Source"))

    def engine_defaults(self, backend: AuroraBackend, params: Any) -> dict[str, Any]:
        """DescribeEngineDefaultParameters and DescribeEngineDefaultClusterParameters."""
        family = params["DBParameterGroupFamily"]
        if family not in engines.families():
            raise _no_family(family)
        known = parameter_lists.of_family(family, self._kind is DBClusterParameterGroup)
        return {"DBParameterGroupFamily": family, "Parameters": list(known)}

    def delete(self, backend: AuroraBackend, params: Any) -> None:
        """DeleteDBParameterGroup and DeleteDBClusterParameterGroup, rejected for a group in use."""
        name = self.find(backend, params).name
        if name.startswith("default."):
            raise bad_value(f"Cannot delete a default parameter group: {name}.")
        if self._users(backend, name):
            raise error(
                "InvalidDBParameterGroupState",
                f"One or more database instances are still members of this parameter group {name}, so the group cannot be "
                "deleted",
            )
        del backend.resource_map[self._kind][name]

    def _users(self, backend: AuroraBackend, name: str) -> list[Any]:
        if self._kind is DBClusterParameterGroup:
            return [cluster for cluster in backend.aurora_clusters() if cluster.parameter_group == name]
        return [item for item in backend.databases.values() if item.db_parameter_group_name == name]


CLUSTER_GROUPS, DB_GROUPS = GroupActions(DBClusterParameterGroup), GroupActions(DBParameterGroup)


def _no_family(family: str) -> Exception:
    return bad_value(f"ParameterGroupFamily {family} is not a valid parameter group family")


def _set(group: Group, changes: Iterable[Any]) -> bool:
    """Set parameters; returns whether a changed value requires a reboot."""
    changes = list(changes)
    if group.name.startswith("default."):
        raise bad_value("Cannot modify a default parameter group.")
    if len(changes) > MOST_CHANGES:
        raise bad_value(f"A maximum of {MOST_CHANGES} parameters can be modified in a single request.")
    _check_parameters(group, changes)
    if any(
        change.get("ApplyMethod") == "immediate" and parameter_lists.is_static(group, change["ParameterName"])
        for change in changes
    ):
        raise bad_combination("cannot use immediate apply method for static parameter")
    waiting = False
    for change in changes:
        name = change["ParameterName"]
        value = as_read_back(engine_of(group), name, change["ParameterValue"])
        old = group.parameters.get(name, {}).get("ParameterValue")
        waiting |= old != value and change.get("ApplyMethod") == "pending-reboot"
        group.parameters[name] = _parameter(group, change, value)
    return waiting


def _check_parameters(group: Group, changes: Iterable[Any]) -> None:
    engine, family = engine_of(group), family_of(group)
    for change in changes:
        name, value = change["ParameterName"], change.get("ParameterValue")
        if (
            not _NAME.fullmatch(name)
            or parameter_group.unknown(family, [name])
            or parameter_table.is_of_another_engine(engine, name)
        ):
            raise bad_value(f"Could not find parameter with name: {name}")
        if name in parameter_lists.FIXED[engine]:
            raise bad_value(f"The parameter {name} cannot be modified.")
        allowed = parameter_table.wrong_value(engine, name, value) if value is not None else None
        if value and not value.isprintable():
            raise bad_value(f"Invalid parameter value for: {name}. It has characters that are not printable.")
        if allowed is not None:
            raise bad_value(f"Invalid parameter value: {value} for: {name} allowed values are: {allowed}")


def _parameter(group: Group, change: Any, value: str) -> dict[str, Any]:
    static = parameter_lists.is_static(group, change["ParameterName"])
    return {
        "ParameterName": change["ParameterName"],
        "ParameterValue": value,
        "ApplyMethod": change.get("ApplyMethod") or "immediate",
        "ApplyType": "static" if static else "dynamic",
        "Source": "user",
        "IsModifiable": True,
    }
