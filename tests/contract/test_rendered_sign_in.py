"""What signing in renders: the given password, the policy of IAM users, Kerberos, no rotation."""

from __future__ import annotations

import pytest

from aurora_cli.hcl.render import render_stack
from aurora_cli.hcl.render_options import RenderOptions
from tests.contract.specs import spec
from tests.contract.test_rendered_surface import blocks, one, there


def test_a_given_password_is_only_written() -> None:
    found = blocks("signed-in", RenderOptions(password_version=3))
    cluster = one(found, "aws_rds_cluster", "this").attributes
    assert cluster["master_password_wo"] == "${var.master_password}"
    assert cluster["master_password_wo_version"] == 3
    assert not {"manage_master_user_password", "master_password", "master_user_secret_kms_key_id"} & set(cluster)
    variable = one(found, "master_password").attributes
    assert (variable["ephemeral"], variable["sensitive"], variable["default"]) == (True, True, '""')
    terraform = next(block for block in found if block.kind == "terraform" and "required_version" in block.attributes)
    assert terraform.attributes["required_version"] == '">= 1.11"'
    assert "secret_arn" not in {block.labels[0] for block in found if block.kind == "output"}


def test_a_managed_password_has_no_variable() -> None:
    files = render_stack(spec("production"))
    assert "variables.tf" not in files
    assert "master_password" not in files["cluster.tf"]


def test_a_policy_names_cluster_and_users() -> None:
    found = blocks("signed-in")
    policy = one(found, "aws_iam_policy", "connect").attributes
    assert policy["name"] == '"demo-eu-west-1-connect"'
    text = render_stack(spec("signed-in"))["sign_in.tf"]
    assert 'for user in ["app", "reporting"] :' in text
    assert '"arn:%s:rds-db:%s:%s:dbuser:%s/%s"' in text
    assert "aws_rds_cluster.this.cluster_resource_id" in text
    assert "connect_policy_arn" in {block.labels[0] for block in found if block.kind == "output"}
    long = one(blocks("signed-in", name="a" * 60), "aws_iam_policy", "connect").attributes["name"]
    assert len(long.strip('"')) <= 128


def test_kerberos_has_its_role_before_the_cluster_or_a_given_one() -> None:
    cluster = one(blocks("signed-in"), "aws_rds_cluster", "this").attributes
    assert (cluster["domain"], cluster["domain_iam_role_name"]) == (
        '"d-90670a1b2c"',
        "${aws_iam_role.directory.name}",
    )
    assert "${aws_iam_role_policy_attachment.directory}" in cluster["depends_on"]
    given = blocks("signed-in-by-others")
    assert one(given, "aws_rds_cluster", "this").attributes["domain_iam_role_name"] == '"directory"'
    assert "aws_iam_role.directory" not in there(given)


@pytest.mark.parametrize(
    ("region", "services"),
    [
        ("eu-west-1", '["directoryservice.rds.amazonaws.com", "rds.amazonaws.com"]'),
        (
            "eu-south-1",
            '["directoryservice.rds.amazonaws.com", "directoryservice.rds.eu-south-1.amazonaws.com", "rds.amazonaws.com"]',
        ),
    ],
)
def test_the_role_of_kerberos_trusts_the_service_that_joins_the_directory(region: str, services: str) -> None:
    text = render_stack(spec("signed-in", region=region))["sign_in.tf"]
    assert f"Service = {services}" in " ".join(text.split()).replace("[ ", "[").replace(", ]", "]")


def test_no_rotation_is_no_resource() -> None:
    found = blocks("signed-in-by-others")
    assert "aws_secretsmanager_secret_rotation.master" not in there(found)
    assert one(found, "aws_rds_cluster", "this").attributes["manage_master_user_password"] is True
