resource "aws_rds_cluster" "this" {
  cluster_identifier = local.name

  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.3"
  database_name  = "akten"
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
  kms_key_id        = aws_kms_key.this.arn
  storage_type      = "aurora"

  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  enabled_cloudwatch_logs_exports = ["error", "slowquery"]

  backup_retention_period = 14
  apply_immediately       = true

  deletion_protection       = true
  copy_tags_to_snapshot     = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "akten-final"

  lifecycle {
    prevent_destroy = true

    ignore_changes = [availability_zones]
  }

  depends_on = [aws_cloudwatch_log_group.exports]
}
