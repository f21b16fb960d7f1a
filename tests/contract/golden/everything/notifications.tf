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
        "eu-west-1",
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

resource "aws_db_event_subscription" "cluster" {
  name             = "${local.name}-cluster"
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-cluster"
  source_ids       = [aws_rds_cluster.this.cluster_identifier]
  event_categories = ["failover", "failure", "maintenance"]
}

resource "aws_db_event_subscription" "instances" {
  name             = "${local.name}-instances"
  sns_topic        = aws_sns_topic.alerts.arn
  source_type      = "db-instance"
  source_ids       = [for instance in aws_rds_cluster_instance.this : instance.identifier]
  event_categories = ["availability", "failure", "low storage"]
}
