"""What single fields render that no other page of tests looks at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from tests.contract.specs import spec
from tests.contract.terraform_reader import Block, read, read_all

GOLDEN = Path(__file__).parent / "golden"


def resource(kind: str, name: str, variant: str = "smallest", **changes: object) -> Block:
    found = read_all(render_stack(spec(variant, **changes), RenderOptions()))
    (block,) = [b for b in found if b.kind == "resource" and b.labels == (kind, name)]
    return block


def test_the_group_itself_may_connect_on_the_port_alone() -> None:
    rule = resource("aws_vpc_security_group_ingress_rule", "self", network={"allow_self": True})
    assert rule.attributes["referenced_security_group_id"] == "${aws_security_group.this.id}"
    assert rule.attributes["from_port"] == rule.attributes["to_port"] == "${local.port}"


def test_the_port_is_the_clusters_and_that_of_its_rules() -> None:
    files = render_stack(spec("smallest", port=6432), RenderOptions())
    found = read_all(files)
    ports = [b.attributes["port"] for b in found if b.kind == "locals" and "port" in b.attributes]
    assert ports == [6432]
    assert resource("aws_rds_cluster", "this", port=6432).attributes["port"] == "${local.port}"


def test_a_new_family_has_new_groups_before_the_old_ones_go() -> None:
    for kind in ("aws_rds_cluster_parameter_group", "aws_db_parameter_group"):
        names = set()
        for version in ("16.8", "17.7"):
            group = resource(kind, "this", engine_version=version)
            assert group.nested("lifecycle")[0].attributes["create_before_destroy"] is True
            found = read_all(render_stack(spec("smallest", engine_version=version), RenderOptions()))
            names |= {b.attributes["family"] for b in found if b.kind == "locals" and "family" in b.attributes}
            assert group.attributes["name"] == "${local.parameter_group}"
        assert names == {'"aurora-postgresql16"', '"aurora-postgresql17"'}


@pytest.mark.parametrize("suffix", [None, "b2"])
def test_the_groups_of_the_next_family_have_the_names_that_they_keep(suffix: str | None) -> None:
    def locals_of(version: str, **options: Any) -> dict[str, Any]:
        files = render_stack(
            spec("smallest", engine_version=version), RenderOptions(parameter_suffix=suffix, **options)
        )
        return {key: value for b in read_all(files) if b.kind == "locals" for key, value in b.attributes.items()}

    ahead, after = locals_of("16.8", next_version="17.7"), locals_of("17.7")
    assert ahead["next_family"] == after["family"]
    assert ahead["next_parameter_group"].replace("next_family", "family") == after["parameter_group"]
    assert ("b2" in after["parameter_group"]) == (suffix is not None)


def test_a_parameter_group_that_is_there_is_used() -> None:
    overrides = {"1": {"parameter_group": "shared"}}
    first = resource("aws_rds_cluster_instance", "this", instances={"class": "db.r7g.large", "overrides": overrides})
    assert first.attributes["db_parameter_group_name"] == '"shared"'


def test_changes_are_made_now_or_wait_for_the_window() -> None:
    for kind, name in (("aws_rds_cluster", "this"), ("aws_rds_cluster_instance", "this")):
        assert resource(kind, name).attributes["apply_immediately"] is True
        later = resource(kind, name, maintenance={"apply_immediately": False})
        assert later.attributes["apply_immediately"] is False


def test_events_of_the_cluster_and_of_its_instances_go_to_the_topic() -> None:
    events = {"cluster": ["failover"], "instances": ["failure", "low storage"]}
    for name, source, categories in (
        ("cluster", '"db-cluster"', ['"failover"']),
        ("instances", '"db-instance"', ['"failure"', '"low storage"']),
    ):
        block = resource("aws_db_event_subscription", name, monitoring={"events": events})
        assert block.attributes["source_type"] == source
        assert block.attributes["event_categories"] == categories
        assert block.attributes["sns_topic"] == "${aws_sns_topic.alerts.arn}"


def test_a_change_may_take_as_long_as_it_is_given() -> None:
    times = {"cluster_timeout": 14400, "instance_timeout": 6001}
    for kind, name, text in (
        ("aws_rds_cluster", "this", '"240m"'),
        ("aws_rds_cluster_instance", "this", '"6001s"'),
    ):
        (block,) = resource(kind, name, maintenance=times).nested("timeouts")
        assert block.attributes == {"create": text, "update": text, "delete": text}
        assert not resource(kind, name).nested("timeouts")


def test_a_role_trusts_rds_for_this_account_alone() -> None:
    """In every example: RDS, asked by somebody else's cluster, must not use it (confused deputy)."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.rglob("*.tf"))]
    roles = [b for text in texts for b in read(text) if b.kind == "resource" and b.labels[0] == "aws_iam_role"]
    assert {block.labels[1] for block in roles} == {"monitoring", "proxy", "s3_import", "service", "directory"}
    for block in roles:
        trust = str(block.attributes["assume_role_policy"])
        assert trust.count("sts:AssumeRole") == trust.count("aws:SourceAccount") == 1, block.labels


@pytest.mark.parametrize(("prefix", "listed"), [("backups/orders", True), (None, False)])
def test_a_backup_is_listed_under_its_prefix_alone(prefix: str | None, listed: bool) -> None:
    source = {"s3": {"bucket": "orders-backups", "prefix": prefix, "source_engine_version": "8.0.36"}}
    policy = str(resource("aws_iam_role_policy", "s3_import", engine="mysql", source=source).attributes["policy"])
    assert ("s3:prefix" in policy) is listed
    assert "s3:ListBucket" in policy
