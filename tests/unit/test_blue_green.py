"""What stands in the way of a blue/green deployment: everything at once, each with its way out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import InvalidInput, StackDamaged
from aurora_cli.operations.blue_green.blockers import Situation, blockers, refuse
from aurora_cli.operations.blue_green.groups import groups_in, refuse_other_differences
from aurora_cli.operations.blue_green.switchover import _rolled_back
from aurora_cli.stacks.blue_green import FILE, BlueGreenRecord, read_blue_green, remove_blue_green, write_blue_green
from aurora_cli.terraform.plan.plan import Plan

READY = Situation(name="orders", engine="aurora-postgresql", logical="1", cluster_group="orders-aurora-postgresql16")
MYSQL = Situation(name="orders", engine="aurora-mysql", logical="ROW", cluster_group="orders-aurora-mysql8-0")

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("serverless-v1", {"engine_mode": "serverless"}, "Serverless v1", "Serverless v2"),
    ("stopped", {"status": "stopped"}, "It is stopped", "aurora-cli start orders"),
    ("deployment", {"deployment": "bgd-1"}, "already part of the deployment bgd-1", "blue-green cleanup orders"),
    ("pending-reboot", {"waiting": ("orders-1",)}, "orders-1", "aurora-cli reboot orders --rolling"),
    ("global-database", {"global_cluster": "world"}, "global database world", "global remove-region"),
    ("replica", {"replicates_from": "arn:aws:rds:x"}, "replicates from arn:aws:rds:x", "Promote it first"),
    ("replicated", {"replicas": ("arn:aws:rds:y",)}, "Its replicas are arn:aws:rds:y", "Destroy or promote"),
    ("managed-password", {"managed_password": True}, "Secrets Manager", "--set credentials.password=given"),
    ("proxy", {"proxies": ("orders",)}, "RDS proxy orders", "--set proxy=null"),
    ("zero-etl", {"integrations": ("lake",)}, "integration lake", "Delete the integration"),
    ("activity-stream", {"activity_stream": True}, "activity stream", "--set activity_stream=null"),
    ("own-parameters", {"own_groups": ("2",)}, "(2)", "instances.overrides"),
    ("old-family", {"old_group": ("parameters.cluster_group",)}, "old family", "--set parameters.cluster_group=GROUP"),
]


def test_a_cluster_that_is_ready_has_nothing_in_the_way() -> None:
    assert blockers(READY) == blockers(MYSQL) == ()
    refuse("orders", ())


@pytest.mark.parametrize(("code", "changes", "text", "way_out"), CASES, ids=[case[0] for case in CASES])
def test_each_blocker_says_what_and_how(code: str, changes: dict[str, Any], text: str, way_out: str) -> None:
    (found,) = blockers(replace(READY, **changes))
    assert found.code == code
    assert text in found.text
    assert way_out in found.way_out


@pytest.mark.parametrize(
    ("situation", "parameter"),
    [(READY, "rds.logical_replication=1"), (MYSQL, "binlog_format=ROW")],
    ids=["postgresql", "mysql"],
)
@pytest.mark.parametrize("value", [None, "0", "OFF", "off"])
def test_replication_that_is_off_names_the_parameter_and_the_reboot(
    situation: Situation, parameter: str, value: str | None
) -> None:
    (found,) = blockers(replace(situation, logical=value))
    assert found.code == "logical-replication"
    assert f"--set parameters.cluster.{parameter}, then restart" in found.way_out
    assert "aurora-cli reboot orders --rolling" in found.way_out


def test_the_event_scheduler_is_off_in_the_green_cluster() -> None:
    (found,) = blockers(replace(MYSQL, event_scheduler="ON"))
    assert found.code == "event-scheduler"
    assert "event_scheduler=OFF" in found.way_out


def test_every_blocker_is_in_one_refusal() -> None:
    found = blockers(replace(READY, logical=None, managed_password=True, proxies=("orders",)))
    with pytest.raises(InvalidInput) as refused:
        refuse("orders", found)
    assert "3 blockers were found" in refused.value.message
    assert refused.value.message.startswith("Nothing was changed.")
    assert [one["code"] for one in refused.value.details["blockers"]] == [
        "logical-replication",
        "managed-password",
        "proxy",
    ]
    for one in found:
        assert one.text in refused.value.message
        assert one.way_out in str(refused.value.hint)


def change(address: str, action: list[str], before: Any, after: Any) -> dict[str, Any]:
    """One change of a plan, as Terraform prints it."""
    kind, name = address.split(".")
    return {
        "address": address,
        "type": kind,
        "name": name,
        "mode": "managed",
        "change": {"actions": action, "before": before, "after": after, "after_unknown": {}},
    }


GROUP = {
    "name": "orders-aurora-postgresql17",
    "family": "aurora-postgresql17",
    "description": "Cluster parameters of orders",
    "parameter": [{"name": "work_mem", "value": "8192", "apply_method": "immediate"}],
    "tags_all": {"team": "a"},
}


def test_the_new_groups_are_those_of_the_plan() -> None:
    address = "aws_rds_cluster_parameter_group.this"
    old = {**GROUP, "name": "orders-aurora-postgresql16", "family": "aurora-postgresql16"}
    found = groups_in(Plan.from_json({"resource_changes": [change(address, ["create", "delete"], old, GROUP)]}))
    ((where, group),) = found.made
    assert (where, group.kind, group.name, group.family) == (
        address,
        "cluster",
        "orders-aurora-postgresql17",
        "aurora-postgresql17",
    )
    assert group.parameters == (("work_mem", "8192", "immediate"),)
    assert group.tags == {"team": "a"}
    assert found.replaced == ((address, "cluster", "orders-aurora-postgresql16"),)


def test_a_cluster_that_differs_from_its_spec_is_refused() -> None:
    version = change("aws_rds_cluster.this", ["update"], {"engine_version": "16.8"}, {"engine_version": "17.5"})
    refuse_other_differences("orders", Plan.from_json({"resource_changes": [version]}))
    port = change("aws_rds_cluster.this", ["update"], {"port": 5432}, {"port": 5433})
    with pytest.raises(InvalidInput, match=r"differs from its spec in aws_rds_cluster\.this") as refused:
        refuse_other_differences("orders", Plan.from_json({"resource_changes": [port]}))
    assert "aurora-cli apply orders" in str(refused.value.hint)


def test_what_is_remembered_comes_back(tmp_path: Any) -> None:
    record = BlueGreenRecord(
        name="orders-1",
        version="17.5",
        values=(("--to", {"engine_version": "17.5"}),),
        new_groups=(("a.b", "cluster", "new"),),
        old_groups=(("a.b", "cluster", "old"),),
    )
    assert read_blue_green(tmp_path) is None
    write_blue_green(tmp_path, record)
    assert read_blue_green(tmp_path) == record
    remove_blue_green(tmp_path)
    assert read_blue_green(tmp_path) is None


def test_a_switchover_that_was_taken_back_says_that_nothing_has_changed() -> None:
    class OperationContext:
        class spec:  # noqa: N801
            name = "orders"

    error = _rolled_back(OperationContext, "It took too long.")  # type: ignore[arg-type]
    assert "nothing has changed: orders still serves. It took too long." in error.message
    assert "aurora-cli blue-green switchover orders" in str(error.hint)


def test_a_damaged_record_of_a_deployment_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(StackDamaged, match="The record of the blue/green deployment cannot be read: it is not JSON"):
        read_blue_green(tmp_path)
