# Enhanced Monitoring writes the operating system's metrics to CloudWatch Logs through this role.
resource "aws_iam_role" "monitoring" {
  name        = "everything-eu-west-1-monitoring"
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
            "eu-west-1",
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

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name
  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        x      = 0
        y      = 0
        width  = 8
        height = 6
        properties = {
          title  = "CPU, percent"
          region = "eu-west-1"
          stat   = "Maximum"
          period = 60
          metrics = [
            [
              "AWS/RDS",
              "CPUUtilization",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "WRITER",
            ],
            [
              "AWS/RDS",
              "CPUUtilization",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "READER",
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 0
        width  = 8
        height = 6
        properties = {
          title  = "Connections"
          region = "eu-west-1"
          stat   = "Maximum"
          period = 60
          metrics = [
            [
              "AWS/RDS",
              "DatabaseConnections",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "WRITER",
            ],
            [
              "AWS/RDS",
              "DatabaseConnections",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "READER",
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 0
        width  = 8
        height = 6
        properties = {
          title  = "Freeable memory, bytes"
          region = "eu-west-1"
          stat   = "Minimum"
          period = 60
          metrics = [
            [
              "AWS/RDS",
              "FreeableMemory",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "WRITER",
            ],
            [
              "AWS/RDS",
              "FreeableMemory",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "READER",
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 6
        width  = 8
        height = 6
        properties = {
          title  = "Free local storage, bytes"
          region = "eu-west-1"
          stat   = "Minimum"
          period = 60
          metrics = [
            [
              "AWS/RDS",
              "FreeLocalStorage",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "WRITER",
            ],
            [
              "AWS/RDS",
              "FreeLocalStorage",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "READER",
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 6
        width  = 8
        height = 6
        properties = {
          title  = "Commit latency, milliseconds"
          region = "eu-west-1"
          stat   = "Average"
          period = 60
          metrics = [
            [
              "AWS/RDS",
              "CommitLatency",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "WRITER",
            ],
            [
              "AWS/RDS",
              "CommitLatency",
              "DBClusterIdentifier",
              "everything",
              "Role",
              "READER",
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 6
        width  = 8
        height = 6
        properties = {
          title  = "Deadlocks a second"
          region = "eu-west-1"
          stat   = "Maximum"
          period = 60
          metrics = [
            ["AWS/RDS", "Deadlocks", "DBClusterIdentifier", "everything", "Role", "WRITER"],
            ["AWS/RDS", "Deadlocks", "DBClusterIdentifier", "everything", "Role", "READER"],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 12
        width  = 8
        height = 6
        properties = {
          title   = "Replica lag, milliseconds"
          region  = "eu-west-1"
          stat    = "Maximum"
          period  = 60
          metrics = [["AWS/RDS", "AuroraReplicaLagMaximum", "DBClusterIdentifier", "everything"]]
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 12
        width  = 8
        height = 6
        properties = {
          title  = "Volume I/O operations"
          region = "eu-west-1"
          stat   = "Sum"
          period = 300
          metrics = [
            ["AWS/RDS", "VolumeReadIOPs", "DBClusterIdentifier", "everything"],
            ["AWS/RDS", "VolumeWriteIOPs", "DBClusterIdentifier", "everything"],
          ]
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 12
        width  = 8
        height = 6
        properties = {
          title   = "Volume, bytes"
          region  = "eu-west-1"
          stat    = "Maximum"
          period  = 60
          metrics = [["AWS/RDS", "VolumeBytesUsed", "DBClusterIdentifier", "everything"]]
        }
      },
    ]
  })
}
