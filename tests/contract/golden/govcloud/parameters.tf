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

  lifecycle {
    create_before_destroy = true
  }
}
