resource "aws_rds_cluster" "this" {
  cluster_identifier = local.name

  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.3"
  port           = local.port

  # The data and its users come from here, until the replica is promoted.
  replication_source_identifier = "arn:aws:rds:eu-west-1:123456789012:db:shop-rds"

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
  final_snapshot_identifier = "shop-aurora-final"

  lifecycle {
    prevent_destroy = true

    # Where the data came from counted once: a change of it must not replace the cluster.
    ignore_changes = [availability_zones, kms_key_id, replication_source_identifier, source_region]
  }

  depends_on = [aws_cloudwatch_log_group.exports]
}
