resource "aws_rds_cluster" "this" {
  cluster_identifier = local.name

  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.3"
  port           = local.port

  # AWS makes the password, keeps it in Secrets Manager and rotates it; Terraform never sees it.
  master_username                     = "admin"
  manage_master_user_password         = true
  iam_database_authentication_enabled = true

  # The subnets say where. `availability_zones` is left out: AWS always reports three, and a difference replaces the cluster.
  network_type           = "IPV4"
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]

  storage_encrypted = true
  storage_type      = "aurora"

  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  enabled_cloudwatch_logs_exports = ["error", "slowquery"]

  backup_retention_period = 1
  apply_immediately       = true

  deletion_protection       = true
  copy_tags_to_snapshot     = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "shop-imported-final"

  s3_import {
    source_engine         = "mysql"
    source_engine_version = "8.0.36"
    bucket_name           = "shop-backups"
    bucket_prefix         = "2026-03-01/"
    ingestion_role        = aws_iam_role.s3_import.arn
  }

  lifecycle {
    prevent_destroy = true

    # Where the data came from counted once: a change of it must not replace the cluster.
    ignore_changes = [availability_zones, kms_key_id, s3_import]
  }

  depends_on = [aws_cloudwatch_log_group.exports, aws_iam_role_policy.s3_import]
}
