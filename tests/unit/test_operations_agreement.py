"""What the provider left undone is set by the RDS API, and a second plan may hold nothing new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.clock import Clock
from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.errors import PlanStale, TerraformFailed
from aurora_cli.operations.inspect import wait
from aurora_cli.operations.pipeline import provider_fixes, review
from aurora_cli.operations.pipeline.provider_fixes import PAUSE_REFUSED, apply_plan
from aurora_cli.terraform.output.outcome import ApplySummary
from aurora_cli.terraform.plan.plan import Plan
from tests.unit.spec_cases import resolved
from tests.unit.ui_screens import change

ADDRESS = "aws_rds_cluster.this"
LIVE = Topology("orders", "arn", "available", "aurora-postgresql", "17.7", 5432, ())


class FakeTerraform:
    """Fails as often as told, then applies."""

    def __init__(self, folder: Path, *failures: str) -> None:
        self.failures, self.applied, self.plan_file = list(failures), 0, folder / "plan"
        self.partial: dict[str, int] = {}
        self.beside: list[dict[str, str]] = []

    def apply(self) -> ApplySummary:
        if self.failures:
            said = [{"detail": self.failures.pop(0)}, *self.beside]
            raise TerraformFailed("AWS refuses.", details={"diagnostics": said, "applied": self.partial})
        self.applied += 1
        return ApplySummary(change=1)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    monkeypatch.setattr(provider_fixes, "_set_capacity", lambda app, spec, emit: made.append("set"))
    return made


def applied(terraform: FakeTerraform, plan: Plan, acu: str = "0.5-4") -> ApplySummary:
    fake: Any = terraform
    app: Any = None
    spec = resolved({"instances.acu": acu}).spec
    return apply_plan(fake, lambda: plan, app=app, spec=spec, approved={(ADDRESS, "update")}, emit=lambda event: None)


def test_the_rest_of_the_plan_is_applied_after_the_capacity_was_set(tmp_path: Path, calls: list[str]) -> None:
    wrapped = PAUSE_REFUSED.replace(" be ", "\n be ")
    terraform = FakeTerraform(tmp_path, f"api error: {wrapped}")
    assert applied(terraform, Plan((change(ADDRESS, "update"),))).change == 1
    assert (calls, terraform.applied) == (["set"], 1)


def test_nothing_is_applied_when_that_was_all(tmp_path: Path, calls: list[str]) -> None:
    terraform = FakeTerraform(tmp_path, PAUSE_REFUSED)
    assert applied(terraform, Plan()) == ApplySummary()
    assert (calls, terraform.applied) == (["set"], 0)


def test_what_was_not_approved_is_not_applied(tmp_path: Path, calls: list[str]) -> None:
    terraform = FakeTerraform(tmp_path, PAUSE_REFUSED)
    with pytest.raises(PlanStale, match=r"aws_rds_cluster_instance\.this"):
        applied(terraform, Plan((change('aws_rds_cluster_instance.this["1"]', "delete"),)))
    assert terraform.applied == 0


def test_what_was_to_be_created_may_be_changed_by_a_later_step(tmp_path: Path, calls: list[str]) -> None:
    """A step on the way creates a role without the tags that only the spec at the end has, and changes a dashboard that goes."""
    fake: Any = FakeTerraform(tmp_path)
    role = "aws_iam_role.monitoring"
    review.refuse_unapproved(fake, Plan((change(role, "update"),)), {(role, "create")})
    review.refuse_unapproved(fake, Plan((change(role, "update"),)), {(role, "delete")})
    for planned in ("delete", "replace"):
        with pytest.raises(PlanStale):
            review.refuse_unapproved(fake, Plan((change(role, planned),)), {(role, "create"), (role, "update")})


@pytest.mark.parametrize(("said", "acu"), [("another refusal", "0.5-4"), (PAUSE_REFUSED, "0-4")])
def test_any_other_failure_stays_one(tmp_path: Path, calls: list[str], said: str, acu: str) -> None:
    with pytest.raises(TerraformFailed):
        applied(FakeTerraform(tmp_path, said), Plan(), acu)
    assert calls == []


READERS = [f'aws_rds_cluster_instance.this["{key}"]' for key in range(2, 9)]
COLLISION = (
    "InvalidDBClusterStateFault: The database cluster has been\n modified by a concurrent operation. Please try again."
)


def create_readers(terraform: FakeTerraform, *left: int) -> ApplySummary:
    """Apply, and plan as many readers as are left after each refusal."""
    fake: Any = terraform
    app: Any = SimpleNamespace(aws=lambda region: SimpleNamespace(client=lambda service: service))
    plans = iter([Plan(tuple(change(address, "create") for address in READERS[:count])) for count in left])
    approved = {(address, "create") for address in READERS}
    spec = resolved().spec
    return apply_plan(fake, lambda: next(plans), app=app, spec=spec, approved=approved, emit=lambda event: None)


@pytest.fixture
def rested(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    waited: list[str] = []
    monkeypatch.setattr(provider_fixes, "_wait_for_rest", lambda app, rds, name, emit, what: waited.append(name))
    return waited


def test_readers_that_aws_refuses_beside_others_are_created_after_them(tmp_path: Path, rested: list[str]) -> None:
    terraform = FakeTerraform(tmp_path, COLLISION, COLLISION, COLLISION)
    terraform.partial = {"add": 2, "change": 0, "destroy": 0}
    done = create_readers(terraform, 5, 3, 1)
    assert (done.add, done.change) == (6, 1)
    assert rested == ["orders"] * 3


def test_tries_that_complete_nothing_come_to_an_end(tmp_path: Path, rested: list[str]) -> None:
    terraform = FakeTerraform(tmp_path, *[COLLISION] * 9)
    with pytest.raises(TerraformFailed):
        create_readers(terraform, *[5] * 9)
    assert len(terraform.failures) == 3


def test_another_error_beside_it_stays_one(tmp_path: Path, rested: list[str]) -> None:
    terraform = FakeTerraform(tmp_path, COLLISION)
    terraform.beside = [{"detail": "InstanceQuotaExceeded"}]
    with pytest.raises(TerraformFailed):
        create_readers(terraform, 5)
    assert rested == []


@pytest.mark.parametrize(
    ("action", "mode", "on", "asked"),
    [
        ("update", "advanced", False, ["eu-west-1 orders"]),
        ("update", "standard", False, []),
        ("update", "advanced", True, []),
        ("replace", "advanced", False, []),
    ],
)
def test_the_advanced_mode_is_left_before_insights_are_turned_off(
    monkeypatch: pytest.MonkeyPatch, rested: list[str], action: Any, mode: str, on: bool, asked: list[str]
) -> None:
    """AWS refuses both in one call: the days and the key of the advanced mode go along with a change of the mode."""
    made: list[str] = []
    monkeypatch.setattr(provider_fixes, "leave_advanced_insights", lambda rds, name: made.append(f"{rds} {name}"))
    app: Any = SimpleNamespace(aws=lambda region: SimpleNamespace(client=lambda service: region))
    arn = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
    before = {"cluster_identifier": "orders", "arn": arn, "performance_insights_enabled": True}
    after = {"performance_insights_enabled": on, "database_insights_mode": mode}
    planned = change(ADDRESS, action, after, before={**before, "database_insights_mode": mode})
    assert provider_fixes.make_way(app, Plan((planned,)), lambda event: None) is False
    assert made == asked
    assert len(rested) == len(asked)


def client(service: str, made: list[Any], **answers: Any) -> Any:
    """An app whose clients note the calls that change something."""

    def call(name: str) -> Any:
        return lambda **values: answers[name] if name in answers else made.append((name, values))

    methods = {name: call(name) for name in ("modify_db_proxy_target_group", "modify_vpc_endpoint", *answers)}
    clients = {"eu-west-1": {service: SimpleNamespace(**methods)}}
    return SimpleNamespace(aws=lambda region: SimpleNamespace(client=clients[region].__getitem__), clock=Clock())


POOL = "aws_db_proxy_default_target_group.this"
SET = {"init_query": "SET x = 1", "session_pinning_filters": ["EXCLUDE_VARIABLE_SETS"]}
TAKEN = {"init_query": "", "session_pinning_filters": []}


@pytest.mark.parametrize(
    ("action", "after", "config"),
    [
        ("update", TAKEN, {"InitQuery": "", "SessionPinningFilters": []}),
        ("update", {**SET, "init_query": None}, {"InitQuery": ""}),
        ("update", {**SET, "init_query": "SET y = 1"}, None),
        ("delete", {}, None),
    ],
)
def test_what_is_taken_from_a_proxy_is_emptied_by_the_api(action: Any, after: dict[str, Any], config: Any) -> None:
    made: list[Any] = []
    before = {"db_proxy_name": "orders", "arn": "arn:aws:rds:eu-west-1:123456789012:target-group:prx-tg-1"}
    planned = change(
        POOL, action, {"connection_pool_config": [after]}, before={**before, "connection_pool_config": [SET]}
    )
    provider_fixes.make_way(client("rds", made), Plan((planned,)), lambda event: None)
    call = {"DBProxyName": "orders", "TargetGroupName": "default", "ConnectionPoolConfig": config}
    assert made == ([("modify_db_proxy_target_group", call)] if config else [])


@pytest.mark.parametrize(
    ("gone", "left"), [(["subnet-3"], ["subnet-3"]), (["subnet-9"], None), (["subnet-1", "subnet-2", "subnet-3"], None)]
)
def test_endpoints_leave_a_subnet_before_it_goes(gone: list[str], left: list[str] | None) -> None:
    """Terraform deletes the subnet first, for which AWS waits until the endpoint has left it."""
    made: list[Any] = []
    there = {"VpcEndpoints": [{"SubnetIds": ["subnet-1", "subnet-2"], "State": "available"}]}
    endpoint = {
        "id": "vpce-1",
        "arn": "arn:aws:ec2:eu-west-1:123456789012:vpc-endpoint/vpce-1",
        "subnet_ids": ["subnet-1", "subnet-2", "subnet-3"],
    }
    plan = Plan(
        (
            *(change(f'aws_subnet.database["{n}"]', "delete", {"id": n}) for n in gone),
            change('aws_vpc_endpoint.interface["rds-data"]', "update", {}, before=endpoint),
        )
    )
    app = client("ec2", made, describe_vpc_endpoints=there)
    assert provider_fixes.make_way(app, plan, lambda event: None) is (left is not None)
    assert made == ([("modify_vpc_endpoint", {"VpcEndpointId": "vpce-1", "RemoveSubnetIds": left})] if left else [])


def test_waiting_for_a_connection_asks_the_writer_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(wait, "knock", lambda *args: asked.append(args))
    missing = wait._missing("connectable", "", resolved().spec)
    assert missing(LIVE) == "no endpoint yet"
    assert missing(replace(LIVE, writer_host="orders.example.com", username="boss")) is None
    assert asked == [("aurora-postgresql", "orders.example.com", 5432, "boss")]
