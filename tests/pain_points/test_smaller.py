"""The smaller ones, and frequent: 38 to 41."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from aurora_cli.aws.cluster.topology import Topology
from aurora_cli.operations.pipeline import provider_fixes
from aurora_cli.operations.preflight.orderable import breaches
from aurora_cli.spec.facts.features import FEATURES
from tests.harness import Aurora
from tests.observe import slowly, watched
from tests.pain_points.rendered import cluster, files_of, resources
from tests.unit.spec_cases import MYSQL, problems, resolved
from tests.unit.test_operations_orderable import offers

sandbox = pytest.mark.sandbox
OLD, NEW = "rds-ca-rsa2048-g1", "rds-ca-ecc384-g1"
LATENCY_S = 0.5
CREATE = ("--region", "eu-west-1", "create", "shop", "--engine", "postgres", "--readers", "1", "--yes")
LAMBDA = {"services.lambda.functions": ["arn:aws:lambda:eu-west-1:123456789012:function:price"]}


@pytest.fixture(scope="module")
def shop(aurora: Aurora) -> Aurora:
    """The command, with a writer and a reader."""
    aurora.ok(*CREATE, "--set", "deletion_protection=false", "--insights", "standard", "--class", "db.r7g.large")
    return aurora


@sandbox
def test_pain_39_static_parameters_wait_per_instance_for_a_rolling_restart(shop: Aurora) -> None:
    """The restart itself, one at a time, is in tests/sandbox/test_operations_roles.py."""
    values = {"parameters.cluster.max_connections": 200, "parameters.cluster.log_min_duration_statement": 500}
    text = files_of(values)["parameters.tf"]
    blocks = [b.attributes for g in resources("aws_rds_cluster_parameter_group", values) for b in g.nested("parameter")]
    methods = {b["name"].strip('"'): b["apply_method"].strip('"') for b in blocks}
    assert methods["max_connections"] == "pending-reboot", text
    assert methods["log_min_duration_statement"] == "immediate"
    shop.ok("apply", "shop", "--set", "parameters.cluster.max_connections=200", "--yes")
    assert shop.run("plan", "shop", "--exit-code").status == 0
    status = shop.json("status", "shop")
    assert [i["id"] for i in status["instances"] if i["waits_for_reboot"]] == ["shop-1", "shop-2"]
    assert "Changed parameters are pending a reboot of shop-1, shop-2." in " ".join(status["warnings"])
    text = " ".join(shop.ok("status", "shop").out.split())
    assert "aurora-cli --sandbox reboot shop --rolling" in text
    plan = shop.json("reboot", "shop", "--rolling", "--dry-run")
    assert [s["name"] for s in plan["sequence"]] == ["reboot shop-2", "failover shop-2", "reboot shop-1"]


@sandbox
def test_pain_41_certificates_end_in_the_status_and_change_one_instance_at_a_time(shop: Aurora) -> None:
    status = shop.json("status", "shop")
    assert {i["certificate"] for i in status["instances"]} == {OLD}
    assert status["upkeep"]["authority_ends"].startswith("2061-05-")
    assert "its authority until" in " ".join(shop.ok("status", "shop").out.split())
    writer = shop.writer("shop")
    reader = next(name for name in shop.instances("shop") if name != writer)
    with slowly(shop, LATENCY_S), watched(shop, "shop") as seen:
        done = shop.json("rotate-ca", "shop", "--to", NEW, "--yes")
    assert seen.calls == [("ModifyDBInstance", reader), ("ModifyDBInstance", writer)]
    assert seen.most_away == 1
    assert "without a restart" in done["sequence"][0]["text"]
    assert {i["CACertificateIdentifier"] for i in shop.instances("shop").values()} == {NEW}
    assert shop.json("spec", "show", "shop")["spec"]["instances"]["ca_certificate"] == NEW
    assert shop.run("plan", "shop", "--exit-code").status == 0
    assert shop.json("rotate-ca", "shop", "--to", NEW, "--yes")["changed"] is False
    refused = shop.run("rotate-ca", "shop", "--to", "rds-ca-2019", "--yes")
    assert refused.status == 2
    assert NEW in refused.err


@sandbox
def test_pain_41_a_file_that_names_another_authority_points_to_the_rolling_way(shop: Aurora) -> None:
    plan = shop.json("apply", "shop", "--set", f"instances.ca_certificate={OLD}", "--dry-run")
    assert f"aurora-cli rotate-ca shop --to {OLD}" in " ".join(plan["remarks"])


@sandbox
def test_pain_41_insights_are_one_unit_and_standard_storage_differs_in_nothing(shop: Aurora) -> None:
    live = shop.cluster("shop")
    assert (live["PerformanceInsightsEnabled"], live["DatabaseInsightsMode"]) == (True, "standard")
    assert "StorageType" not in live, "the premise: AWS reports no type for Standard"
    together = {"performance_insights_enabled", "database_insights_mode", "performance_insights_retention_period"}
    assert together <= set(cluster({"monitoring.insights.mode": "advanced"}).attributes)
    assert not together & set(cluster().attributes)
    assert shop.run("plan", "shop", "--exit-code").status == 0


@sandbox
def test_pain_38_the_data_api_is_set_and_looked_at_after_the_apply(shop: Aurora) -> None:
    shop.ok("apply", "shop", "--data-api", "--set", "extended_support=false", "--yes")
    live = shop.cluster("shop")
    assert live["HttpEndpointEnabled"] is True
    assert live["EngineLifecycleSupport"] == "open-source-rds-extended-support-disabled", (
        "the provider does not send it"
    )
    assert shop.run("plan", "shop", "--exit-code").status == 0


def test_pain_38_a_flag_that_was_ignored_is_set_again() -> None:
    live = Topology("orders", "arn:cluster", "available", "aurora-postgresql", "17.7", 5432, ())
    calls: list[str] = []
    rds = SimpleNamespace(enable_http_endpoint=lambda ResourceArn: calls.append(ResourceArn))  # noqa: N803 - AWS's name
    app: Any = SimpleNamespace(aws=lambda region: SimpleNamespace(client=lambda service: rds))
    said: list[Any] = []
    assert provider_fixes.fix_provider_gaps(app, resolved({"data_api": True}).spec, live, said.append) is True
    assert calls == ["arn:cluster"]
    assert "The Data API is off; enabling it" in said[0].text
    assert provider_fixes.fix_provider_gaps(app, resolved().spec, live, said.append) is False


def test_pain_38_a_version_without_the_data_api_is_refused_first() -> None:
    found = problems({"data_api": True, "engine_version": "15.2"})
    assert ("error", "data_api") in [(p.severity, p.path) for p in found]


def test_pain_40_roles_are_associations_one_for_each_feature_under_its_name() -> None:
    both = {**LAMBDA, "services.s3_export.buckets": ["reports"]}
    assert "iam_roles" not in cluster(both).attributes
    (block,) = resources("aws_rds_cluster_role_association", both)
    assert block.attributes["feature_name"] == "${each.value.feature}"
    assert '"Lambda"' in files_of(both)["services.tf"]
    assert '"s3Export"' in files_of(both)["services.tf"]
    (mysql,) = resources("aws_rds_cluster_role_association", LAMBDA, MYSQL)
    assert "feature_name" not in mysql.attributes


def test_pain_40_the_names_are_asked_of_aws_before_the_plan() -> None:
    wanted = resolved({"instances.class": "db.r7g.large", **LAMBDA}).spec
    some = replace(offers("db.r7g.large"), features=frozenset({"s3Import", "s3Export"}))
    ((path, message, hint),) = breaches(wanted, some)
    assert path == "services.lambda"
    assert message == "aurora-postgresql 17.7 does not support a role for Lambda in eu-west-1"
    assert hint == "it supports roles for: s3Export, s3Import"
    every = replace(some, features=frozenset(FEATURES["aurora-postgresql"].values()))
    assert list(breaches(wanted, every)) == []
    assert list(breaches(wanted, replace(some, features=None))) == []
