# Enhanced Monitoring writes the operating system's metrics to CloudWatch Logs through this role.
resource "aws_iam_role" "monitoring" {
  name        = "akten-eusc-de-east-1-monitoring"
  description = "Enhanced Monitoring of ${local.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnLike = {
          "aws:SourceArn" = join(":", [
            "arn",
            data.aws_partition.current.partition,
            "rds",
            "eusc-de-east-1",
            data.aws_caller_identity.current.account_id,
            "db",
            "*",
          ])
        }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.id
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
