# RDS looks users up in the directory through this role.
resource "aws_iam_role" "directory" {
  name        = "intranet-eu-west-1-directory"
  description = "Kerberos of ${local.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["directoryservice.rds.amazonaws.com", "rds.amazonaws.com"] }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })

  lifecycle {
    # It goes after the cluster has left the directory, for which RDS uses it.
    create_before_destroy = true
  }
}

resource "aws_iam_role_policy_attachment" "directory" {
  role       = aws_iam_role.directory.id
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonRDSDirectoryServiceAccess"

  lifecycle {
    create_before_destroy = true
  }
}
