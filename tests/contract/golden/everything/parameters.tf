locals {
  family = "aurora-postgresql17"

  # With the family in the name, a new major version gets new groups before the old ones go.
  parameter_group = "${local.name}-${replace(local.family, ".", "-")}"
}

resource "aws_rds_cluster_parameter_group" "this" {
  name        = local.parameter_group
  family      = local.family
  description = "Cluster parameters of ${local.name}"

  parameter {
    name         = "log_min_duration_statement"
    value        = "500"
    apply_method = "immediate"
  }

  parameter {
    name         = "rds.force_ssl"
    value        = "1"
    apply_method = "pending-reboot"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_parameter_group" "this" {
  name        = local.parameter_group
  family      = local.family
  description = "Instance parameters of ${local.name}"

  parameter {
    name         = "log_lock_waits"
    value        = "1"
    apply_method = "immediate"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_parameter_group" "instance_5" {
  name        = join("-", [local.parameter_group, "5"])
  family      = local.family
  description = "Parameters of one instance of ${local.name}"

  parameter {
    name         = "log_lock_waits"
    value        = "1"
    apply_method = "immediate"
  }

  parameter {
    name         = "statement_timeout"
    value        = "3600000"
    apply_method = "immediate"
  }

  lifecycle {
    create_before_destroy = true
  }
}
