# Version upgrades go through the global cluster, which takes its members along in AWS's order.
resource "aws_rds_global_cluster" "this" {
  global_cluster_identifier = "shop-global"

  engine              = "aurora-postgresql"
  engine_version      = "17.7"
  database_name       = "shop"
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

module "eu_central_1" {
  source    = "./eu-central-1"
  providers = { aws = aws.eu_central_1 }

  global_cluster_identifier = aws_rds_global_cluster.this.id
  engine_version            = aws_rds_global_cluster.this.engine_version
  primary                   = local.primary
}

module "us_east_1" {
  source    = "./us-east-1"
  providers = { aws = aws.us_east_1 }

  global_cluster_identifier = aws_rds_global_cluster.this.id
  engine_version            = aws_rds_global_cluster.this.engine_version
  primary                   = local.primary
}
