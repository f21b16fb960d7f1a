"""Passwords and names: 6 to 9."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.sandbox.aws_view import Seen, last_call, spec_file
from tests.unit.spec_cases import MYSQL, problems

sandbox = pytest.mark.sandbox
SECRET = "secretsmanager"


@pytest.fixture(scope="module")
def shop(aurora: Aurora, tmp_path_factory: pytest.TempPathFactory) -> Aurora:
    """The command, with a cluster whose password AWS manages."""
    values = {"database": "shop", "data_api": True, "deletion_protection": False, "credentials": {"rotation": "off"}}
    file = spec_file(tmp_path_factory.mktemp("specs"), name="shop", **values)
    made = aurora.run("create", "-f", str(file), "--yes", "-o", "json")
    assert made.status == 0, made.err
    (Path(aurora.home) / "created.txt").write_text(made.out + made.err)
    return aurora


@sandbox
def test_pain_06_no_rotation_in_one_run(shop: Aurora) -> None:
    arn = shop.cluster("shop")["MasterUserSecret"]["SecretArn"]
    assert shop.client(SECRET).describe_secret(SecretId=arn)["RotationEnabled"] is False
    said = (Path(shop.home) / "created.txt").read_text()
    password = shop.client(SECRET).get_secret_value(SecretId=arn)["SecretString"].split('"password"')[1].split('"')[1]
    assert arn in said
    assert password not in said
    assert shop.run("plan", "shop", "--exit-code").status == 0
    calls = [c["action"] for c in shop.emulator.calls(service=SECRET)]
    assert calls.count("CancelRotateSecret") == 1


@sandbox
def test_pain_06_how_often_is_said_when_the_cluster_is_made(shop: Aurora) -> None:
    new = ("--region", "eu-west-1", "create", "till", "--engine", "postgres", "--dry-run")
    remarks = " ".join(shop.json(*new)["remarks"])
    assert "rotates it every 7 days" in remarks
    assert "credentials.rotation: off" in remarks
    assert "every 30 days" in " ".join(shop.json(*new, "--set", "credentials.rotation.every=30d")["remarks"])


@sandbox
def test_pain_07_and_38_a_restore_takes_password_and_data_api_in_its_second_step(shop: Aurora) -> None:
    """38 as well: the flag of the Data API is lost on the way of a restore, and set again."""
    Seen(shop).rds.create_db_cluster_snapshot(DBClusterIdentifier="shop", DBClusterSnapshotIdentifier="monday")
    words = ("--region", "eu-west-1", "restore", "shop-back", "--from-snapshot", "monday")
    plan = shop.json(*words, "--dry-run")
    assert "a new master password" in plan["steps"][0]
    assert "the Data API" in plan["steps"][0]
    before = last_call(shop)
    shop.ok(*words, "--yes")
    restored = shop.cluster("shop-back")
    assert restored["MasterUserSecret"]["SecretArn"] != shop.cluster("shop")["MasterUserSecret"]["SecretArn"]
    assert restored["HttpEndpointEnabled"] is True
    (call,) = [c for c in shop.emulator.calls(since=before) if c["action"] == "RestoreDBClusterFromSnapshot"]
    assert not {"MasterUsername", "DatabaseName"} & set(call["parameters"])
    assert shop.run("plan", "shop-back", "--exit-code").status == 0
    shop.ok("destroy", "shop-back", "--confirm", "shop-back", "--skip-final-snapshot")


def test_pain_08_what_serverless_v1_and_others_do_not_take_is_told_before_rendering() -> None:
    v1 = {"serverless_v1.enable_data_api": True}
    assert any(p.severity == "error" and "Serverless v1" in p.message for p in problems(v1))
    replica = {
        "source.replica_of": "arn:aws:rds:eu-west-1:123456789012:db:old",
        "credentials.rotation.every": "30d",
    }
    assert any(p.severity == "error" and p.path.startswith("credentials") for p in problems(replica))
    given = {"credentials.password": "given", "credentials.rotation.every": "30d"}
    assert any(p.path == "credentials.rotation" for p in problems(given))


@pytest.mark.parametrize(
    ("changes", "base", "says", "proposes"),
    [
        ({"username": "rdsadmin"}, MYSQL, "reserves the user name `rdsadmin`", "`dbadmin`"),
        ({"username": "admin"}, None, "aurora-postgresql reserves the user name `admin`", "`postgres`"),
        ({"username": "pg_shop"}, None, "reserves the user name `pg_shop`", "`postgres`"),
        ({"username": "a" * 64}, None, "1 to 63 letters", "`" + "a" * 16 + "`"),
        ({"database": "my-shop"}, None, "a letter, then letters, digits and _", "`my_shop`"),
    ],
)
def test_pain_09_a_reserved_name_is_refused_with_a_legal_one(
    changes: dict[str, str], base: dict[str, object] | None, says: str, proposes: str
) -> None:
    found = problems(changes, base) if base else problems(changes)
    (problem,) = [p for p in found if p.severity == "error"]
    assert says in problem.message
    assert proposes in (problem.hint or "")
    proposed = {next(iter(changes)): (problem.hint or "").split("`")[1]}
    again = problems(proposed, base) if base else problems(proposed)
    assert [p for p in again if p.severity == "error"] == []
