# Kept by us, since AWS manages none here; a copy in each Region outlives the loss of this one.
resource "aws_secretsmanager_secret" "master" {
  name_prefix = "${local.name}-master-"
  description = "Master user of ${local.name}"

  replica {
    region = "eu-north-1"
  }
}

resource "aws_secretsmanager_secret_version" "master" {
  secret_id                = aws_secretsmanager_secret.master.id
  secret_string_wo         = jsonencode({ username = "admin", password = var.master_password })
  secret_string_wo_version = 1
}
