# Whoever holds this policy signs in to this cluster as these users, with a token in place of a password.
resource "aws_iam_policy" "connect" {
  name        = "everything-eu-west-1-connect"
  description = "Sign in to the Aurora cluster ${local.name}"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "rds-db:connect"
      Resource = [
        for user in ["app", "reporting"] :
        format(
          "arn:%s:rds-db:%s:%s:dbuser:%s/%s",
          data.aws_partition.current.partition,
          "eu-west-1",
          data.aws_caller_identity.current.account_id,
          aws_rds_cluster.this.cluster_resource_id,
          user,
        )
      ]
    }]
  })
}

# RDS looks users up in the directory through this role.
resource "aws_iam_role" "directory" {
  name        = "everything-eu-west-1-directory"
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
