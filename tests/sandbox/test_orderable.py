"""What AWS does not offer stops a create before anything is made; so does nothing that AWS could not be asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import Aurora
from tests.sandbox.aws_view import changing_calls, last_call, spec_file
from tests.sandbox.emulator import Account

pytestmark = pytest.mark.sandbox
CREATE = ("--region", "eu-west-1", "create", "shop", "--engine", "mysql", "--class", "db.t4g.medium", "--yes")


def test_what_is_not_offered_is_refused_before_anything_is_made(aurora: Aurora) -> None:
    mark = last_call(aurora) if aurora.json("sandbox", "start")["running"] else 0
    refused = aurora.run(*CREATE, "--insights", "standard")
    assert refused.status == 2
    assert "db.t4g.medium does not support Database Insights" in refused.err
    assert "nearest that can be: db.t4g.large" in refused.err
    assert "--skip-check orderable" in refused.err
    assert changing_calls(aurora, mark) == []
    assert aurora.json("list")["clusters"] == []


def test_it_is_one_call_a_version_and_only_where_it_matters(aurora: Aurora) -> None:
    actions = ("DescribeDBEngineVersions", "DescribeOrderableDBInstanceOptions")

    def asked(since: int) -> set[str]:
        return {call["action"] for call in aurora.emulator.calls(since=since, service="rds")} & set(actions)

    mark = last_call(aurora)
    aurora.ok(*CREATE)
    assert asked(mark) == set(actions)
    mark = last_call(aurora)
    aurora.ok("apply", "shop", "--set", "tags.team=a", "--yes")
    assert asked(mark) == set()
    assert aurora.run("apply", "shop", "--insights", "standard", "--yes").status == 2
    assert asked(mark) == set(actions)
    let = aurora.run("apply", "shop", "--insights", "standard", "--skip-check", "orderable", "--dry-run")
    assert let.status == 0, let.err


def test_without_permission_the_packaged_table_counts(aurora: Aurora) -> None:
    aurora.ok(
        "sandbox",
        "faults",
        "add",
        "access_denied",
        "--service",
        "rds",
        "--action",
        "DescribeOrderableDBInstanceOptions",
    )
    done = aurora.run("apply", "shop", "--insights", "standard", "--dry-run")
    aurora.ok("sandbox", "faults", "clear")
    assert done.status == 0, done.err
    assert "The orderable options could not be read from AWS; the packaged table of 20" in " ".join(done.err.split())
    aurora.ok("destroy", "shop", "--confirm", "shop", "--skip-final-snapshot")


@pytest.mark.thorough
def test_zones_without_the_class_are_refused_however_they_are_given(aurora: Aurora, tmp_path: Path) -> None:
    _, subnets, _ = Account(aurora.emulator, "us-east-1").network("there", zones="ef")
    for network in ({"zones": ["us-east-1e", "us-east-1f"]}, {"subnet_ids": subnets}, {"subnet_group": "there"}):
        file = spec_file(tmp_path, name="capitol", region="us-east-1", instances={"acu": "0.5-4"}, network=network)
        refused = aurora.run("create", "-f", str(file), "--yes")
        assert refused.status == 2, refused.err
        assert "us-east-1e has no db.serverless" in refused.err
        assert aurora.run("create", "-f", str(file), "--skip-check", "orderable", "--dry-run").status == 0


def test_scale_and_migrate_ask_as_create_does(aurora: Aurora) -> None:
    aurora.ok(*CREATE)
    mark = last_call(aurora)
    for words in (
        ("scale", "shop", "--class", "db.r9.large"),
        ("migrate", "to-provisioned", "shop", "--class", "db.r9.large"),
    ):
        refused = aurora.run(*words, "--yes")
        assert refused.status == 2
        assert "db.r9.large cannot be ordered" in refused.err
        assert aurora.run(*words, "--skip-check", "orderable", "--dry-run").status == 0, "the hint can be followed"
    assert changing_calls(aurora, mark) == []
