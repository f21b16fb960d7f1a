resource "aws_rds_cluster" "this" {
  cluster_identifier = local.name

  engine               = "aurora-postgresql"
  engine_version       = "17.7"
  database_name        = "app"
  port                 = local.port
  enable_http_endpoint = true

  # AWS makes the password, keeps it in Secrets Manager and rotates it; Terraform never sees it.
  master_username                     = "postgres"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = aws_kms_key.this.arn
  iam_database_authentication_enabled = true

  # Kerberos: RDS joins the cluster to the directory through the role.
  domain               = "d-90670a1b2c"
  domain_iam_role_name = aws_iam_role.directory.name

  # The subnets say where. `availability_zones` is left out: AWS always reports three, and a difference replaces the cluster.
  network_type           = "IPV4"
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]

  storage_encrypted = true
  kms_key_id        = aws_kms_key.this.arn
  storage_type      = "aurora-iopt1"

  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  enabled_cloudwatch_logs_exports = ["iam-db-auth-error", "postgresql"]

  # Mode, retention and key are one setting, for all instances, those of autoscaling included.
  performance_insights_enabled          = true
  database_insights_mode                = "advanced"
  performance_insights_retention_period = 465
  performance_insights_kms_key_id       = aws_kms_key.this.arn

  backup_retention_period      = 35
  preferred_backup_window      = "02:00-03:00"
  preferred_maintenance_window = "sun:04:00-sun:05:00"
  apply_immediately            = true

  deletion_protection       = true
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  skip_final_snapshot       = false
  final_snapshot_identifier = "everything-final"

  lifecycle {
    prevent_destroy = true

    ignore_changes = [availability_zones]
  }

  depends_on = [aws_cloudwatch_log_group.exports, aws_iam_role_policy_attachment.directory]
}
