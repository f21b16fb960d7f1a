locals {
  # What the database may do in other services. A role reaches what the spec names, and nothing else.
  services = {
    "sagemaker" = {
      role = "insights-eu-west-1-sagemaker"
      statements = [
        {
          Effect = "Allow"
          Action = ["sagemaker:InvokeEndpoint"]
          Resource = [
            join(":", [
              "arn",
              data.aws_partition.current.partition,
              "sagemaker",
              "eu-west-1",
              data.aws_caller_identity.current.account_id,
              "endpoint/churn-model",
            ]),
          ]
        },
      ]
    }
    "comprehend" = {
      role = "insights-eu-west-1-comprehend"
      statements = [
        {
          Effect = "Allow"
          Action = ["comprehend:BatchDetectSentiment", "comprehend:DetectSentiment"]
          Resource = [
            "*",
          ]
        },
      ]
    }
    "bedrock" = {
      role = "insights-eu-west-1-bedrock"
      statements = [
        {
          Effect = "Allow"
          Action = ["bedrock:InvokeModel"]
          Resource = [
            join(":", [
              "arn",
              data.aws_partition.current.partition,
              "bedrock",
              "eu-west-1",
              "",
              "foundation-model/amazon.titan-embed-text-v2:0",
            ]),
          ]
        },
      ]
    }
    "lambda" = {
      role = "insights-eu-west-1-lambda"
      statements = [
        {
          Effect = "Allow"
          Action = ["lambda:InvokeFunction"]
          Resource = [
            join(":", [
              "arn",
              data.aws_partition.current.partition,
              "lambda",
              "eu-west-1",
              data.aws_caller_identity.current.account_id,
              "function:notify-sales",
            ]),
          ]
        },
      ]
    }
  }
}

resource "aws_iam_role" "service" {
  for_each = local.services

  name                 = each.value.role
  path                 = "/databases/"
  permissions_boundary = "arn:aws:iam::123456789012:policy/databases"
  description          = "Aurora cluster ${local.name}: ${each.key}"

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
            "eu-west-1",
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
    sagemaker = {
      role    = aws_iam_role.service["sagemaker"].arn
      feature = "SageMaker"
    }
    comprehend = {
      role    = aws_iam_role.service["comprehend"].arn
      feature = "Comprehend"
    }
    bedrock = {
      role    = aws_iam_role.service["bedrock"].arn
      feature = "Bedrock"
    }
    lambda = {
      role    = aws_iam_role.service["lambda"].arn
      feature = "Lambda"
    }
  }

  db_cluster_identifier = aws_rds_cluster.this.cluster_identifier
  feature_name          = each.value.feature
  role_arn              = each.value.role

  # A role is of use once it may do something.
  depends_on = [aws_iam_role_policy.service]
}
