"""Every error of the emulator's RDS is one that botocore's model declares for the action, or that every action has."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from functools import cache
from typing import Any

import pytest
from botocore.session import get_session
from moto.core.utils import camelcase_to_underscores
from moto.rds.responses import RDSResponse

from aurora_cli.sandbox.emulator.rds import install
from aurora_cli.sandbox.emulator.rds.actions import quotas
from aurora_cli.sandbox.emulator.rds.limits import together, values
from aurora_cli.sandbox.emulator.rds.responses import ACTIONS, AuroraResponse
from tests.unit.error_codes import Codes

COMMON = {"InvalidParameterValue", "InvalidParameterCombination", "ValidationError"}
"""Of every action (RDS API reference, common errors), and so in no model."""

_NO_SOURCE = "a restore has no source of replication and joins no global database"
_THERE = "the cluster is there, and with it its groups"
_CLUSTER_GROUP = ("check_groups", "AuroraBackend.cluster_parameter_group")
_DB_GROUP = ("check_groups", "AuroraBackend.parameter_group")
_NO_CLUSTER = "the instance is of no cluster"
NEVER = {
    "": {
        ("AuroraClusterSnapshot.__init__", "subnet_group"): _THERE,
        ("backtrack", "AuroraBackend.cluster_parameter_group"): _THERE,
        ("_delete_target", "delete"): "the green cluster is there, and was looked at before",
        ("RDSBackend.restore_db_instance_from_db_snapshot", "RDSBackend.create_db_instance"): _NO_CLUSTER,
        ("RDSBackend.restore_db_instance_to_point_in_time", "RDSBackend.create_db_instance"): _NO_CLUSTER,
        ("RDSBackend.delete_db_instance", "RDSBackend.describe_db_snapshots"): "a search, which names no snapshot",
        ("RDSBackend.delete_db_instance", "RDSBackend.delete_db_snapshot"): "the snapshots that it has found",
    },
    "RestoreDBCluster": {
        ("_inherit", "inherit"): _NO_SOURCE,
        ("add", "attach"): _NO_SOURCE,
        ("add", "join"): _NO_SOURCE,
        _DB_GROUP: "a new cluster has no instances",
    },
    "CreateDBCluster": {_DB_GROUP: "a new cluster has no instances"},
    "CreateDBInstance": {_CLUSTER_GROUP: "the call names none"},
    "ModifyDBInstance": {_CLUSTER_GROUP: "the call names none"},
}
"""Start of an action -> (caller, callee) -> why what the callee refuses does not happen there."""


@cache
def model() -> Any:
    return get_session().get_service_model("rds")


@cache
def code_of_shapes() -> dict[str, str]:
    """Shape of an error -> its code, which moto looks up."""
    service = model()
    shapes = [service.shape_for(name) for name in service.shape_names]
    return {
        shape.name: shape.metadata["error"]["code"] for shape in shapes if shape.metadata.get("error", {}).get("code")
    }


def undeclared(action: str, codes: Collection[str]) -> set[str]:
    """The codes that botocore's model does not declare for an action."""
    shapes = model().operation_model(action).error_shapes
    declared = {code_of_shapes().get(shape.name, shape.name) for shape in shapes}
    return {code_of_shapes().get(code, code) for code in codes} - declared - COMMON


@cache
def codes_of(action: str) -> Codes:
    name = camelcase_to_underscores(action)
    found = Codes(
        {edge: why for start, edges in NEVER.items() if action.startswith(start) for edge, why in edges.items()}
    )
    ours = ACTIONS.get(action)
    if ours is None or ours.ours is not None:
        kind = AuroraResponse if ours is None else RDSResponse
        found.read(inspect.getattr_static(kind, name, None), AuroraResponse)
    if ours is not None:
        found.read(ours.do)
    for rule in together.OF_ACTION.get(action, ()):
        found.read(rule)
    return found


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    install()


def test_each_action_answers_with_errors_that_it_has() -> None:
    wrong = {}
    for action in model().operation_names:
        found = codes_of(action).found
        for code in undeclared(action, found):
            wrong[action, code] = found.get(code, "a shape of moto")
    assert wrong == {}


def test_the_reading_finds_errors_of_ours_and_of_moto() -> None:
    assert {"DBClusterNotFoundFault", "InvalidDBInstanceState"} <= set(codes_of("FailoverDBCluster").found)
    assert "DBClusterParameterGroupNotFound" in codes_of("ModifyDBCluster").found
    assert "DBInstanceNotFound" in codes_of("CreateDBInstanceReadReplica").found
    assert sum(len(codes_of(action).found) for action in model().operation_names) > 300


def test_no_exception_is_left_over() -> None:
    used = set().union(*(codes_of(action).used for action in model().operation_names))
    assert used == set().union(*NEVER.values())


def test_each_limit_and_quota_is_refused_with_an_error_of_its_action() -> None:
    limits = {
        (action, limit.code)
        for action, members in values.OF_ACTION.items()
        for all_ in members.values()
        for limit in all_
    }
    told = {
        (action, quota.code)
        for quota in (*quotas.QUOTAS.values(), *quotas._UNTOLD.values())
        for action in quota.actions
    }
    assert [one for one in limits | told if undeclared(one[0], [one[1]])] == []
