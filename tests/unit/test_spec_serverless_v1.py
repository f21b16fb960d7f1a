"""Serverless v1: refused with the reason, checked, turned into Serverless v2, and read from the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.errors import SpecInvalid
from aurora_cli.operations.migrate.serverless_v1_spec import spec_text
from aurora_cli.spec.model.serverless_v1 import ServerlessV1
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.text.load import load_yaml
from tests.unit.conftest import Run
from tests.unit.sign_in_cases import SERVERLESS_V1, V1
from tests.unit.spec_cases import POSTGRES, layers, problems

EXAMPLE = Path(__file__).parents[2] / "examples" / "refused" / "serverless-v1.yaml"
PROPERTIES = {
    "engine",
    "backup_retention",
    "cluster_identifier",
    "copy_tags_to_snapshot",
    "credentials",
    "default_database_name",
    "deletion_protection",
    "enable_data_api",
    "parameter_group",
    "removal_policy",
    "scaling",
    "security_groups",
    "storage_encryption_key",
    "subnet_group",
    "vpc",
    "vpc_subnets",
}
"""CDK's ServerlessClusterProps."""


def equivalent(changes: dict[str, Any], base: dict[str, Any] = POSTGRES) -> tuple[str, dict[str, Any]]:
    """The text of the equivalent, and the values in it."""
    with pytest.raises(SpecInvalid) as caught:
        resolve(layers(changes, base))
    text = caught.value.equivalent
    assert text is not None
    return text, load_yaml(text, source="equivalent.yaml").values


def test_each_property_of_cdk_has_its_place() -> None:
    assert set(ServerlessV1.model_fields) == PROPERTIES


def test_the_refusal_says_why_and_what_to_take_instead(run: Run) -> None:
    done = run("validate", "-f", str(EXAMPLE))
    assert done.status == 2
    assert "AWS has created no new Serverless v1 clusters since 2025-01-08; its end of life was 2025-03-31" in done.err
    assert "An equivalent spec, ready to use:" in done.err
    assert "acu: 0-64" in done.err
    alone = run("spec", "from-serverless-v1", str(EXAMPLE))
    assert alone.status == 0
    made = resolve([load_yaml(alone.out, source="new.yaml")]).spec
    assert (made.instances.class_, made.instances.pause_after) == ("db.serverless", 600)
    assert made.engine_version == "8.0.mysql_aurora.3.10.3"
    assert (made.database, made.username, made.backup.retention) == ("reports", "reportsadmin", 7)
    assert made.network.subnet_ids == ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"]
    assert made.data_api


def test_it_is_refused_before_anything_is_made(run: Run) -> None:
    for command in ("create", "apply", "plan"):
        words = [command, "-f", str(EXAMPLE), *(["--yes"] if command != "plan" else [])]
        done = run(*words)
        assert (done.status, "no new Serverless v1 clusters" in done.err) == (2, True)


def test_a_skipped_check_does_not_let_it_through() -> None:
    found = problems({"serverless_v1.enable_data_api": True}, skip_checks=["serverless-v1"])
    assert {p.check for p in found if p.severity == "error"} == {"serverless-v1", "skip-checks"}


@pytest.mark.parametrize(("base", "name", "changes", "path", "text"), SERVERLESS_V1)
def test_the_rule_says_what_is_wrong(
    base: dict[str, Any], name: str, changes: dict[str, Any], path: str, text: str
) -> None:
    (found,) = [p for p in problems(changes, base) if p.check == name]
    assert (found.path, text in found.message, found.severity) == (path, True, "error"), found.message
    assert found.hint


def test_capacity_and_pause_of_the_equivalent() -> None:
    _, plain = equivalent({f"{V1}.auto_pause": 0, f"{V1}.min_capacity": 4, f"{V1}.max_capacity": 32})
    assert plain["instances"] == {"class": "db.serverless", "acu": "4-32"}
    text, large = equivalent({f"{V1}.max_capacity": 384, f"{V1}.timeout_action": "FORCE_APPLY_CAPACITY_CHANGE"})
    assert large["instances"] == {"class": "db.serverless", "acu": "0-256", "pause_after": "5m"}
    assert "384 ACU are more than Serverless v2 supports" in text
    assert "`timeout_action` have no equivalent" in text
    text, old = equivalent({"engine_version": "13.9", f"{V1}.auto_pause": "1h"})
    assert (old["engine_version"], old["instances"]["acu"]) == ("13.9", "0.5-16")
    assert "13.9 cannot pause (this requires 13.15 or later)" in text


def test_what_stays_at_the_end() -> None:
    _, gone = equivalent({"serverless_v1.removal_policy": "DESTROY"})
    assert (gone["backup"], gone["deletion_protection"]) == ({"final_snapshot": False}, False)
    _, kept = equivalent({"serverless_v1.removal_policy": "retain"})
    assert kept["deletion_protection"] is True


def test_a_cluster_of_the_api_becomes_a_spec_that_becomes_serverless_v2() -> None:
    cluster = {
        "DBClusterIdentifier": "old",
        "Engine": "aurora-postgresql",
        "EngineVersion": "13.12",
        "EngineMode": "serverless",
        "MasterUsername": "postgres",
        "DatabaseName": "old",
        "BackupRetentionPeriod": 3,
        "DBClusterParameterGroup": "default.aurora-postgresql13",
        "DBSubnetGroup": "old-subnets",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a1b2c3d4e5f60713", "Status": "active"}],
        "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/0d1e2f3a-0000-4000-8000-0123456789ab",
        "HttpEndpointEnabled": True,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": True,
        "TagList": [{"Key": "team", "Value": "a"}, {"Key": "aws:cloudformation:stack-name", "Value": "b"}],
        "ScalingConfigurationInfo": {
            "MinCapacity": 2,
            "MaxCapacity": 8,
            "AutoPause": True,
            "SecondsUntilAutoPause": 900,
            "TimeoutAction": "RollbackCapacityChange",
            "SecondsBeforeTimeout": 300,
        },
    }
    layer = load_yaml(spec_text(cluster, "eu-west-1"), source="old.yaml")
    assert layer.values["serverless_v1"]["scaling"]["auto_pause"] == 900
    assert "parameter_group" not in layer.values["serverless_v1"]
    assert layer.values["tags"] == {"team": "a"}
    with pytest.raises(SpecInvalid) as caught:
        resolve([layer])
    assert [p.check for p in caught.value.problems if p.severity == "error"] == ["serverless-v1"]
    made = resolve([load_yaml(str(caught.value.equivalent), source="new.yaml")]).spec
    assert made.network.subnet_group == "old-subnets"
    assert (made.instances.pause_after, made.deletion_protection, made.data_api) == (900, True, True)
