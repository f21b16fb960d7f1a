# Version upgrades go through the global cluster, which takes its members along in AWS's order.
resource "aws_rds_global_cluster" "this" {
  global_cluster_identifier = "booking-global"

  engine              = "aurora-mysql"
  engine_version      = "8.0.mysql_aurora.3.10.3"
  storage_encrypted   = true
  deletion_protection = true

  # Its end lets the clusters go that are still members; it deletes none of them.
  force_destroy = true

  lifecycle {
    prevent_destroy = true
  }
}

locals {
  primary = values(aws_rds_cluster_instance.this)[*].id
}

module "eu_north_1" {
  source    = "./eu-north-1"
  providers = { aws = aws.eu_north_1 }

  global_cluster_identifier = aws_rds_global_cluster.this.id
  engine_version            = aws_rds_global_cluster.this.engine_version
  primary                   = local.primary
}
