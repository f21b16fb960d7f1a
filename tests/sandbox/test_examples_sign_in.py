"""The examples on signing in, and the one in its surroundings: made, planned again, changed, planned again, destroyed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.harness import Aurora, Outcome
from tests.observe import holding
from tests.sandbox.aws_view import EXAMPLES, last_call

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]
FIRST, SECOND, THIRD = "Quite-Secret-0001", "Quite-Secret-0002", "Quite-Secret-0003"


def settled(aurora: Aurora, name: str) -> None:
    plan = aurora.run("plan", name, "--exit-code", "-o", "json")
    assert plan.status == 0, plan.out + plan.err
    assert plan.data["changes"] is False


def destroyed(aurora: Aurora, name: str) -> None:
    aurora.ok("destroy", name, "--confirm", name, "--skip-final-snapshot")
    assert aurora.client("rds").describe_db_clusters()["DBClusters"] == []


def sent_passwords(aurora: Aurora, since: int) -> list[str]:
    """The actions that carried a master password to AWS."""
    calls = aurora.emulator.calls(since=since, service="rds")
    return [call["action"] for call in calls if "MasterUserPassword" in call["parameters"]]


def test_a_given_password_reaches_aws_and_nothing_else(aurora: Aurora) -> None:
    file = str(EXAMPLES / "given-password.yaml")
    refused = aurora.run("create", "-f", file, "--yes")
    assert refused.status == 2
    assert "The master password of ledger must be given, and none was given." in refused.err

    done = [aurora.ok("create", "-f", file, "--yes", env={"AURORA_MASTER_PASSWORD": FIRST})]
    assert sent_passwords(aurora, 0) == ["CreateDBCluster"]
    assert "MasterUserSecret" not in aurora.cluster("ledger")
    settled(aurora, "ledger")

    mark = last_call(aurora)
    again = aurora.json("apply", "-f", file, "--yes", env={"AURORA_MASTER_PASSWORD": SECOND})
    assert again["changed"] is False
    assert sent_passwords(aurora, mark) == []

    done.append(aurora.ok("rotate-password", "ledger", "--password-stdin", "--yes", stdin=f"{SECOND}\n"))
    assert sent_passwords(aurora, mark) == ["ModifyDBCluster"]
    assert "version of the given password: 1" in done[-1].err
    settled(aurora, "ledger")
    leaves_no_trace(aurora, done)


def leaves_no_trace(aurora: Aurora, done: list[Outcome]) -> None:
    """No file of the home and no output has a password; then the cluster goes, and there is still none."""
    assert not re.search("Quite-Secret", "".join(one.out + one.err for one in done))
    assert holding(aurora.home, '"terraform_version"'), "there is a state"
    assert holding(aurora.home, FIRST, SECOND, THIRD) == []
    destroyed(aurora, "ledger")
    assert holding(aurora.home, "Quite-Secret") == []


def test_a_password_changes_hands_in_one_apply(aurora: Aurora) -> None:
    file = str(EXAMPLES / "given-password.yaml")
    done = [aurora.ok("create", "-f", file, "--set", "credentials.password=managed", "--yes")]
    done.append(aurora.ok("apply", "ledger", "--password-stdin", "--yes", stdin=THIRD))
    assert "The secret of the master password is deleted" in done[-1].err
    assert "MasterUserSecret" not in aurora.cluster("ledger")
    settled(aurora, "ledger")
    done.append(aurora.ok("apply", "ledger", "--set", "credentials.password=managed", "--yes"))
    assert "AWS replaces the given master password" in done[-1].err
    assert aurora.cluster("ledger")["MasterUserSecret"]["SecretStatus"] == "active"
    settled(aurora, "ledger")
    leaves_no_trace(aurora, done)


def test_a_password_is_asked_for_in_its_own_way(aurora: Aurora) -> None:
    words = ("--region", "eu-west-1", "create", "mine", "--engine", "postgres", "--password-stdin", "--yes")
    bad = aurora.run(*words, stdin="has a space")
    assert (bad.status, "The master password has a space, which AWS does not allow." in bad.err) == (2, True)
    assert "has a space," not in bad.out
    empty = aurora.run(*words, stdin="")
    assert (empty.status, "standard input is empty" in empty.err) == (2, True)
    both = aurora.run("create", "-f", "-", "--password-stdin", "--yes", stdin="name: x")
    assert (both.status, "both read standard input" in both.err) == (2, True)
    assert aurora.json("list")["clusters"] == []


@pytest.fixture
def made(aurora: Aurora, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of the example's cluster, which is there and fits its spec; destroyed afterwards."""
    file = EXAMPLES / f"{request.param}.yaml"
    name = str(YAML(typ="safe").load(file.read_text())["name"])
    aurora.ok("create", "-f", str(file), "--yes")
    settled(aurora, name)
    yield name
    settled(aurora, name)
    destroyed(aurora, name)


def policy(aurora: Aurora) -> dict[str, Any] | None:
    """The document of the only policy of the account."""
    iam = aurora.client("iam")
    found = iam.list_policies(Scope="Local")["Policies"]
    if not found:
        return None
    (one,) = found
    version = iam.get_policy_version(PolicyArn=one["Arn"], VersionId=one["DefaultVersionId"])
    document: dict[str, Any] = version["PolicyVersion"]["Document"]
    return document if isinstance(document, dict) else json.loads(document)


@pytest.mark.parametrize("made", ["iam-users"], indirect=True)
def test_a_policy_lets_in_exactly_these_users(aurora: Aurora, made: str) -> None:
    cluster = aurora.cluster(made)
    where = f"arn:aws:rds-db:eu-west-1:123456789012:dbuser:{cluster['DbClusterResourceId']}"
    (statement,) = (policy(aurora) or {})["Statement"]
    assert statement["Action"] == "rds-db:connect"
    assert statement["Resource"] == [f"{where}/app", f"{where}/reporting"]
    secrets = aurora.client("secretsmanager")
    arn = cluster["MasterUserSecret"]["SecretArn"]
    assert secrets.describe_secret(SecretId=arn)["RotationEnabled"] is False

    fewer = ("--set", "credentials.iam_users=[app]")  # `--iam-user` adds one
    aurora.ok("apply", made, *fewer, "--set", "credentials.rotation=null", "--yes")
    (statement,) = (policy(aurora) or {})["Statement"]
    assert statement["Resource"] in ([f"{where}/app"], f"{where}/app")
    assert secrets.describe_secret(SecretId=arn)["RotationEnabled"] is True
    token = aurora.ok("connection", made, "--user", "app")
    assert token.out.startswith("postgresql://app@")
    assert "aws rds generate-db-auth-token --hostname" in token.err


def test_the_policy_went_with_its_cluster(aurora: Aurora) -> None:
    assert policy(aurora) is None


def test_rotation_is_off_in_the_run_that_asks_for_it(aurora: Aurora) -> None:
    aurora.ok("--region", "eu-west-1", "create", "calm", "--engine", "postgres", "--yes")
    arn = aurora.cluster("calm")["MasterUserSecret"]["SecretArn"]
    secrets = aurora.client("secretsmanager")
    assert secrets.describe_secret(SecretId=arn)["RotationEnabled"] is True
    plan = aurora.json("plan", "calm", "--set", "credentials.rotation=off")
    assert plan["changes"] is True
    assert plan["steps"] == ["Disable the rotation of the master password: it stays the same until you change it."]
    assert secrets.describe_secret(SecretId=arn)["RotationEnabled"] is True
    aurora.ok("apply", "calm", "--set", "credentials.rotation=off", "--yes")
    assert secrets.describe_secret(SecretId=arn)["RotationEnabled"] is False
    settled(aurora, "calm")

    before = secrets.get_secret_value(SecretId=arn)
    changed = aurora.json("rotate-password", "calm", "--yes")
    after = secrets.get_secret_value(SecretId=arn)
    assert after["SecretString"] != before["SecretString"]
    assert (changed["password"], changed["secret_arn"], changed["version"]) == ("managed", arn, after["VersionId"])
    assert json.loads(after["SecretString"])["password"] not in json.dumps(changed)
    assert secrets.describe_secret(SecretId=arn)["RotationEnabled"] is False
    typed = aurora.run("rotate-password", "calm", "--password-stdin", "--yes", stdin=FIRST)
    assert (typed.status, "AWS manages the master password of calm" in typed.err) == (2, True)
    destroyed(aurora, "calm")


@pytest.mark.parametrize("made", ["kerberos"], indirect=True)
def test_a_cluster_joins_its_directory(aurora: Aurora, made: str) -> None:
    (joined,) = aurora.cluster(made)["DomainMemberships"]
    assert (joined["Domain"], joined["IAMRoleName"]) == ("d-90670a1b2c", "intranet-eu-west-1-directory")
    iam = aurora.client("iam")
    attached = iam.list_attached_role_policies(RoleName=joined["IAMRoleName"])["AttachedPolicies"]
    assert [p["PolicyName"] for p in attached] == ["AmazonRDSDirectoryServiceAccess"]
    aurora.ok("apply", made, "--set", "credentials.domain.id=d-1234567890", "--yes")
    (joined,) = aurora.cluster(made)["DomainMemberships"]
    assert joined["Domain"] == "d-1234567890"
    settled(aurora, made)
    aurora.ok("apply", made, "--set", "credentials.domain=null", "--yes")
    assert aurora.cluster(made)["DomainMemberships"] == []


def test_a_cluster_in_its_surroundings(aurora: Aurora, tmp_path: Path) -> None:
    aurora.ok("sandbox", "start")
    zone = aurora.client("route53").create_hosted_zone(Name="db.example.com", CallerReference="1")["HostedZone"]["Id"]
    zone = zone.rpartition("/")[2]
    assert re.fullmatch(r"Z[A-Z0-9]{20,}", zone)
    ec2 = aurora.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="application", Description="app", VpcId=vpc)["GroupId"]
    yaml = YAML()
    spec = yaml.load(EXAMPLES / "connected.yaml")
    spec["dns"]["zone_id"] = zone
    spec["network"]["allow"][0]["source"] = group
    file = tmp_path / "tickets.yaml"
    yaml.dump(spec, file)
    aurora.ok("create", "-f", str(file), "--yes")
    settled(aurora, "tickets")
    records = aurora.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    names = {r["Name"]: r["ResourceRecords"][0]["Value"] for r in records if r["Type"] == "CNAME"}
    cluster = aurora.cluster("tickets")
    assert names == {
        "tickets.db.example.com.": cluster["Endpoint"],
        "tickets-ro.db.example.com.": cluster["ReaderEndpoint"],
    }
    aurora.ok("apply", "tickets", "--set", "dns.ttl=60", "--set", "credentials.rotation.duration=3h", "--yes")
    settled(aurora, "tickets")
    rotation = aurora.client("secretsmanager").describe_secret(SecretId=cluster["MasterUserSecret"]["SecretArn"])
    assert rotation["RotationRules"]["Duration"] == "3h"
    aurora.ok("apply", "tickets", "--set", "credentials.rotation=null", "--yes")
    rotation = aurora.client("secretsmanager").describe_secret(SecretId=cluster["MasterUserSecret"]["SecretArn"])
    assert (rotation["RotationEnabled"], rotation["RotationRules"]) == (True, {"AutomaticallyAfterDays": 7})
    destroyed(aurora, "tickets")
