"""The network of a cluster: our own VPC, closed and public, or one that is there; who may connect; where instances stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.harness import Aurora
from tests.sandbox.aws_view import Seen, changing_calls, last_call, spec_file
from tests.sandbox.emulator import Account

pytestmark = pytest.mark.sandbox
ZONES = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


@pytest.fixture(scope="module")
def seen(aurora: Aurora) -> Seen:
    """The emulator, running."""
    aurora.ok("sandbox", "start")
    return Seen(aurora)


@pytest.fixture(scope="module")
def account(aurora: Aurora, seen: Seen) -> Account:
    """The account, to make what was there before."""
    return Account(aurora.emulator)


@pytest.fixture(scope="module")
def there(account: Account) -> tuple[str, list[str], str]:
    """A VPC with three subnets, a security group, and the DB subnet group `there`: not made by us."""
    return account.network("there")


def settled(aurora: Aurora, name: str) -> bool:
    """The next plan is empty."""
    return aurora.run("plan", name, "--exit-code").status == 0


def routes_to_gateways(seen: Seen, vpc: str) -> list[dict[str, Any]]:
    """Routes of a VPC that lead out of it."""
    tables = seen.in_vpc("route_tables", "RouteTables", vpc)
    return [r for t in tables for r in t["Routes"] if r.get("GatewayId", "local") != "local"]


def sources(seen: Seen, name: str) -> dict[str, tuple[int, int]]:
    """Source -> ports, of the cluster's own security group."""
    return {_source(r): (r["FromPort"], r["ToPort"]) for r in seen.ingress(seen.own_group(name))}


def _source(rule: dict[str, Any]) -> str:
    group = rule.get("ReferencedGroupInfo", {}).get("GroupId")
    return str(rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId") or group)


@pytest.fixture(scope="module")
def own(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The cluster `own` in a VPC of its own, with two zones."""
    file = spec_file(
        tmp_path_factory.mktemp("specs"),
        name="own",
        instances={"readers": 2},
        network={"cidr": "10.9.0.0/20", "zones": 2, "allow": ["10.9.0.0/20"]},
    )
    aurora.ok("create", "-f", str(file), "--yes")
    return Seen(aurora)


def test_two_zones_and_no_way_out(own: Seen) -> None:
    vpc = own.vpc("own")
    assert vpc["CidrBlock"] == "10.9.0.0/20"
    subnets = own.in_vpc("subnets", "Subnets", vpc["VpcId"])
    assert sorted(s["AvailabilityZone"] for s in subnets) == ZONES[:2]
    assert not any(s["MapPublicIpOnLaunch"] for s in subnets)
    assert routes_to_gateways(own, vpc["VpcId"]) == []
    group = own.rds.describe_db_subnet_groups(DBSubnetGroupName="own")["DBSubnetGroups"][0]
    assert {s["SubnetIdentifier"] for s in group["Subnets"]} == {s["SubnetId"] for s in subnets}


def test_readers_are_spread_over_the_zones(own: Seen) -> None:
    assert list(own.zones("own").values()) == [ZONES[0], ZONES[1], ZONES[0]]


def test_only_the_named_source_reaches_the_port(own: Seen) -> None:
    assert sources(own, "own") == {"10.9.0.0/20": (5432, 5432)}
    attached = [g["VpcSecurityGroupId"] for g in own.cluster("own")["VpcSecurityGroups"]]
    assert attached == [own.own_group("own")]


def test_every_kind_of_source(aurora: Aurora, own: Seen, account: Account) -> None:
    vpc = own.vpc("own")["VpcId"]
    group = account.ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
    prefixes = account.ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/24"}]
    )["PrefixList"]["PrefixListId"]
    kept = next(r["SecurityGroupRuleId"] for r in own.ingress(own.own_group("own")))
    wanted = ["10.9.0.0/20", "2001:DB8::/32", group, prefixes]
    aurora.ok("allow", "own", *wanted, "--yes")
    assert set(sources(own, "own")) == {"10.9.0.0/20", "2001:db8::/32", group, prefixes}
    assert set(sources(own, "own").values()) == {(5432, 5432)}
    assert kept in [r["SecurityGroupRuleId"] for r in own.ingress(own.own_group("own"))]
    assert settled(aurora, "own")
    aurora.ok("deny", "own", "2001:db8::/32", group, prefixes, "--yes")
    assert set(sources(own, "own")) == {"10.9.0.0/20"}
    account.ec2.delete_security_group(GroupId=group)


def test_public_access_is_asked_for_and_warned_about(aurora: Aurora, own: Seen) -> None:
    words = ("own", "--set", "network.public_access=true", "-o", "json")
    plan = aurora.ok("plan", *words).data
    assert "network.public_access" in [w["path"] for w in plan["warnings"]]
    assert "exposed" in [f["effect"] for f in plan["findings"]]
    aurora.ok("apply", *words, "--yes")
    assert all(i["PubliclyAccessible"] for i in own.instances("own").values())
    vpc = own.vpc("own")["VpcId"]
    gateways = own.ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])
    gateway = gateways["InternetGateways"][0]["InternetGatewayId"]
    assert [(r["DestinationCidrBlock"], r["GatewayId"]) for r in routes_to_gateways(own, vpc)] == [
        ("0.0.0.0/0", gateway)
    ]
    tables = own.in_vpc("route_tables", "RouteTables", vpc)
    out = next(t for t in tables if any(r.get("GatewayId") == gateway for r in t["Routes"]))
    subnets = {s["SubnetId"] for s in own.in_vpc("subnets", "Subnets", vpc)}
    assert {a["SubnetId"] for a in out["Associations"]} == subnets
    assert settled(aurora, "own")


def test_and_closed_again(aurora: Aurora, own: Seen) -> None:
    before = last_call(aurora)
    aurora.ok("apply", "own", "--set", "network.public_access=false", "--yes")
    calls = changing_calls(aurora, before)
    assert calls.index("DetachInternetGateway") > max(i for i, call in enumerate(calls) if call == "ModifyDBInstance")
    vpc = own.vpc("own")["VpcId"]
    assert not any(i["PubliclyAccessible"] for i in own.instances("own").values())
    assert routes_to_gateways(own, vpc) == []
    assert settled(aurora, "own")


def test_nothing_of_the_network_is_left(aurora: Aurora, own: Seen) -> None:
    vpc = own.vpc("own")["VpcId"]
    aurora.ok("destroy", "own", "--confirm", "own")
    assert own.ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Vpcs"] == []
    assert own.in_vpc("subnets", "Subnets", vpc) == []


def test_three_zones_by_name(aurora: Aurora, seen: Seen, tmp_path: Path) -> None:
    file = spec_file(tmp_path, name="wide", instances={"readers": 3}, network={"zones": ZONES[::-1]})
    aurora.ok("create", "-f", str(file), "--yes")
    subnets = seen.in_vpc("subnets", "Subnets", seen.vpc("wide")["VpcId"])
    assert sorted(s["AvailabilityZone"] for s in subnets) == ZONES
    assert list(seen.zones("wide").values()) == [*ZONES[::-1], ZONES[2]]
    assert sources(seen, "wide") == {}
    assert settled(aurora, "wide")


def test_existing_subnets_and_security_groups(
    aurora: Aurora, seen: Seen, there: tuple[str, list[str], str], tmp_path: Path
) -> None:
    vpc, subnets, group = there
    words = [word for subnet in subnets for word in ("--subnet-id", subnet)]
    aurora.ok(
        *("--region", "eu-west-1", "create", "guest", "--engine", "mysql", "--readers", "1", "--vpc-id", vpc, *words),
        *("--security-group-id", group, "--allow-cidr", "10.0.0.0/16", "--yes"),
    )
    attached = {g["VpcSecurityGroupId"] for g in seen.cluster("guest")["VpcSecurityGroups"]}
    assert attached == {group, seen.own_group("guest")}
    assert sources(seen, "guest") == {"10.0.0.0/16": (3306, 3306)}
    assert seen.cluster("guest")["DBSubnetGroup"] == "guest"
    assert len(set(seen.zones("guest").values())) == 2
    assert settled(aurora, "guest")
    aurora.ok("destroy", "guest", "--confirm", "guest", "--skip-final-snapshot")
    assert {s["SubnetId"] for s in seen.in_vpc("subnets", "Subnets", vpc)} == set(subnets)
    assert group in {g["GroupId"] for g in seen.in_vpc("security_groups", "SecurityGroups", vpc)}
    assert seen.snapshots("guest") == []


def test_an_existing_subnet_group(aurora: Aurora, seen: Seen, there: tuple[str, list[str], str]) -> None:
    vpc, subnets, _ = there
    aurora.ok(
        *("--region", "eu-west-1", "create", "lodger", "--engine", "postgres", "--readers", "2"),
        *("--vpc-id", vpc, "--subnet-group", "there", "--yes"),
    )
    assert seen.cluster("lodger")["DBSubnetGroup"] == "there"
    assert sorted(seen.zones("lodger").values()) == ZONES
    assert {s["SubnetId"] for s in seen.in_vpc("subnets", "Subnets", vpc)} == set(subnets)
    assert settled(aurora, "lodger")
    aurora.ok("destroy", "lodger", "--confirm", "lodger")
    groups = seen.rds.describe_db_subnet_groups(DBSubnetGroupName="there")["DBSubnetGroups"]
    assert [g["DBSubnetGroupName"] for g in groups] == ["there"]


@pytest.mark.thorough
def test_a_cluster_moves_to_another_subnet_group(
    aurora: Aurora, seen: Seen, there: tuple[str, list[str], str], account: Account
) -> None:
    vpc, subnets, _ = there
    words = ("--region", "eu-west-1", "create", "mover", "--engine", "postgres", "--readers", "1")
    aurora.ok(*words, "--vpc-id", vpc, "--subnet-group", "there", "--yes")
    account.rds.create_db_subnet_group(
        DBSubnetGroupName="away", DBSubnetGroupDescription="away", SubnetIds=[subnets[0], subnets[1]]
    )
    account.network("foreign")
    before = seen.cluster("mover")
    stopped = aurora.run("apply", "mover", "--set", "network.subnet_group=away", "--yes")
    assert "aurora-cli move mover --subnet-group GROUP" in " ".join(stopped.err.split())
    assert "is in" in aurora.run("move", "mover", "--subnet-group", "foreign", "--yes").err
    aurora.ok("move", "mover", "--subnet-group", "away", "--yes")
    after = seen.cluster("mover")
    assert (after["DBSubnetGroup"], after["VpcSecurityGroups"]) == ("away", before["VpcSecurityGroups"])
    assert after["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert settled(aurora, "mover")
    aurora.ok("destroy", "mover", "--confirm", "mover", "--skip-final-snapshot")


def test_a_network_that_is_not_there_is_said_plainly(aurora: Aurora, seen: Seen) -> None:
    failed = aurora.run(
        *("--region", "eu-west-1", "create", "nowhere", "--engine", "postgres", "--vpc-id", "vpc-00000000"),
        *("--subnet-id", "subnet-00000001", "--subnet-id", "subnet-00000002", "--yes", "-o", "json"),
    )
    assert failed.status == 1
    assert failed.data["error"]["hint"]
    assert "Traceback" not in failed.err
    assert "nowhere" not in seen.cluster_names()
