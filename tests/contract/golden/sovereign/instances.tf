locals {
  # A key is for life and says nothing of the role: any instance can become the writer.
  instances = {
    "1" = {
      class          = "db.r7g.large"
      promotion_tier = 0
      zone           = element(local.zones, 0)
    }
    "2" = {
      class          = "db.r7g.large"
      promotion_tier = 1
      zone           = element(local.zones, 1)
    }
  }
}

# Created before the others, so that it starts as the writer.
resource "aws_rds_cluster_instance" "first" {
  identifier        = "akten-1"
  instance_class    = local.instances["1"].class
  promotion_tier    = local.instances["1"].promotion_tier
  availability_zone = local.instances["1"].zone

  cluster_identifier      = aws_rds_cluster.this.id
  engine                  = aws_rds_cluster.this.engine
  db_subnet_group_name    = aws_rds_cluster.this.db_subnet_group_name
  db_parameter_group_name = aws_db_parameter_group.this.name

  publicly_accessible        = false
  auto_minor_version_upgrade = false
  apply_immediately          = true
  copy_tags_to_snapshot      = true
  monitoring_interval        = 60
  monitoring_role_arn        = aws_iam_role.monitoring.arn

  lifecycle {
    # The zone is chosen once, when the instance is made; a changed order of zones must not replace it.
    ignore_changes = [availability_zone]
  }

  # The role is of use once it may do something.
  depends_on = [aws_iam_role_policy_attachment.monitoring]
}

resource "aws_rds_cluster_instance" "others" {
  for_each = { for key, instance in local.instances : key => instance if key != "1" }

  identifier        = "${local.name}-${each.key}"
  instance_class    = each.value.class
  promotion_tier    = each.value.promotion_tier
  availability_zone = each.value.zone

  cluster_identifier      = aws_rds_cluster.this.id
  engine                  = aws_rds_cluster.this.engine
  db_subnet_group_name    = aws_rds_cluster.this.db_subnet_group_name
  db_parameter_group_name = aws_db_parameter_group.this.name

  publicly_accessible        = false
  auto_minor_version_upgrade = false
  apply_immediately          = true
  copy_tags_to_snapshot      = true
  monitoring_interval        = 60
  monitoring_role_arn        = aws_iam_role.monitoring.arn

  lifecycle {
    # The zone is chosen once, when the instance is made; a changed order of zones must not replace it.
    ignore_changes = [availability_zone]
  }

  depends_on = [aws_rds_cluster_instance.first]
}
