"""Real Terraform with the sandbox's provider, on Terraform that a person wrote: apply, empty plan, change, drift, destroy."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from aurora_cli.sandbox.manager import Sandbox
from tests.harness import REGION, terraform

pytestmark = pytest.mark.sandbox

CONFIGURATION = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { Project = "orders" }
  }
}

variable "class" { default = "db.r6g.large" }
variable "retention" { default = 7 }
variable "description" { default = "Who may connect" }
variable "max_capacity" { default = 4 }

data "aws_availability_zones" "here" { state = "available" }

resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "demo" }
}

resource "aws_subnet" "database" {
  for_each          = { for number in range(2) : number => data.aws_availability_zones.here.names[number] }
  vpc_id            = aws_vpc.this.id
  availability_zone = each.value
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, each.key)
}

resource "aws_db_subnet_group" "this" {
  name       = "demo"
  subnet_ids = [for subnet in aws_subnet.database : subnet.id]
}

resource "aws_security_group" "this" {
  name        = "demo-database"
  description = var.description
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "allow" {
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_rds_cluster_parameter_group" "this" {
  name   = "demo-aurora-postgresql16"
  family = "aurora-postgresql16"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  parameter {
    name         = "max_connections"
    value        = "400"
    apply_method = "pending-reboot"
  }
}

resource "aws_rds_cluster" "provisioned" {
  cluster_identifier              = "orders"
  engine                          = "aurora-postgresql"
  engine_version                  = "16.8"
  master_username                 = "postgres"
  manage_master_user_password     = true
  db_subnet_group_name            = aws_db_subnet_group.this.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]
  storage_encrypted               = true
  backup_retention_period         = var.retention
  preferred_maintenance_window    = "Sun:05:00-Sun:06:00"
  enabled_cloudwatch_logs_exports = ["postgresql"]
  apply_immediately               = true
  skip_final_snapshot             = true
}

resource "aws_rds_cluster" "serverless" {
  cluster_identifier   = "burst"
  engine               = "aurora-mysql"
  master_username      = "admin"
  master_password_wo   = "never-in-state"
  master_password_wo_version = 1
  db_subnet_group_name = aws_db_subnet_group.this.name
  apply_immediately    = true
  skip_final_snapshot  = true
  serverlessv2_scaling_configuration {
    min_capacity             = 0
    max_capacity             = var.max_capacity
    seconds_until_auto_pause = 600
  }
}

resource "aws_rds_cluster_instance" "first" {
  identifier         = "orders-1"
  cluster_identifier = aws_rds_cluster.provisioned.id
  engine             = aws_rds_cluster.provisioned.engine
  instance_class     = var.class
  apply_immediately  = true
}

resource "aws_rds_cluster_instance" "others" {
  for_each           = toset(["2"])
  identifier         = "orders-${each.key}"
  cluster_identifier = aws_rds_cluster.provisioned.id
  engine             = aws_rds_cluster.provisioned.engine
  instance_class     = var.class
  promotion_tier     = 1
  apply_immediately  = true
  depends_on         = [aws_rds_cluster_instance.first]
}

output "writer_endpoint" { value = aws_rds_cluster.provisioned.endpoint }
"""


class Stack:
    """A folder with Terraform, and the emulator that it talks to."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def terraform(self, *arguments: str, fine: tuple[int, ...] = (0,)) -> str:
        """The output of a Terraform command; fails when its exit status is not fine."""
        done = subprocess.run(
            [*terraform(), *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in fine, done.stdout + done.stderr
        return done.stdout + done.stderr

    def changes(self, *arguments: str) -> dict[str, tuple[str, ...]]:
        """What a plan would do: address -> actions, without those that it leaves alone."""
        self.terraform("plan", "-input=false", "-out=plan", *arguments)
        plan = json.loads(self.terraform("show", "-json", "plan"))
        every = {change["address"]: tuple(change["change"]["actions"]) for change in plan.get("resource_changes", ())}
        return {address: actions for address, actions in every.items() if actions != ("no-op",)}

    def rds(self) -> Any:
        """A boto3 client of the emulator."""
        return boto3.client(
            "rds",
            region_name=REGION,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )


@pytest.fixture(scope="module")
def stack(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The configuration, applied; the folder's name has a space in it."""
    folder = tmp_path_factory.mktemp("a stack")
    environment = sandbox.environment() | sandbox.prepare_terraform(genuine=False) | {"HOME": str(folder)}
    (folder / "main.tf").write_text(CONFIGURATION)
    made = Stack(folder, environment)
    made.terraform("init", "-input=false")
    made.terraform("apply", "-auto-approve", "-input=false")
    return made


def test_plan_after_apply_is_empty(stack: Stack) -> None:
    assert stack.changes() == {}
    cluster = stack.rds().describe_db_clusters(DBClusterIdentifier="orders")["DBClusters"][0]
    assert cluster["Endpoint"] == json.loads(stack.terraform("output", "-json"))["writer_endpoint"]["value"]
    assert {tag["Key"]: tag["Value"] for tag in cluster["TagList"]} == {"Project": "orders"}
    writers = {member["DBInstanceIdentifier"]: member["IsClusterWriter"] for member in cluster["DBClusterMembers"]}
    assert writers == {"orders-1": True, "orders-2": False}


def test_write_only_password_is_used_and_not_kept(stack: Stack) -> None:
    assert "never-in-state" not in (stack.folder / "terraform.tfstate").read_text()
    burst = stack.rds().describe_db_clusters(DBClusterIdentifier="burst")["DBClusters"][0]
    assert burst["MasterUsername"] == "admin"
    assert "MasterUserSecret" not in burst


def test_changes_in_place(stack: Stack) -> None:
    wanted = ("-var=retention=14", "-var=class=db.r6g.xlarge", "-var=max_capacity=8")
    assert stack.changes(*wanted) == {
        "aws_rds_cluster.provisioned": ("update",),
        "aws_rds_cluster.serverless": ("update",),
        "aws_rds_cluster_instance.first": ("update",),
        'aws_rds_cluster_instance.others["2"]': ("update",),
    }
    stack.terraform("apply", "-input=false", "plan")
    assert stack.changes(*wanted) == {}
    instances = stack.rds().describe_db_instances()["DBInstances"]
    assert {instance["DBInstanceClass"] for instance in instances} == {"db.r6g.xlarge"}
    burst = stack.rds().describe_db_clusters(DBClusterIdentifier="burst")["DBClusters"][0]
    assert burst["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 8
    stack.terraform("apply", "-auto-approve", "-input=false")


def test_what_cannot_change_is_replaced(stack: Stack) -> None:
    changes = stack.changes("-var=description=Others")
    assert changes["aws_security_group.this"] == ("delete", "create")
    assert changes["aws_vpc_security_group_ingress_rule.allow"] == ("delete", "create")
    assert changes["aws_rds_cluster.provisioned"] == ("update",)


def test_what_is_deleted_outside_is_made_again(stack: Stack) -> None:
    stack.rds().delete_db_instance(DBInstanceIdentifier="orders-2", SkipFinalSnapshot=True)
    assert stack.changes() == {'aws_rds_cluster_instance.others["2"]': ("create",)}
    stack.terraform("apply", "-input=false", "plan")
    assert stack.changes() == {}


def test_a_wrong_value_is_refused_before_anything_runs(stack: Stack) -> None:
    said = stack.terraform("plan", "-input=false", "-no-color", "-var=retention=99", fine=(1,))
    assert "expected backup_retention_period to be at most (35), got 99" in " ".join(said.split())


def test_no_endpoint_no_run(stack: Stack) -> None:
    outside = Stack(stack.folder, {**stack.environment, "AWS_ENDPOINT_URL": "https://rds.eu-west-1.amazonaws.com"})
    said = outside.terraform("plan", "-input=false", "-no-color", fine=(1,))
    assert "The sandbox does not leave this machine" in said


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.terraform("destroy", "-auto-approve", "-input=false")
    assert stack.rds().describe_db_clusters()["DBClusters"] == []
    assert stack.rds().describe_db_subnet_groups()["DBSubnetGroups"] == []
