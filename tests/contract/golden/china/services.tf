locals {
  # What the database may do in other services. A role reaches what the spec names, and nothing else.
  services = {
    "lambda" = {
      role = "dingdan-cn-north-1-lambda"
      statements = [
        {
          Effect = "Allow"
          Action = ["lambda:InvokeFunction"]
          Resource = [
            join(":", [
              "arn",
              data.aws_partition.current.partition,
              "lambda",
              "cn-north-1",
              data.aws_caller_identity.current.account_id,
              "function:notify",
            ]),
          ]
        },
      ]
    }
    "s3_import" = {
      role = "dingdan-cn-north-1-s3-import"
      statements = [
        {
          Effect = "Allow"
          Action = ["s3:GetObject", "s3:GetObjectVersion"]
          Resource = [
            join(":", ["arn", data.aws_partition.current.partition, "s3", "", "", "orders-imports/*"]),
          ]
        },
        {
          Effect = "Allow"
          Action = ["s3:ListBucket"]
          Resource = [
            join(":", ["arn", data.aws_partition.current.partition, "s3", "", "", "orders-imports"]),
          ]
        },
      ]
    }
  }
}

resource "aws_iam_role" "service" {
  for_each = local.services

  name        = each.value.role
  description = "Aurora cluster ${local.name}: ${each.key}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "rds.amazonaws.com" }
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = data.aws_caller_identity.current.account_id
          "aws:SourceArn" = join(":", [
            "arn",
            data.aws_partition.current.partition,
            "rds",
            "cn-north-1",
            data.aws_caller_identity.current.account_id,
            "cluster",
            local.name,
          ])
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "service" {
  for_each = local.services

  name = "access"
  role = aws_iam_role.service[each.key].id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = each.value.statements
  })
}

# One by one, and not as the cluster's `iam_roles`: the two would undo each other.
resource "aws_rds_cluster_role_association" "service" {
  for_each = {
    lambda = {
      role    = aws_iam_role.service["lambda"].arn
      feature = "Lambda"
    }
    s3_import = {
      role    = aws_iam_role.service["s3_import"].arn
      feature = "s3Import"
    }
  }

  db_cluster_identifier = aws_rds_cluster.this.cluster_identifier
  feature_name          = each.value.feature
  role_arn              = each.value.role

  # A role is of use once it may do something.
  depends_on = [aws_iam_role_policy.service]
}
