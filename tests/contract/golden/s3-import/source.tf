# RDS reads the backup's files through this role, when the cluster is made; nothing else may use it, and it may do nothing else.
locals {
  backup_bucket = "shop-backups"
  backup_prefix = "2026-03-01/"
}

resource "aws_iam_role" "s3_import" {
  name        = "shop-imported-eu-west-1-s3-import"
  description = "Import of a backup into ${local.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "rds.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "s3_import" {
  name = "read-backup"
  role = aws_iam_role.s3_import.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "s3:GetBucketLocation"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${local.backup_bucket}"
      },
      {
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = "arn:${data.aws_partition.current.partition}:s3:::${local.backup_bucket}"
        Condition = { StringLike = { "s3:prefix" = "${local.backup_prefix}*" } }
      },
      {
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:${data.aws_partition.current.partition}:s3:::${local.backup_bucket}/${local.backup_prefix}*"
      },
    ]
  })
}
