resource "aws_rds_cluster" "this" {
  cluster_identifier        = local.name
  global_cluster_identifier = aws_rds_global_cluster.this.id

  engine         = "aurora-postgresql"
  engine_version = aws_rds_global_cluster.this.engine_version
  database_name  = "shop"
  port           = local.port

  # AWS manages no password in a global database. This one is written once, and is in no state and no plan.
  master_username                     = "postgres"
  master_password_wo                  = var.master_password
  master_password_wo_version          = aws_secretsmanager_secret_version.master.secret_string_wo_version
  iam_database_authentication_enabled = true

  # The subnets say where. `availability_zones` is left out: AWS always reports three, and a difference replaces the cluster.
  network_type           = "IPV4"
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]

  storage_encrypted = true
  storage_type      = "aurora"

  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  enabled_cloudwatch_logs_exports = ["postgresql"]

  backup_retention_period = 14
  apply_immediately       = true

  deletion_protection       = true
  copy_tags_to_snapshot     = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "shop-final"

  lifecycle {
    prevent_destroy = true

    # Version and roles change from outside: upgrades by the global cluster, a switchover by AWS.
    ignore_changes = [
      availability_zones,
      engine_version,
      replication_source_identifier,
    ]
  }

  depends_on = [aws_cloudwatch_log_group.exports]
}
