"""Quotas and earlier changes of a cluster: what AWS would refuse, told before the apply."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.aws.related.quotas import Quota, read_proxy_quota, read_quotas
from aurora_cli.errors import InvalidInput
from aurora_cli.operations.preflight.quotas import counts, doubts, over_quota, used_up
from aurora_cli.operations.preflight.refused_by_aws import refuse_used_subnets, refuse_what_aws_refuses
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
CLUSTER = "aws_rds_cluster.this"


def change(address: str, action: Any, before: Any = None, after: Any = None) -> ResourceChange:
    kind = address.partition(".")[0]
    return ResourceChange(address, kind, "x", None, action, before=before or {}, after=after or {})


def plan(*changes: ResourceChange) -> Plan:
    return Plan(resource_changes=changes, applyable=True)


def live(again: datetime | None = None) -> Topology:
    return Topology("demo", "arn", "available", "aurora-postgresql", "16.8", 5432, (), optimized_again=again)


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("aws_rds_cluster", "DBClusters", "DB clusters"),
        ("aws_rds_cluster_instance", "DBInstances", "DB instances"),
        ("aws_rds_cluster_parameter_group", "DBClusterParameterGroups", "DB cluster parameter groups"),
        ("aws_db_parameter_group", "DBParameterGroups", "DB parameter groups"),
        ("aws_db_subnet_group", "DBSubnetGroups", "DB subnet groups"),
        ("aws_db_event_subscription", "EventSubscriptions", "event subscriptions"),
        ("aws_db_proxy", "DBProxies", "RDS proxies"),
    ],
)
def test_what_the_plan_adds_is_counted_against_the_quota(kind: str, name: str, words: str) -> None:
    two = plan(change(f"{kind}.a", "create"), change(f"{kind}.b", "create"), change(f"{kind}.c", "no-op"))
    assert list(over_quota(two, {name: Quota(name, 38, 40)})) == []
    (found,) = over_quota(two, {name: Quota(name, 39, 40)})
    assert found.message == f"{words}: the plan creates 2, and this account may have 1 more here (39 of 40 are used)"
    assert (found.severity, found.check) == ("warning", "quota")
    assert found.hint == "request an increase in the Service Quotas console, or delete unused resources"


def test_what_goes_makes_room_and_what_is_made_anew_needs_none() -> None:
    group = "aws_db_parameter_group"
    assert counts(plan(change(f"{group}.a", "create"), change(f"{group}.b", "delete"))) == {}
    assert counts(plan(change(f"{group}.a", "replace"), change("aws_vpc.this", "create"))) == {}


def test_extended_support_of_a_global_database_is_fixed() -> None:
    on, off = ({"engine_lifecycle_support": f"open-source-rds-extended-support{end}"} for end in ("", "-disabled"))
    address = "aws_rds_global_cluster.this"
    with pytest.raises(InvalidInput, match="does not change Extended Support of an existing global database"):
        refuse_what_aws_refuses(plan(change(address, "update", on, off)), live(), NOW)
    refuse_what_aws_refuses(plan(change(address, "create", None, off)), live(), NOW)
    refuse_what_aws_refuses(plan(change(CLUSTER, "update", on, off)), live(), NOW)


@pytest.mark.parametrize("managed_before", [True, False])
def test_the_key_of_a_managed_secret_is_fixed(managed_before: bool) -> None:
    before = {"manage_master_user_password": managed_before, "master_user_secret_kms_key_id": None}
    after = {"manage_master_user_password": True, "master_user_secret_kms_key_id": "arn:key"}
    refusal = pytest.raises(InvalidInput, match="does not change the KMS key of an existing master secret")
    with refusal if managed_before else nullcontext():
        refuse_what_aws_refuses(plan(change(CLUSTER, "update", before, after)), live(), NOW)


@pytest.mark.parametrize("module", ["", "module.eu_central_1."])
def test_the_role_of_a_directory_cannot_be_recreated_beside_itself(module: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be recreated while the cluster uses it") as caught:
        refuse_what_aws_refuses(plan(change(f"{module}aws_iam_role.directory", "replace")), live(), NOW)
    assert "roles.path" in str(caught.value.hint)
    refuse_what_aws_refuses(plan(change("aws_iam_role.monitoring", "replace")), live(), NOW)


READER = Member("demo-3", "reader", "db.r7g.large", "available", zone="eu-west-1c")
GONE = change('aws_subnet.database["3"]', "delete", {"availability_zone": "eu-west-1c"})
OF_REGION = replace(GONE, address=f"module.eu_central_1.{GONE.address}")


@pytest.mark.parametrize(
    ("changes", "region", "refused"),
    [
        ((GONE,), None, True),
        ((replace(GONE, action="replace"),), None, True),
        ((replace(GONE, before={"availability_zone": "eu-west-1b"}),), None, False),
        ((GONE, change('aws_rds_cluster_instance.others["3"]', "delete", {"identifier": "demo-3"})), None, False),
        ((GONE, change('aws_rds_cluster_instance.others["3"]', "replace", {"identifier": "demo-3"})), None, True),
        ((GONE, change(CLUSTER, "replace")), None, False),
        ((OF_REGION,), None, False),
        ((OF_REGION, change(CLUSTER, "replace")), "eu-central-1", True),
    ],
)
def test_a_subnet_goes_only_without_its_instances(
    changes: tuple[ResourceChange, ...], region: str | None, refused: bool
) -> None:
    there = replace(live(), members=(READER,))
    refusal = pytest.raises(InvalidInput, match="the subnet in eu-west-1c would be deleted, and demo-3 is in it")
    with refusal if refused else nullcontext():
        refuse_used_subnets(plan(*changes), lambda asked: there if asked == region else None, "demo")


class Rds:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def describe_account_attributes(self) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_quotas_are_what_aws_says_and_nothing_where_it_denies_them() -> None:
    from botocore.exceptions import ClientError

    said = {"AccountQuotas": [{"AccountQuotaName": "DBClusters", "Used": 3, "Max": 60}]}
    assert read_quotas(Rds(said)) == {"DBClusters": Quota("DBClusters", 3, 60)}
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeAccountAttributes")
    assert read_quotas(Rds(denied)) == {}


def test_proxies_are_counted_where_the_plan_makes_one() -> None:
    class Paged(Rds):
        def get_paginator(self, operation: str) -> Any:
            assert operation == "describe_db_proxies"
            return self

        def paginate(self) -> Any:
            if isinstance(self.answer, Exception):
                raise self.answer
            return [{"DBProxies": [{}] * size} for size in self.answer]

    from botocore.exceptions import ClientError

    full = read_proxy_quota(Paged((15, 5)))
    assert full == {"DBProxies": Quota("DBProxies", 20, 20)}
    (found,) = over_quota(plan(change("aws_db_proxy.this", "create")), full)
    message = "RDS proxies: the plan creates 1, and this account may have 0 more here (20 of 20 are used)"
    assert (found.message, found.check) == (message, "quota")
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeDBProxies")
    assert read_proxy_quota(Paged(denied)) == {}


def test_doctor_says_which_quota_is_used_up() -> None:
    name = "ManualClusterSnapshots"
    assert used_up({name: Quota(name, 99, 100)}) == []
    assert used_up({name: Quota(name, 100, 100)}) == ["manual cluster snapshots (100 of 100)"]


def test_io_optimized_is_refused_until_aws_takes_it_again() -> None:
    wanted = plan(change(CLUSTER, "update", {"storage_type": ""}, {"storage_type": "aurora-iopt1"}))
    with pytest.raises(InvalidInput) as refused:
        refuse_what_aws_refuses(wanted, live(NOW + timedelta(days=9)), NOW)
    message = (
        "Nothing was changed: AWS switches this cluster to I/O-Optimized storage again from 2026-12-01 12:00 UTC on."
    )
    assert refused.value.message == message
    assert refused.value.hint == "A cluster can switch once in 30 days. Keep `storage: aurora` until then."
    refuse_what_aws_refuses(wanted, live(NOW - timedelta(days=1)), NOW)
    refuse_what_aws_refuses(wanted, live(), NOW)
    back = plan(change(CLUSTER, "update", {"storage_type": "aurora-iopt1"}, {"storage_type": ""}))
    refuse_what_aws_refuses(back, live(NOW + timedelta(days=9)), NOW)


def test_backtrack_is_on_from_the_start_or_never() -> None:
    with pytest.raises(InvalidInput) as refused:
        refuse_what_aws_refuses(
            plan(change(CLUSTER, "update", {"backtrack_window": 0}, {"backtrack_window": 86400})), live(), NOW
        )
    message = "Nothing was changed: AWS does not enable backtrack for a cluster that was created without it."
    assert refused.value.message == message
    for before, action in ((3600, "update"), (0, "create")):
        refuse_what_aws_refuses(
            plan(change(CLUSTER, action, {"backtrack_window": before}, {"backtrack_window": 86400})), live(), NOW
        )


def test_another_largest_capacity_waits_for_a_restart() -> None:
    def scaled(low: float, high: float) -> dict[str, Any]:
        return {"serverlessv2_scaling_configuration": [{"min_capacity": low, "max_capacity": high}]}

    (found,) = doubts(plan(change(CLUSTER, "update", scaled(1, 8), scaled(1, 16))))
    message = "`max_connections` follows the largest capacity only when an instance has been restarted"
    assert (found.path, found.message, found.severity) == ("instances.acu.max", message, "warning")
    assert found.hint == "restart the instances, readers first, at a time that suits"
    assert list(doubts(plan(change(CLUSTER, "update", scaled(1, 8), scaled(2, 8))))) == []
    assert list(doubts(plan(change(CLUSTER, "create", {}, scaled(2, 8))))) == []
