"""Real Terraform over a stack with most of the types, in two Regions: apply, empty plan, change, empty plan, destroy."""

from __future__ import annotations

from pathlib import Path

import pytest

import aurora_cli
from aurora_cli.sandbox.manager import Sandbox
from tests.sandbox.emulator import client
from tests.sandbox.test_provider_terraform import Stack

pytestmark = [pytest.mark.sandbox, pytest.mark.thorough]

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

provider "aws" {
  alias  = "far"
  region = "us-east-1"
}

variable "threshold" { default = 80 }
variable "readers" { default = 3 }

data "aws_availability_zones" "here" { state = "available" }

data "aws_iam_policy_document" "trust" {
  for_each = toset(["rds.amazonaws.com", "monitoring.rds.amazonaws.com"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = [each.key]
    }
  }
}

data "aws_iam_policy_document" "import" {
  statement {
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = [aws_s3_bucket.import.arn, "${aws_s3_bucket.import.arn}/*"]
  }
}

resource "aws_s3_bucket" "import" {
  bucket        = "orders-import"
  force_destroy = true
}

resource "aws_iam_role" "import" {
  name               = "orders-import"
  assume_role_policy = data.aws_iam_policy_document.trust["rds.amazonaws.com"].json
}

resource "aws_iam_role_policy" "import" {
  name   = "import"
  role   = aws_iam_role.import.name
  policy = data.aws_iam_policy_document.import.json
}

resource "aws_iam_role" "monitoring" {
  name_prefix        = "orders-monitoring-"
  assume_role_policy = data.aws_iam_policy_document.trust["monitoring.rds.amazonaws.com"].json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_vpc" "this" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
}

resource "aws_subnet" "database" {
  for_each          = { for number in range(2) : number => data.aws_availability_zones.here.names[number] }
  vpc_id            = aws_vpc.this.id
  availability_zone = each.value
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, each.key)
  ipv6_cidr_block   = cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, each.key)
}

resource "aws_db_subnet_group" "this" {
  name       = "orders"
  subnet_ids = [for subnet in aws_subnet.database : subnet.id]
}

resource "aws_security_group" "this" {
  name   = "orders-database"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_endpoint" "data" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.eu-west-1.rds-data"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [for subnet in aws_subnet.database : subnet.id]
  security_group_ids  = [aws_security_group.this.id]
  private_dns_enabled = false
}

resource "aws_kms_key" "far" {
  provider = aws.far
}

resource "aws_rds_global_cluster" "world" {
  global_cluster_identifier = "orders"
  engine                    = "aurora-postgresql"
  engine_version            = "16.8"
  storage_encrypted         = true
}

resource "aws_rds_cluster" "this" {
  cluster_identifier          = "orders"
  engine                      = aws_rds_global_cluster.world.engine
  engine_version              = aws_rds_global_cluster.world.engine_version
  global_cluster_identifier   = aws_rds_global_cluster.world.id
  master_username             = "postgres"
  master_password             = "correct-horse-battery"
  db_subnet_group_name        = aws_db_subnet_group.this.name
  vpc_security_group_ids      = [aws_security_group.this.id]
  network_type                = "DUAL"
  storage_encrypted           = true
  enable_http_endpoint        = true
  apply_immediately           = true
  skip_final_snapshot         = true
}

# AWS manages no password in a global database: this one is beside it.
resource "aws_rds_cluster" "kept" {
  cluster_identifier          = "orders-kept"
  engine                      = "aurora-postgresql"
  engine_version              = "16.8"
  master_username             = "postgres"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.this.name
  storage_encrypted           = true
  apply_immediately           = true
  skip_final_snapshot         = true
}

resource "aws_rds_cluster_instance" "this" {
  for_each            = toset(["1", "2"])
  identifier          = "orders-${each.key}"
  cluster_identifier  = aws_rds_cluster.this.id
  engine              = aws_rds_cluster.this.engine
  instance_class      = "db.r6g.large"
  monitoring_interval = 60
  monitoring_role_arn = aws_iam_role.monitoring.arn
}

resource "aws_rds_cluster" "far" {
  provider                  = aws.far
  cluster_identifier        = "orders-far"
  engine                    = aws_rds_global_cluster.world.engine
  engine_version            = aws_rds_global_cluster.world.engine_version
  global_cluster_identifier = aws_rds_global_cluster.world.id
  kms_key_id                = aws_kms_key.far.arn
  storage_encrypted         = true
  apply_immediately         = true
  skip_final_snapshot       = true
  depends_on                = [aws_rds_cluster_instance.this]
  lifecycle { ignore_changes = [replication_source_identifier] }
}

resource "aws_rds_cluster_instance" "far" {
  provider           = aws.far
  identifier         = "orders-far-1"
  cluster_identifier = aws_rds_cluster.far.id
  engine             = aws_rds_cluster.far.engine
  instance_class     = "db.r6g.large"
}

resource "aws_rds_cluster_endpoint" "reports" {
  cluster_identifier          = aws_rds_cluster.this.id
  cluster_endpoint_identifier = "reports"
  custom_endpoint_type        = "ANY"
  static_members              = [aws_rds_cluster_instance.this["2"].id]
}

resource "aws_rds_cluster_role_association" "import" {
  db_cluster_identifier = aws_rds_cluster.this.id
  role_arn              = aws_iam_role.import.arn
  feature_name          = "s3Import"
}

resource "aws_secretsmanager_secret_rotation" "master" {
  secret_id = aws_rds_cluster.kept.master_user_secret[0].secret_arn
  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_appautoscaling_target" "readers" {
  service_namespace  = "rds"
  scalable_dimension = "rds:cluster:ReadReplicaCount"
  resource_id        = "cluster:${aws_rds_cluster.this.id}"
  min_capacity       = 1
  max_capacity       = var.readers
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.readers.service_namespace
  scalable_dimension = aws_appautoscaling_target.readers.scalable_dimension
  resource_id        = aws_appautoscaling_target.readers.resource_id
  target_tracking_scaling_policy_configuration {
    target_value = 60
    predefined_metric_specification {
      predefined_metric_type = "RDSReaderAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "night" {
  name               = "night"
  service_namespace  = aws_appautoscaling_target.readers.service_namespace
  scalable_dimension = aws_appautoscaling_target.readers.scalable_dimension
  resource_id        = aws_appautoscaling_target.readers.resource_id
  schedule           = "cron(0 22 * * ? *)"
  scalable_target_action {
    min_capacity = 0
    max_capacity = 1
  }
}

resource "aws_sns_topic" "alarms" {
  name              = "orders-alarms"
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = "ops@example.com"
}

resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name          = "orders-cpu"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.threshold
  period              = 60
  evaluation_periods  = 5
  dimensions          = { DBClusterIdentifier = aws_rds_cluster.this.id }
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "orders"
  dashboard_body = jsonencode({ widgets = [{ type = "text", properties = { markdown = "> ${var.threshold} %" } }] })
}

resource "aws_db_event_subscription" "this" {
  name             = "orders"
  sns_topic        = aws_sns_topic.alarms.arn
  source_type      = "db-cluster"
  source_ids       = [aws_rds_cluster.this.id]
  event_categories = ["failover", "maintenance"]
}

resource "aws_rds_cluster_activity_stream" "this" {
  resource_arn = aws_rds_cluster.this.arn
  mode         = "async"
  kms_key_id   = split("/", aws_rds_cluster.this.kms_key_id)[1]
  depends_on   = [aws_rds_cluster_instance.this]
}

resource "aws_db_proxy" "this" {
  name                   = "orders"
  engine_family          = "POSTGRESQL"
  role_arn               = aws_iam_role.import.arn
  vpc_subnet_ids         = [for subnet in aws_subnet.database : subnet.id]
  vpc_security_group_ids = [aws_security_group.this.id]
  require_tls            = true
  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "REQUIRED"
    secret_arn  = aws_rds_cluster.kept.master_user_secret[0].secret_arn
  }
}

resource "aws_db_proxy_default_target_group" "this" {
  db_proxy_name = aws_db_proxy.this.name
  connection_pool_config {
    max_connections_percent = 90
  }
}

resource "aws_db_proxy_target" "this" {
  db_proxy_name         = aws_db_proxy.this.name
  target_group_name     = aws_db_proxy_default_target_group.this.name
  db_cluster_identifier = aws_rds_cluster.this.id
}

resource "aws_ssm_parameter" "host" {
  name  = "/orders/host"
  type  = "String"
  value = aws_rds_cluster.this.endpoint
}

variable "zone_id" {}

resource "aws_route53_record" "writer" {
  zone_id = var.zone_id
  name    = "orders"
  type    = "CNAME"
  ttl     = 60
  records = [aws_rds_cluster.this.endpoint]
}

resource "aws_db_cluster_snapshot" "first" {
  db_cluster_identifier          = aws_rds_cluster.this.id
  db_cluster_snapshot_identifier = "orders-first"
}
"""


@pytest.fixture(scope="module")
def stack(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The configuration, applied."""
    folder = tmp_path_factory.mktemp("stack")
    environment = sandbox.environment() | sandbox.prepare_terraform(genuine=False) | {"HOME": str(folder)}
    zone = client(sandbox, "route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    environment["PYTHONPATH"] = str(Path(aurora_cli.__file__).parents[1])  # the provider process runs this checkout
    (folder / "main.tf").write_text(CONFIGURATION)
    made = Stack(folder, environment | {"TF_VAR_zone_id": zone.rpartition("/")[2]})
    made.terraform("init", "-input=false")
    made.terraform("apply", "-auto-approve", "-input=false")
    return made


def test_plan_after_apply_is_empty(stack: Stack) -> None:
    assert stack.changes() == {}
    world = stack.rds().describe_global_clusters()["GlobalClusters"][0]
    assert [member["IsWriter"] for member in world["GlobalClusterMembers"]] == [True, False]


def test_changes_in_place(stack: Stack) -> None:
    wanted = ("-var=threshold=90", "-var=readers=5")
    assert stack.changes(*wanted) == {
        "aws_appautoscaling_target.readers": ("update",),
        "aws_cloudwatch_dashboard.this": ("update",),
        "aws_cloudwatch_metric_alarm.cpu": ("update",),
    }
    stack.terraform("apply", "-input=false", "plan")
    assert stack.changes(*wanted) == {}


def test_switchover_is_no_difference(stack: Stack) -> None:
    world = stack.rds().describe_global_clusters()["GlobalClusters"][0]["GlobalClusterMembers"]
    far, home = world[1]["DBClusterArn"], world[0]["DBClusterArn"]
    stack.rds().switchover_global_cluster(GlobalClusterIdentifier="orders", TargetDbClusterIdentifier=far)
    assert "aws_rds_global_cluster.world" not in stack.changes("-var=threshold=90", "-var=readers=5")
    stack.rds().switchover_global_cluster(GlobalClusterIdentifier="orders", TargetDbClusterIdentifier=home)
    assert stack.changes("-var=threshold=90", "-var=readers=5") == {}


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.terraform("destroy", "-auto-approve", "-input=false")
    assert stack.rds().describe_db_clusters()["DBClusters"] == []
    assert stack.rds().describe_global_clusters()["GlobalClusters"] == []
    assert stack.rds().describe_db_proxies()["DBProxies"] == []
