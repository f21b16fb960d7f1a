resource "aws_rds_cluster" "this" {
  cluster_identifier             = local.name
  global_cluster_identifier      = var.global_cluster_identifier
  enable_global_write_forwarding = true

  engine         = "aurora-postgresql"
  engine_version = var.engine_version
  port           = local.port

  # User, password and database are the primary's.
  iam_database_authentication_enabled = true

  # The subnets say where. `availability_zones` is left out: AWS always reports three, and a difference replaces the cluster.
  network_type           = "IPV4"
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]

  storage_encrypted = true
  kms_key_id        = data.aws_kms_key.storage.arn
  storage_type      = "aurora"

  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  enabled_cloudwatch_logs_exports = ["postgresql"]

  backup_retention_period = 14
  apply_immediately       = true

  deletion_protection   = true
  copy_tags_to_snapshot = true
  skip_final_snapshot   = true

  lifecycle {
    prevent_destroy = true

    # Version and roles change from outside: upgrades by the global cluster, a switchover by AWS.
    ignore_changes = [
      availability_zones,
      engine_version,
      kms_key_id,
      replication_source_identifier,
    ]
  }

  depends_on = [var.primary, aws_cloudwatch_log_group.exports]
}
