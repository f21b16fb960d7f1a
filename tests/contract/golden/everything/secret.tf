# The secret is AWS's own, and so is what changes the password: only the times are set here.
resource "aws_secretsmanager_secret_rotation" "master" {
  secret_id = aws_rds_cluster.this.master_user_secret[0].secret_arn

  # A new schedule is no reason to change the password now.
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = 30
  }
}
