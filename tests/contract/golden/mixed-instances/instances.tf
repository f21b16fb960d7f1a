locals {
  # A key is for life and says nothing of the role: they are created in parallel, and AWS says which of them is the writer.
  instances = {
    "1" = {
      class              = "db.r7g.xlarge"
      promotion_tier     = 0
      zone               = element(local.zones, 0)
      identifier         = "ledger-1"
      parameter_group    = aws_db_parameter_group.this.name
      maintenance_window = "sun:04:00-sun:05:00"
    }
    "2" = {
      class              = "db.r7g.xlarge"
      promotion_tier     = 1
      zone               = element(local.zones, 1)
      identifier         = "ledger-2"
      parameter_group    = aws_db_parameter_group.this.name
      maintenance_window = "sun:04:00-sun:05:00"
    }
    "3" = {
      class              = "db.serverless"
      promotion_tier     = 15
      zone               = element(local.zones, 2)
      identifier         = "ledger-reports"
      parameter_group    = aws_db_parameter_group.instance_3.name
      maintenance_window = "sat:05:00-sat:06:00"
      tags = {
        purpose = "reports"
      }
    }
  }
}

resource "aws_rds_cluster_instance" "this" {
  for_each = local.instances

  identifier        = each.value.identifier
  instance_class    = each.value.class
  promotion_tier    = each.value.promotion_tier
  availability_zone = each.value.zone

  cluster_identifier      = aws_rds_cluster.this.id
  engine                  = aws_rds_cluster.this.engine
  db_subnet_group_name    = aws_rds_cluster.this.db_subnet_group_name
  db_parameter_group_name = each.value.parameter_group

  publicly_accessible          = false
  auto_minor_version_upgrade   = false
  preferred_maintenance_window = each.value.maintenance_window
  apply_immediately            = true
  copy_tags_to_snapshot        = true
  ca_cert_identifier           = "rds-ca-ecc384-g1"
  tags                         = try(each.value.tags, null)

  timeouts {
    create = "120m"
    update = "120m"
    delete = "120m"
  }

  lifecycle {
    # The zone is chosen once, when the instance is made; a changed order of zones must not replace it.
    ignore_changes = [availability_zone]
  }
}
