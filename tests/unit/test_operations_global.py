"""The guard, the instance keys, the report and the password of a global database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from aurora_cli.aws.cluster.topology import Member, Topology
from aurora_cli.aws.replication.global_database import GlobalMember, GlobalTopology
from aurora_cli.errors import GuardRefused, OperationFailed
from aurora_cli.operations.core.instances import keys_in_state
from aurora_cli.operations.core.region_topology import LiveRegions
from aurora_cli.operations.destroy.dependents import Dependants
from aurora_cli.operations.guard.guard import Situation, inspect, refuse_protected
from aurora_cli.operations.passwords import generated
from aurora_cli.operations.passwords.generated import MadePassword, made_password, new_password, variables_of
from aurora_cli.operations.report.global_database import global_info, global_warnings
from aurora_cli.operations.source.state import created_from_of
from aurora_cli.terraform.plan.plan import Plan, ResourceChange
from aurora_cli.terraform.state.addresses import in_region, inner, region_of
from aurora_cli.terraform.state.state import StateResource
from tests.unit.spec_cases import resolved

HOME, AWAY = "eu-west-1", "eu-central-1"
CLUSTER = "module.eu_central_1.aws_rds_cluster.this"
FIRST = 'module.eu_central_1.aws_rds_cluster_instance.this["1"]'


def cluster(region: str, name: str, *instances: str, writer: bool) -> Topology:
    found = tuple(
        Member(i, "writer" if writer and i == instances[0] else "reader", "db.r7g.large", "available")
        for i in instances
    )
    arn = f"arn:aws:rds:{region}:1:cluster:{name}"
    writer_host, reader_host = f"{name}.example.com", f"{name}-ro.example.com"
    return Topology(name, arn, "available", "aurora-postgresql", "16.8", 5432, found, writer_host, reader_host)


def live(primary: str, *instances: str) -> LiveRegions:
    names = {HOME: "shop", AWAY: "shop-eu-central-1"}
    found = tuple(
        GlobalMember(f"arn:aws:rds:{region}:1:cluster:{name}", region, name, region == primary, lag_ms=80.0)
        for region, name in names.items()
    )
    database = GlobalTopology("shop-global", "available", found, endpoint="shop.global.example.com")
    away = cluster(AWAY, names[AWAY], *instances, writer=primary == AWAY)
    return LiveRegions(database, {AWAY: away}, "arn:secret")


def gone(address: str, action: str = "delete", **before: object) -> ResourceChange:
    kind = inner(address).split(".")[0]
    return ResourceChange(address, kind, "this", None, action, before=before)  # type: ignore[arg-type]


def plan(*changes: ResourceChange) -> Plan:
    return Plan(resource_changes=changes, applyable=True)


def test_addresses_of_a_region() -> None:
    assert (region_of(CLUSTER), inner(CLUSTER)) == (AWAY, "aws_rds_cluster.this")
    assert in_region(AWAY, "aws_rds_cluster.this") == CLUSTER
    assert region_of("aws_rds_cluster.this") is None
    assert region_of("module.mine.aws_vpc.this") is None


def test_the_end_of_a_region_is_the_loss_of_a_copy() -> None:
    change = gone(CLUSTER, cluster_identifier="shop-eu-central-1", deletion_protection=True)
    (finding,) = inspect(plan(change), Situation(regions=live(HOME)))
    assert finding.refused
    assert finding.text == (
        "The copy of the data in eu-central-1 (cluster shop-eu-central-1) would be deleted; the primary keeps its own."
    )
    refuse_protected(plan(change))  # its protection is lifted before the apply


def test_the_end_of_the_region_that_is_the_primary_is_told_as_such() -> None:
    change = gone(CLUSTER, cluster_identifier="shop-eu-central-1")
    (finding,) = inspect(plan(change), Situation(regions=live(AWAY)))
    assert "eu-central-1 is the primary Region now" in finding.text


def test_a_protected_copy_is_not_replaced() -> None:
    change = gone(CLUSTER, "replace", cluster_identifier="shop-eu-central-1", deletion_protection=True)
    with pytest.raises(GuardRefused, match="AWS protects the cluster shop-eu-central-1"):
        refuse_protected(plan(change))


def test_the_writer_of_the_primary_region_is_guarded_wherever_it_is() -> None:
    change = gone(FIRST, identifier="shop-eu-central-1-1", writer=True)
    (there,) = inspect(plan(change), Situation(regions=live(AWAY, "shop-eu-central-1-1")))
    assert there.refused
    (reader,) = inspect(plan(change), Situation(regions=live(HOME, "shop-eu-central-1-1")))
    assert not reader.refused


def test_a_subnet_group_in_use_is_guarded_in_its_region() -> None:
    group = gone("module.eu_central_1.aws_db_subnet_group.this", name="shop-eu-central-1")
    home = gone("aws_rds_cluster.this", cluster_identifier="shop")
    findings = inspect(plan(group, home), Situation(regions=live(HOME)))
    assert {f.address for f in findings if f.refused} == {group.address, home.address}
    with_cluster = inspect(plan(group, gone(CLUSTER, cluster_identifier="x")), Situation(regions=live(HOME)))
    assert [f.address for f in with_cluster] == [CLUSTER]


def test_keys_are_counted_in_each_region() -> None:
    addresses = [
        'aws_rds_cluster_instance.this["1"]',
        FIRST,
        'module.eu_central_1.aws_rds_cluster_instance.this["3"]',
    ]
    assert keys_in_state(addresses) == ["1"]
    assert keys_in_state(addresses, AWAY) == ["1", "3"]
    assert keys_in_state(addresses, "us-east-1") == []


def test_the_report_has_the_primary_first_and_its_writer_alone() -> None:
    home = cluster(HOME, "shop", "shop-1", writer=True)
    info = global_info(home, live(HOME), 5432)
    assert info is not None
    assert [(r.region, r.role, r.instances) for r in info.regions] == [(HOME, "primary", 1), (AWAY, "secondary", 0)]
    assert info.writer is not None and info.writer.host == "shop.global.example.com"
    away = info.to_dict()["regions"][1]
    assert (away["writer"], away["reader"], away["lag_ms"]) == (None, None, 80.0)
    assert global_warnings(info, HOME) == [
        "No instance in eu-central-1: it cannot take over until it has one, and serves no reads."
    ]


def test_the_report_says_where_the_primary_is_after_a_switchover() -> None:
    info = global_info(cluster(HOME, "shop", "shop-1", writer=False), live(AWAY, "a"), 5432)
    assert info is not None
    (warning,) = global_warnings(info, HOME)
    assert warning.startswith("The primary Region is now eu-central-1")


def test_a_cluster_of_no_global_database_has_no_such_report() -> None:
    assert global_info(None, LiveRegions(), 5432) is None


def test_passwords_are_long_plain_and_never_the_same() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 32 and one.isalnum() and one.isascii() for one in made)


def resource(address: str, **attributes: object) -> StateResource:
    return StateResource(address=address, type=address.split(".")[0], name="this", index=None, attributes=attributes)


@pytest.mark.parametrize(
    ("secret", "sent", "renew", "wanted"),
    [
        (None, None, False, MadePassword(1, False, False)),
        (1, None, False, MadePassword(1, True, False)),
        (1, 1, False, MadePassword(1, True, True)),
        (1, 1, True, MadePassword(2, False, False)),
        (2, 1, False, MadePassword(2, True, False)),
        (None, 3, False, MadePassword(4, False, False)),
    ],
    ids=["new", "secret only", "done", "renewed", "renewal broken off", "was given before"],
)
def test_the_made_password_reaches_secret_and_cluster(
    secret: int | None, sent: int | None, renew: bool, wanted: MadePassword
) -> None:
    held = [resource("aws_secretsmanager_secret_version.master", secret_string_wo_version=secret)] if secret else []
    held += [resource("aws_rds_cluster.this", master_password_wo_version=sent)]
    assert made_password(held, renew=renew) == wanted


def test_members_of_its_own_global_database_are_no_replicas() -> None:
    found = Dependants(("copy",), ("arn:member", "arn:other"), "arn:member").without({"arn:member"})
    assert found == Dependants(("copy",), ("arn:other",), None)


def test_a_member_was_not_born_as_a_replica() -> None:
    after_a_switchover = resource(
        "aws_rds_cluster.this", replication_source_identifier="arn:x", global_cluster_identifier="shop-global"
    )
    assert created_from_of([after_a_switchover], None) == "empty"


@pytest.mark.parametrize(
    ("text", "why"),
    [("not JSON", "it is not JSON"), ('{"username": "boss"}', "'password' is missing"), ("[]", "indices")],
)
def test_a_secret_without_a_password_is_said_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    monkeypatch.setattr(generated, "master_secret", lambda client, name: "arn:secret")
    monkeypatch.setattr(generated, "read_secret", lambda client, arn: text)
    app = SimpleNamespace(aws=lambda region: SimpleNamespace(client=lambda service: None))
    wanted = MadePassword(1, in_secret=True, in_cluster=False)
    with pytest.raises(OperationFailed, match="The secret arn:secret holds no master password") as caught:
        variables_of(cast("Any", app), resolved().spec, wanted)
    assert why in caught.value.message
    monkeypatch.setattr(generated, "read_secret", lambda client, arn: '{"password": "kept"}')
    assert variables_of(cast("Any", app), resolved().spec, wanted) == {"master_password": "kept"}
