"""The guard: what it stops, what it lets through with a name, and what it says about the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.errors import GuardRefused
from aurora_cli.operations.guard.guard import Situation, inspect, refuse, refuse_protected, unknown_allows
from aurora_cli.terraform.plan.changes import AttributeChange
from aurora_cli.terraform.plan.plan import Plan, ResourceChange

FIRST = 'aws_rds_cluster_instance.this["1"]'
SECOND = 'aws_rds_cluster_instance.this["2"]'
THIRD = 'aws_rds_cluster_instance.this["3"]'


def topology(writer: str = "demo-1", *readers: str) -> Topology:
    members = [Member(writer, "writer", "db.r7g.large", "available")]
    members += [Member(r, "reader", "db.r7g.large", "available") for r in readers]
    return Topology("demo", "arn", "available", "aurora-postgresql", "16.8", 5432, tuple(members))


def change(
    address: str,
    action: Any,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    changed: tuple[AttributeChange, ...] = (),
    replace_paths: tuple[str, ...] = (),
) -> ResourceChange:
    kind = address.split(".")[0]
    return ResourceChange(address, kind, "x", None, action, replace_paths, changed, None, before or {}, after or {})


def plan(*changes: ResourceChange) -> Plan:
    return Plan(resource_changes=changes, applyable=True)


def instance(address: str, identifier: str, action: Any, **kwargs: Any) -> ResourceChange:
    return change(address, action, before={"identifier": identifier}, after={"identifier": identifier}, **kwargs)


@pytest.mark.parametrize("action", ["delete", "replace"])
@pytest.mark.parametrize("address", ["aws_rds_cluster.this", "aws_rds_global_cluster.this", "aws_kms_key.storage"])
def test_what_holds_data_is_never_deleted_or_replaced(address: str, action: str) -> None:
    findings = inspect(plan(change(address, action, before={"id": "demo"}, replace_paths=("engine",))), Situation())
    assert [f.address for f in findings if f.refused] == [address]
    with pytest.raises(GuardRefused, match="hold data") as refusal:
        refuse(findings)
    assert refusal.value.exit_status == 9
    assert f"--allow '{address}'" in (refusal.value.hint or "")


def test_an_allowed_address_goes_through_and_is_still_told() -> None:
    findings = inspect(
        plan(change("aws_rds_cluster.this", "replace", before={"id": "demo"}, replace_paths=("kms_key_id",))),
        Situation(allowed=("aws_rds_cluster.this",)),
    )
    refuse(findings)
    assert findings[0].allowed
    assert "kms_key_id" in findings[0].text


def going(action: str = "replace") -> Plan:
    cluster = {"id": "demo", "cluster_identifier": "demo"}
    first = {"identifier": "demo-1", "cluster_identifier": "demo"}
    other = {"identifier": "else-1", "cluster_identifier": "else"}
    return plan(
        change("aws_rds_cluster.this", action, before=cluster),
        change(FIRST, action, before=first),
        change(SECOND, action, before=other),
    )


def test_a_cluster_that_may_go_takes_its_own_instances_with_it() -> None:
    situation = Situation(topology=topology("demo-1"), allowed=("aws_rds_cluster.this",))
    findings = inspect(going(), situation)
    assert {f.address for f in findings if f.refused} == {"aws_rds_cluster.this", FIRST}
    assert all(f.allowed for f in findings if f.refused)
    refuse(findings)


def test_an_instance_of_another_cluster_is_not_allowed_along() -> None:
    situation = Situation(topology=topology("else-1"), allowed=("aws_rds_cluster.this",))
    findings = inspect(going(), situation)
    assert [f.address for f in findings if f.refused and not f.allowed] == [SECOND]


def test_an_instance_that_may_go_does_not_take_the_cluster_with_it() -> None:
    findings = inspect(going(), Situation(topology=topology("demo-1"), allowed=(FIRST,)))
    assert [f.address for f in findings if f.refused and not f.allowed] == ["aws_rds_cluster.this"]


def test_the_way_out_names_the_cluster_alone_and_the_message_all_of_it() -> None:
    with pytest.raises(GuardRefused) as refusal:
        refuse(inspect(going(), Situation(topology=topology("demo-1"))))
    assert FIRST in refusal.value.message
    assert (refusal.value.hint or "").endswith("allow it by address: --allow 'aws_rds_cluster.this'")


def test_the_live_writer_counts_and_not_the_name_or_the_state() -> None:
    situation = Situation(topology=topology("demo-2", "demo-1"))
    stale = change(FIRST, "delete", before={"identifier": "demo-1", "writer": True})
    assert not [f for f in inspect(plan(stale), situation) if f.refused]
    writer = instance(SECOND, "demo-2", "delete")
    assert [f.address for f in inspect(plan(writer), situation) if f.refused] == [SECOND]


def test_without_a_live_cluster_the_state_says_who_writes() -> None:
    writer = change(FIRST, "delete", before={"identifier": "demo-1", "writer": True})
    assert inspect(plan(writer), Situation())[0].refused


def test_a_role_that_moves_first_frees_the_old_writer() -> None:
    situation = Situation(topology=topology("demo-2", "demo-1"), next_writer="demo-1")
    assert not [f for f in inspect(plan(instance(SECOND, "demo-2", "delete")), situation) if f.refused]
    assert inspect(plan(instance(FIRST, "demo-1", "delete")), situation)[0].refused


def test_production_keeps_its_last_reader() -> None:
    gone = plan(instance(SECOND, "demo-2", "delete"))
    live = topology("demo-1", "demo-2")
    assert [f.refused for f in inspect(gone, Situation(topology=live, production=True))].count(True) == 1
    assert not any(f.refused for f in inspect(gone, Situation(topology=live)))
    two = topology("demo-1", "demo-2", "demo-3")
    assert not any(f.refused for f in inspect(gone, Situation(topology=two, production=True)))


def test_a_subnet_group_in_use_stays() -> None:
    group = change("aws_db_subnet_group.this", "replace", before={"name": "demo"}, replace_paths=("name",))
    assert inspect(plan(group), Situation())[0].refused


def test_a_class_change_names_who_restarts() -> None:
    resize = (AttributeChange("instance_class", "db.r7g.large", "db.r7g.xlarge"),)
    changes = plan(
        instance(FIRST, "demo-1", "update", changed=resize), instance(SECOND, "demo-2", "update", changed=resize)
    )
    findings = inspect(changes, Situation(topology=topology("demo-1", "demo-2")))
    assert {f.address: f.effect for f in findings} == {FIRST: "failover", SECOND: "restart"}
    assert all("db.r7g.xlarge" in f.text and not f.refused for f in findings)


def test_a_lone_writer_that_restarts_is_said_to_stop_writes() -> None:
    resize = (AttributeChange("instance_class", "db.r7g.large", "db.r7g.xlarge"),)
    findings = inspect(plan(instance(FIRST, "demo-1", "update", changed=resize)), Situation(topology=topology()))
    assert findings[0].effect == "restart"
    assert "minutes" in findings[0].text


def test_weaker_protection_and_shorter_backups_are_told() -> None:
    changed = (
        AttributeChange("deletion_protection", True, False),
        AttributeChange("backup_retention_period", 30, 7),
    )
    findings = inspect(plan(change("aws_rds_cluster.this", "update", changed=changed)), Situation())
    assert {f.effect for f in findings} == {"exposed", "lost"}
    assert not any(f.refused for f in findings)


def test_longer_backups_are_no_finding() -> None:
    changed = (AttributeChange("backup_retention_period", 7, 30),)
    assert inspect(plan(change("aws_rds_cluster.this", "update", changed=changed)), Situation()) == ()


@pytest.mark.parametrize(("attribute", "value"), [("cidr_ipv4", "0.0.0.0/0"), ("cidr_ipv6", "::/0")])
def test_a_port_open_to_everybody_is_told(attribute: str, value: str) -> None:
    rule = change('aws_vpc_security_group_ingress_rule.allow["x"]', "create", after={attribute: value})
    assert inspect(plan(rule), Situation())[0].effect == "exposed"
    narrow = change('aws_vpc_security_group_ingress_rule.allow["x"]', "create", after={attribute: "10.0.0.0/8"})
    assert inspect(plan(narrow), Situation()) == ()


def test_rules_that_together_let_everybody_in_are_told_once() -> None:
    def rule(source: str, action: str, before: str | None = None) -> ResourceChange:
        kind, other = "cidr_ipv6" if ":" in source else "cidr_ipv4", {} if before is None else {"cidr_ipv4": before}
        address = f'aws_vpc_security_group_ingress_rule.allow["{source}"]'
        return change(address, action, other, {} if action == "delete" else {kind: source})

    half, other = rule("0.0.0.0/1", "no-op", "0.0.0.0/1"), rule("128.0.0.0/1", "create")
    (found,) = inspect(plan(half, other), Situation())
    assert (found.effect, found.address, found.text) == (
        "exposed",
        other.address,
        "The database port opens to every address (0.0.0.0/0).",
    )
    (most,) = inspect(plan(half, rule("128.0.0.0/2", "create")), Situation())
    assert most.text == "The database port opens to most IPv4 addresses (0.0.0.0/1, 128.0.0.0/2)."
    (six,) = inspect(plan(rule("2000::/3", "create")), Situation())
    assert six.text == "The database port opens to every address (2000::/3)."
    assert (
        inspect(plan(half, rule("128.0.0.0/1", "no-op", "128.0.0.0/1"), rule("10.0.0.0/8", "create")), Situation())
        == ()
    )
    assert inspect(plan(rule("0.0.0.0/1", "delete", "0.0.0.0/1"), other), Situation()) == ()
    elsewhere = f"module.eu_central_1.{other.address}"
    assert inspect(plan(half, replace(other, address=elsewhere)), Situation()) == ()


def test_refused_findings_come_first() -> None:
    findings = inspect(
        plan(
            instance(THIRD, "demo-3", "delete"),
            instance(FIRST, "demo-1", "delete"),
        ),
        Situation(topology=topology("demo-1", "demo-2", "demo-3")),
    )
    assert [f.refused for f in findings] == [True, False]


def test_an_allow_that_matches_nothing_is_found() -> None:
    assert unknown_allows(plan(instance(SECOND, "demo-2", "delete")), (SECOND, "aws_rds_cluster.that")) == [
        "aws_rds_cluster.that"
    ]


def test_a_protected_cluster_is_refused_whatever_is_allowed() -> None:
    going = change(
        "aws_rds_cluster.this", "replace", before={"cluster_identifier": "demo", "deletion_protection": True}
    )
    with pytest.raises(GuardRefused, match="protects the cluster demo") as refusal:
        refuse_protected(plan(going))
    assert "deletion_protection=false" in (refusal.value.hint or "")
    refuse_protected(plan(change("aws_rds_cluster.this", "replace", before={"deletion_protection": False})))
    refuse_protected(plan(change("aws_rds_cluster.this", "update", before={"deletion_protection": True})))
