# Readers that AWS adds and removes are not in this state, and nothing here lists them, so they are never a difference.
resource "aws_appautoscaling_target" "readers" {
  service_namespace  = "rds"
  scalable_dimension = "rds:cluster:ReadReplicaCount"
  resource_id        = "cluster:${aws_rds_cluster.this.cluster_identifier}"
  min_capacity       = 1
  max_capacity       = 6

  lifecycle {
    # The schedules change them.
    ignore_changes = [min_capacity, max_capacity]
  }

  # Its metrics are averages over readers, so these come first; on the way out, AWS stops scaling before they go.
  depends_on = [aws_rds_cluster_instance.this]
}

locals {
  scaling_targets = {
    cpu = {
      metric = "RDSReaderAverageCPUUtilization"
      value  = 60
    }
  }
}

resource "aws_appautoscaling_policy" "readers" {
  for_each = local.scaling_targets

  name               = "${local.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.readers.service_namespace
  scalable_dimension = aws_appautoscaling_target.readers.scalable_dimension
  resource_id        = aws_appautoscaling_target.readers.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.value
    disable_scale_in   = false
    scale_in_cooldown  = 900
    scale_out_cooldown = 120

    predefined_metric_specification {
      predefined_metric_type = each.value.metric
    }
  }
}

locals {
  schedules = {
    working-day = {
      at       = "cron(0 7 ? * MON-FRI *)"
      timezone = "Europe/Berlin"
      min      = 2
    }
    evening = {
      at       = "cron(0 20 ? * MON-FRI *)"
      timezone = "Europe/Berlin"
      min      = 1
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "readers" {
  for_each = local.schedules

  name               = "${local.name}-${each.key}"
  service_namespace  = aws_appautoscaling_target.readers.service_namespace
  scalable_dimension = aws_appautoscaling_target.readers.scalable_dimension
  resource_id        = aws_appautoscaling_target.readers.resource_id
  schedule           = each.value.at
  timezone           = try(each.value.timezone, null)

  scalable_target_action {
    min_capacity = try(each.value.min, null)
    max_capacity = try(each.value.max, null)
  }
}
