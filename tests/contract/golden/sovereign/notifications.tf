resource "aws_sns_topic" "alerts" {
  name              = "${local.name}-alerts"
  kms_master_key_id = aws_kms_key.this.arn

  # CloudWatch alarms and RDS events of this account may publish, and nobody else.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Publish"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource = join(":", [
        "arn",
        data.aws_partition.current.partition,
        "sns",
        "eusc-de-east-1",
        data.aws_caller_identity.current.account_id,
        "${local.name}-alerts",
      ])
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

# Each address gets a mail with a link, and is told of nothing before the link is followed.
resource "aws_sns_topic_subscription" "email" {
  for_each = toset(["oncall@example.com"])

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = each.key
}
