locals {
  # A key is for life and says nothing of the role: they are created in parallel, and AWS says which of them is the writer.
  instances = {
    "1" = {
      class          = "db.serverless"
      promotion_tier = 0
      zone           = element(local.zones, 0)
    }
    "2" = {
      class          = "db.serverless"
      promotion_tier = 1
      zone           = element(local.zones, 1)
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
  db_parameter_group_name = aws_db_parameter_group.this.name

  publicly_accessible        = false
  auto_minor_version_upgrade = false
  apply_immediately          = true
  copy_tags_to_snapshot      = true

  lifecycle {
    # The zone is chosen once, when the instance is made; a changed order of zones must not replace it.
    ignore_changes = [availability_zone]
  }
}
