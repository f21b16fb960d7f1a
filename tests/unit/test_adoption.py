"""An existing cluster as a spec, the shortest form of it, and what a plan may hold on an adoption."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aurora_cli.aws.cluster.discovery import DiscoveredCluster
from aurora_cli.errors import NotAdoptable, StateAtRisk
from aurora_cli.hcl.adoption import Bare, bare_resources, unchanged_resources
from aurora_cli.operations.adopt.differences import differences_of, refuse_differences, tagged_by
from aurora_cli.operations.adopt.extras import autoscaling_of, logs_of, rotation_of
from aurora_cli.operations.adopt.imports import imports_of
from aurora_cli.operations.adopt.members import instances_of, keys_of
from aurora_cli.operations.adopt.own_parameters import changes_groups, without_own_parameters
from aurora_cli.operations.adopt.preconditions import refuse
from aurora_cli.operations.adopt.unmanaged import unmanaged_of
from aurora_cli.operations.adopt.values import values_of
from aurora_cli.operations.recovery.imported_arguments import ARGUMENTS
from aurora_cli.spec.layers.layers import Layer
from aurora_cli.spec.resolve.minimal import dump_minimal
from aurora_cli.spec.resolve.resolve import resolve
from aurora_cli.spec.rules.all import check_names
from aurora_cli.spec.text.load import load_yaml
from aurora_cli.terraform.plan.plan import Plan
from aurora_cli.terraform.state.import_fixups import set_imported_values

ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:shop"
POLICY = {
    "PolicyName": "shop-cpu",
    "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 60.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "RDSReaderAverageCPUUtilization"},
        "ScaleInCooldown": 300,
        "ScaleOutCooldown": 60,
    },
}


def instance(identifier: str, **more: Any) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": identifier,
        "DBInstanceClass": "db.r7g.large",
        "DBInstanceStatus": "available",
        "AutoMinorVersionUpgrade": False,
        "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
        "PromotionTier": 1,
        "DBParameterGroups": [{"DBParameterGroupName": "default.aurora-postgresql16"}],
        **more,
    }


def existing(*instances: dict[str, Any], cluster: dict[str, Any] | None = None, **more: Any) -> DiscoveredCluster:
    found = {
        "DBClusterIdentifier": "shop",
        "DBClusterArn": ARN,
        "Status": "available",
        "Engine": "aurora-postgresql",
        "EngineVersion": "16.8",
        "MasterUsername": "postgres",
        "Port": 5432,
        "StorageEncrypted": True,
        "BackupRetentionPeriod": 7,
        "PreferredBackupWindow": "02:00-03:00",
        "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
        "DBSubnetGroup": "default",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a1b2c3d"}],
        "DBClusterParameterGroup": "default.aurora-postgresql16",
        **(cluster or {}),
    }
    return DiscoveredCluster(found, instances or (instance("shop-1"),), **more)


def resolved(found: DiscoveredCluster) -> Any:
    return resolve([Layer(values_of(found, "eu-west-1"), "read")], skip_checks=check_names()).spec


def test_names_that_fit_keep_their_keys_and_the_others_fill_the_gaps() -> None:
    found = existing(instance("writer"), instance("shop-2"), instance("application-autoscaling-1"))
    assert {key: i["DBInstanceIdentifier"] for key, i in keys_of(found).items()} == {"1": "writer", "2": "shop-2"}
    section = instances_of(found)
    assert section["readers"] == 1
    assert section["overrides"]["1"] == {"identifier": "writer", "promotion_tier": 1}
    assert "2" not in section["overrides"]


def test_what_most_instances_share_is_said_once() -> None:
    small, large = instance("shop-2"), instance("shop-3", DBInstanceClass="db.r7g.4xlarge", PromotionTier=2)
    section = instances_of(existing(instance("shop-1", PromotionTier=0), small, large))
    assert section["class"] == "db.r7g.large"
    assert section["overrides"] == {"3": {"class": "db.r7g.4xlarge"}}


def test_a_public_instance_beside_private_ones_is_the_only_one() -> None:
    public = instance("shop-1", PromotionTier=0, PubliclyAccessible=True)
    spec = resolved(existing(public, instance("shop-2")))
    assert not spec.network.public_access
    assert {key: own.public_access for key, own in spec.instances.overrides.items()} == {"1": True}
    assert resolved(existing(public)).network.public_access


def test_the_written_spec_is_short_and_loads_to_the_same() -> None:
    spec = resolved(existing())
    text = dump_minimal(spec)
    assert resolve([load_yaml(text, source="file")], skip_checks=check_names()).spec == spec
    assert "\nport:" not in text
    assert "retention: 7d" in text  # the preset's is 1d
    assert "keep_automated: true" in text
    assert len(text.splitlines()) < 40


def test_a_version_that_aws_moves_is_the_major_one() -> None:
    assert resolved(existing(instance("shop-1", AutoMinorVersionUpgrade=True))).engine_version == "16"
    assert resolved(existing()).engine_version == "16.8"


@pytest.mark.parametrize(
    ("cluster", "more", "text"),
    [
        ({"EngineMode": "serverless"}, {}, "Serverless v1"),
        ({"EngineMode": "parallelquery"}, {}, "engine mode is parallelquery"),
        ({"Engine": "postgres"}, {}, "Multi-AZ DB cluster"),
        ({"Engine": "neptune"}, {}, "its engine is neptune"),
        ({"ClusterScalabilityType": "limitless"}, {}, "Limitless"),
        ({"ReplicationSourceIdentifier": ARN}, {}, "replicates from"),
        ({"Status": "stopped"}, {}, "its status is stopped"),
        ({}, {"global_cluster": "earth"}, "global database earth"),
    ],
)
def test_what_cannot_be_adopted_says_why_and_what_to_do(
    cluster: dict[str, Any], more: dict[str, Any], text: str
) -> None:
    with pytest.raises(NotAdoptable, match=text) as caught:
        refuse(existing(cluster=cluster, **more))
    assert caught.value.hint


def test_a_cluster_with_autoscaled_readers_alone_has_no_instance_of_its_own() -> None:
    with pytest.raises(NotAdoptable, match="it has no instance"):
        refuse(existing(instance("application-autoscaling-1")))


def test_autoscaling_is_described_only_if_it_is_as_we_would_make_it() -> None:
    target = {"MinCapacity": 1, "MaxCapacity": 4}
    described = autoscaling_of(existing(targets=(target,), policies=(POLICY,)))
    assert described is not None
    assert (described["cpu"], described["scale_out_cooldown"]) == (60.0, 60)
    renamed = {**POLICY, "PolicyName": "their-own"}
    assert autoscaling_of(existing(targets=(target,), policies=(renamed,))) is None
    assert autoscaling_of(existing(targets=(target,), policies=(POLICY,), schedules=({},))) is None
    found = existing(targets=(target,), policies=(renamed,))
    assert "reader autoscaling" in {one.kind for one in unmanaged_of(found, resolved(found))}


def test_a_directory_keeps_the_role_that_is_there() -> None:
    joined = [{"Domain": "d-90670a1b2c", "Status": "joined", "IAMRoleName": "directory"}]
    values = values_of(existing(cluster={"DomainMemberships": joined}), "eu-west-1")
    assert values["credentials"]["domain"] == {"id": "d-90670a1b2c", "role": "directory"}
    assert values["credentials"]["password"] == "kept"


def test_a_bare_resource_has_what_the_provider_requires_and_ignores_the_rest() -> None:
    text = bare_resources("eu-west-1", [Bare("aws_x", "this", {"name": "a${b}"}, ("k",), {"rules": {"days": 3}})])
    assert 'for_each = toset(["k"])' in text
    assert 'name = "a$${b}"' in text
    assert "rules {\n    days = 3\n  }" in text
    assert "ignore_changes = all" in text


def test_what_is_imported_after_an_interruption_stays_as_it_is() -> None:
    """hashicorp/aws 5.100 refuses a subscription whose own values it gets as configuration."""
    text = unchanged_resources([("aws_vpc", "this"), ("aws_sns_topic_subscription", "email")])
    assert text.count("ignore_changes") == 2
    assert "ignore_changes  = [confirmation_timeout_in_minutes, endpoint_auto_confirms]" in text
    assert set(ARGUMENTS["aws_sns_topic_subscription"]) == {"confirmation_timeout_in_minutes", "endpoint_auto_confirms"}


def test_what_parameter_groups_set_is_in_the_spec_where_they_are_taken_over() -> None:
    groups = {"DBClusterParameterGroup": "shop-2026"}
    values = {
        ("cluster", "shop-2026"): {"rds.force_ssl": "1", "work_mem": "65536"},
        ("instance", "shop-db"): {"log_statement": "ddl"},
    }
    one = instance("shop-1", DBParameterGroups=[{"DBParameterGroupName": "shop-db"}])
    found = existing(one, cluster=groups, parameters=values, forces_tls=True)
    theirs = resolved(found)
    assert (theirs.parameters.cluster_group, theirs.parameters.instance_group) == ("shop-2026", "shop-db")
    assert [u.kind for u in unmanaged_of(found, theirs)].count("DB parameter group") == 1

    taken = replace(found, own_parameters=frozenset({"cluster", "instance"}))
    ours = resolved(taken)
    assert (ours.parameters.cluster, ours.parameters.instance) == ({"work_mem": "65536"}, {"log_statement": "ddl"})
    assert ours.parameters.cluster_group is None
    assert {(i.address, i.id) for i in imports_of(taken, ours)} >= {
        ("aws_rds_cluster_parameter_group.this", "shop-2026"),
        ("aws_db_parameter_group.this", "shop-db"),
    }
    assert not {u.kind for u in unmanaged_of(taken, ours)} & {"DB parameter group", "cluster parameter group"}


def test_a_running_activity_stream_is_described_by_its_key() -> None:
    running = {"ActivityStreamStatus": "started", "ActivityStreamMode": "async", "ActivityStreamKmsKeyId": "1234"}
    spec = resolved(existing(cluster=running))
    assert spec.activity_stream.kms_key == "arn:aws:kms:eu-west-1:123456789012:key/1234"
    assert [i.address for i in imports_of(existing(cluster=running), spec)][
        -1
    ] == "aws_rds_cluster_activity_stream.this"
    assert resolved(existing(cluster={**running, "ActivityStreamStatus": "stopped"})).activity_stream is None


def test_a_group_that_the_trial_would_change_is_used_as_it_is() -> None:
    found = replace(existing(), own_parameters=frozenset({"cluster"}))
    assert [one.own_parameters for one in without_own_parameters(found)] == [{"cluster"}, set()]
    assert len(list(without_own_parameters(existing()))) == 1

    before: dict[str, Any] = {"parameter": []}
    after = {"parameter": [{"name": "work_mem"}]}
    assert changes_groups(plan_of(before, after, kind="aws_db_parameter_group"))
    assert not changes_groups(plan_of(before, after))
    assert not changes_groups(plan_of({"tags_all": {}}, {"tags_all": {"a": "b"}}, kind="aws_db_parameter_group"))


def test_log_groups_are_taken_over_if_they_are_alike() -> None:
    exports = {"EnabledCloudwatchLogsExports": ["postgresql", "instance"]}
    group = {"logGroupName": "x", "retentionInDays": 30, "tags": {}}
    alike = existing(cluster=exports, log_groups={"postgresql": group, "instance": group})
    assert logs_of(alike) == {"exports": ["instance", "postgresql"], "retention": 30}
    for groups in ({"postgresql": group}, {"postgresql": group, "instance": {**group, "retentionInDays": 7}}):
        assert logs_of(existing(cluster=exports, log_groups=groups))["own_groups"] is False
    assert logs_of(existing()) == {"exports": []}


def test_a_rotation_is_described_unless_it_is_what_aws_gives() -> None:
    assert rotation_of(existing(rotation={"AutomaticallyAfterDays": 7})) is None
    assert rotation_of(existing(rotation={"AutomaticallyAfterDays": 30, "Duration": "3h"})) == {
        "every": 30,
        "duration": 10800,
    }


def plan_of(
    before: dict[str, Any],
    after: dict[str, Any],
    actions: tuple[str, ...] = ("update",),
    kind: str = "aws_rds_cluster",
) -> Plan:
    change = {"actions": list(actions), "before": before, "after": after}
    item = {"address": f"{kind}.this", "type": kind, "name": "this", "mode": "managed"}
    return Plan.from_json({"resource_changes": [{**item, "change": change}]})


def test_a_tag_that_is_added_is_bookkeeping_and_one_that_goes_is_not() -> None:
    added = plan_of({"tags_all": {"a": "b"}}, {"tags_all": {"a": "b", "aurora-cli:cluster": "shop"}})
    assert differences_of(added) == ()
    assert tagged_by(added) == {"aws_rds_cluster.this": {"aurora-cli:cluster": "shop"}}
    (lost,) = differences_of(plan_of({"tags_all": {"a": "b"}}, {"tags_all": {"c": "d"}}))[:1]
    assert lost.path.startswith("tags_all")


def test_a_value_that_would_change_is_named_with_its_field() -> None:
    plan = plan_of({"port": 5433, "db_system_id": "d-1"}, {"port": 5432, "db_system_id": None})
    with pytest.raises(NotAdoptable, match="2 values differ") as caught:
        refuse_differences("shop", plan)
    assert [d["field"] for d in caught.value.details["differences"]] == [None, "port"]
    assert "port is 5433 in AWS, and would become 5432 (set port)" in caught.value.message


@pytest.mark.parametrize("actions", [("create",), ("delete",), ("delete", "create")])
def test_nothing_is_made_deleted_or_replaced(actions: tuple[str, ...]) -> None:
    with pytest.raises(NotAdoptable, match="1 value differs"):
        refuse_differences("shop", plan_of({}, {}, actions))


def test_what_only_terraform_knows_goes_into_the_state(tmp_path: Path) -> None:
    attributes = {"skip_final_snapshot": True, "engine": "aurora-postgresql"}
    resource = {"mode": "managed", "type": "aws_rds_cluster", "instances": [{"attributes": attributes}]}
    file = tmp_path / "terraform.tfstate"
    file.write_text(json.dumps({"version": 4, "serial": 3, "resources": [resource]}))
    set_imported_values(file, {"aws_rds_cluster": {"skip_final_snapshot": False, "not_there": 1}})
    state = json.loads(file.read_text())
    assert state["serial"] == 4
    assert state["resources"][0]["instances"][0]["attributes"] == {
        "skip_final_snapshot": False,
        "engine": "aurora-postgresql",
    }
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("{}")
    with pytest.raises(StateAtRisk):
        set_imported_values(file, {})
