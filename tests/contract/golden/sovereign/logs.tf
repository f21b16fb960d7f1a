# Made before the cluster: left to itself, RDS makes them without a retention, and outside this state.
resource "aws_cloudwatch_log_group" "exports" {
  for_each = toset(["error", "slowquery"])

  name              = "/aws/rds/cluster/${local.name}/${each.key}"
  retention_in_days = 90
  kms_key_id        = aws_kms_key.this.arn
}
