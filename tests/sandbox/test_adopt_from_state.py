"""A cluster that Terraform manages in another configuration, shaped as the rds-aurora module is: adopted, and let go there."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from aurora_cli.hcl.values.parameters import GROUPS
from tests.harness import Aurora
from tests.sandbox.aws_view import changing_calls, last_call
from tests.sandbox.test_provider_terraform import Stack

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough, pytest.mark.timeout(900)]
ROOT = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}
provider "aws" { region = "eu-west-1" }
data "aws_availability_zones" "here" { state = "available" }
resource "aws_vpc" "main" { cidr_block = "10.7.0.0/16" }
resource "aws_subnet" "db" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = data.aws_availability_zones.here.names[count.index]
}
"""
CALL = """
module "aurora" {
  source  = "./aurora"
  for_each = toset(["orders"])
  name    = each.key
  vpc_id  = aws_vpc.main.id
  subnets = aws_subnet.db[*].id
}
"""
MODULE = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
variable "name" { type = string }
variable "vpc_id" { type = string }
variable "subnets" { type = list(string) }
resource "aws_db_subnet_group" "this" {
  count      = 1
  name       = var.name
  subnet_ids = var.subnets
}
resource "aws_security_group" "this" {
  count       = 1
  name_prefix = "${var.name}-"
  vpc_id      = var.vpc_id
}
resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each          = { "the app's \\"vpc\\"" = "10.0.0.0/8" }
  security_group_id = aws_security_group.this[0].id
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}
resource "aws_cloudwatch_log_group" "this" {
  for_each          = toset(["postgresql"])
  name              = "/aws/rds/cluster/${var.name}/${each.value}"
  retention_in_days = 30
}
resource "aws_rds_cluster_parameter_group" "this" {
  count       = 1
  name_prefix = "${var.name}-"
  family      = "aurora-postgresql17"
  parameter {
    name         = "work_mem"
    value        = "65536"
    apply_method = "pending-reboot"
  }
  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements"
    apply_method = "pending-reboot"
  }
}
resource "aws_db_parameter_group" "this" {
  count       = 1
  name_prefix = "${var.name}-"
  description = "Of the application"
  family      = "aurora-postgresql17"
}
resource "aws_rds_cluster" "this" {
  count                           = 1
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this[0].name
  cluster_identifier              = var.name
  engine                          = "aurora-postgresql"
  engine_version                  = "17.4"
  master_username                 = "root"
  manage_master_user_password     = true
  storage_encrypted               = true
  db_subnet_group_name            = aws_db_subnet_group.this[0].name
  vpc_security_group_ids          = [aws_security_group.this[0].id]
  enabled_cloudwatch_logs_exports = ["postgresql"]
  skip_final_snapshot             = true
}
resource "aws_rds_cluster_instance" "this" {
  for_each           = toset(["one", "two"])
  identifier         = "${var.name}-${each.key}"
  cluster_identifier = aws_rds_cluster.this[0].id
  engine             = aws_rds_cluster.this[0].engine
  instance_class     = "db.r7g.large"

  db_parameter_group_name = aws_db_parameter_group.this[0].name
}
"""


def test_their_terraform_lets_go_and_nothing_changes_in_aws(aurora: Aurora, tmp_path: Path) -> None:
    aurora.ok("sandbox", "start")
    theirs = tmp_path / "their stack"
    (theirs / "aurora").mkdir(parents=True)
    (theirs / "main.tf").write_text(ROOT + CALL)
    (theirs / "aurora" / "main.tf").write_text(MODULE)
    manager = aurora.emulator
    environment = manager.environment() | manager.prepare_terraform(genuine=False) | {"HOME": str(tmp_path)}
    stack = Stack(theirs, environment)
    stack.terraform("init", "-input=false")
    stack.terraform("apply", "-auto-approve", "-input=false")
    files = {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file() and not path.is_symlink()}

    before, blocks = last_call(aurora), tmp_path / "removed.tf"
    result = aurora.json("adopt", "--from-state", str(theirs), "--removed-to", str(blocks), "--yes")
    # CreateTags of EC2: the security group and its rules come along, and keep their own tags.
    assert set(changing_calls(aurora, before)) <= {"AddTagsToResource", "TagResource", "CreateTags"}
    assert {path: path.read_bytes() for path in files} == files
    assert aurora.run("plan", "orders", "--exit-code").status == 0
    their = result["from_state"]
    assert their["delete"] == ["module.aurora"]
    theirs_alone = {
        "aws_security_group.this",
        "aws_db_subnet_group.this",
        *(f"{kind}.this" for kind in GROUPS.values()),
    }
    assert theirs_alone <= {one["address"] for one in result["imports"]}
    assert {one["imported_as"] for one in their["resources"]} - {None} == {one["address"] for one in result["imports"]}
    assert blocks.read_text() == (aurora.home / "sandbox" / "stacks" / "orders" / "removed.tf").read_text()
    assert str(aurora.home / "sandbox" / "stacks" / "orders" / "removed.tf") in "".join(
        aurora.run("adopt", "--from-state", str(theirs), "--yes").err.split()
    )

    (theirs / "main.tf").write_text(ROOT)
    shutil.copytree(theirs, tmp_path / "by blocks", symlinks=True)
    before = last_call(aurora)
    (line,) = their["state_rm"]
    stack.terraform(*shlex.split(line)[1:])
    assert stack.changes() == {}
    by_blocks = Stack(tmp_path / "by blocks", environment)
    shutil.copy(blocks, by_blocks.folder)
    assert set(by_blocks.changes().values()) == {("forget",)}
    by_blocks.terraform("apply", "-input=false", "plan")
    (by_blocks.folder / "removed.tf").unlink()
    assert by_blocks.changes() == {}
    assert changing_calls(aurora, before) == []
    assert aurora.run("plan", "orders", "--exit-code").status == 0
    aurora.ok("allow", "orders", "192.168.0.0/24", "--yes")
    assert aurora.run("plan", "orders", "--exit-code").status == 0
    aurora.ok("apply", "orders", "--set", "parameters.cluster.work_mem=32768", "--yes")
    before = last_call(aurora)
    aurora.ok("rename", "orders", "sales", "--yes")
    assert not {"CreateSecurityGroup", "CreateDBClusterParameterGroup"} & set(changing_calls(aurora, before))
    assert aurora.run("plan", "sales", "--exit-code").status == 0
    aurora.ok("destroy", "sales", "--confirm", "sales", "--skip-final-snapshot")
    assert stack.changes() == {}
