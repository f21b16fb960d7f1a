locals {
  # A key is for life and says nothing of the role: they are created in parallel, and AWS says which of them is the writer.
  instances = {
    "1" = {
      class           = "db.r7g.large"
      promotion_tier  = 0
      zone            = element(local.zones, 0)
      parameter_group = aws_db_parameter_group.this.name
    }
    "2" = {
      class           = "db.r7g.large"
      promotion_tier  = 1
      zone            = element(local.zones, 1)
      parameter_group = aws_db_parameter_group.this.name
    }
    "3" = {
      class           = "db.r7g.large"
      promotion_tier  = 2
      zone            = element(local.zones, 2)
      parameter_group = aws_db_parameter_group.this.name
    }
    "4" = {
      class           = "db.r7g.large"
      promotion_tier  = 3
      zone            = element(local.zones, 3)
      parameter_group = aws_db_parameter_group.this.name
    }
    "5" = {
      class           = "db.r7g.xlarge"
      promotion_tier  = 15
      zone            = element(local.zones, 4)
      parameter_group = aws_db_parameter_group.instance_5.name
    }
  }
}

resource "aws_rds_cluster_instance" "this" {
  for_each = local.instances

  identifier        = "${local.name}-${each.key}"
  instance_class    = each.value.class
  promotion_tier    = each.value.promotion_tier
  availability_zone = each.value.zone

  cluster_identifier      = aws_rds_cluster.this.id
  engine                  = aws_rds_cluster.this.engine
  db_subnet_group_name    = aws_rds_cluster.this.db_subnet_group_name
  db_parameter_group_name = each.value.parameter_group

  publicly_accessible          = false
  auto_minor_version_upgrade   = false
  preferred_maintenance_window = "sun:04:00-sun:05:00"
  apply_immediately            = true
  copy_tags_to_snapshot        = true
  monitoring_interval          = 60
  monitoring_role_arn          = aws_iam_role.monitoring.arn

  lifecycle {
    # The zone is chosen once, when the instance is made; a changed order of zones must not replace it.
    ignore_changes = [availability_zone]
  }

  # The role is of use once it may do something.
  depends_on = [aws_iam_role_policy_attachment.monitoring]
}
