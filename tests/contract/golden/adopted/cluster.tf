resource "aws_rds_cluster" "this" {
  cluster_identifier = local.name

  engine         = "aurora-postgresql"
  engine_version = "17.4"
  port           = local.port

  # The password is the one that the cluster had when it was adopted; Terraform never sees it.
  master_username                     = "postgres"
  iam_database_authentication_enabled = true

  # The subnets say where. `availability_zones` is left out: AWS always reports three, and a difference replaces the cluster.
  network_type           = "IPV4"
  db_subnet_group_name   = data.aws_db_subnet_group.this.name
  vpc_security_group_ids = ["sg-0a1b2c3d4e5f60718", "sg-0b1c2d3e4f5a60718"]

  storage_encrypted = true
  storage_type      = "aurora"

  db_cluster_parameter_group_name = "ledger-cluster"
  enabled_cloudwatch_logs_exports = ["postgresql"]

  backup_retention_period = 14
  apply_immediately       = true

  deletion_protection       = true
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  skip_final_snapshot       = false
  final_snapshot_identifier = "ledger-final"

  lifecycle {
    prevent_destroy = true

    ignore_changes = [availability_zones]
  }
}
