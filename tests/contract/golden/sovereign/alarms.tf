locals {
  # Of the whole cluster: whatever the roles are, and with readers that come and go.
  alarms = {
    cpu = {
      metric      = "CPUUtilization"
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 90
      description = "CPU of the busiest instance, in percent"
    }
    replica-lag = {
      metric      = "AuroraReplicaLagMaximum"
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 2000
      description = "Milliseconds behind the writer"
    }
    free-local-storage = {
      metric      = "FreeLocalStorage"
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = 2147483648
      description = "Bytes left for temporary files on the fullest instance"
    }
    deadlocks = {
      metric      = "Deadlocks"
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0.1
      description = "Deadlocks a second on the worst instance"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "cluster" {
  for_each = local.alarms

  alarm_name        = "${local.name}-${each.key}"
  alarm_description = each.value.description

  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = 5

  # A cluster that is stopped or paused sends nothing, and that is no alarm.
  treat_missing_data = "notBreaching"

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.this.cluster_identifier
  }

  alarm_actions = [aws_sns_topic.alerts.arn]
  ok_actions    = [aws_sns_topic.alerts.arn]
}
