locals {
  family = "aurora-mysql8.0"

  # With the family in the name, a new major version gets new groups before the old ones go.
  parameter_group = "${local.name}-${replace(local.family, ".", "-")}"
}

resource "aws_rds_cluster_parameter_group" "this" {
  name        = local.parameter_group
  family      = local.family
  description = "Cluster parameters of ${local.name}"

  parameter {
    name         = "character_set_server"
    value        = "utf8mb4"
    apply_method = "immediate"
  }

  parameter {
    name         = "require_secure_transport"
    value        = "ON"
    apply_method = "immediate"
  }

  parameter {
    name         = "server_audit_events"
    value        = "CONNECT,QUERY_DCL"
    apply_method = "immediate"
  }

  parameter {
    name         = "server_audit_logging"
    value        = "1"
    apply_method = "immediate"
  }

  parameter {
    name         = "time_zone"
    value        = "UTC"
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
    name         = "long_query_time"
    value        = "0.5"
    apply_method = "immediate"
  }

  parameter {
    name         = "slow_query_log"
    value        = "1"
    apply_method = "immediate"
  }

  lifecycle {
    create_before_destroy = true
  }
}
