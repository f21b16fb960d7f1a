# The proxy signs in to the database with what it reads through this role: these secrets, and nothing else.
resource "aws_iam_role" "proxy" {
  name        = "storefront-eu-west-1-proxy"
  description = "RDS Proxy of ${local.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "rds.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "proxy" {
  name = "secrets"
  role = aws_iam_role.proxy.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        Resource = [aws_rds_cluster.this.master_user_secret[0].secret_arn]
      },
      {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = [aws_rds_cluster.this.master_user_secret[0].kms_key_id]
        Condition = {
          StringEquals = {
            "kms:ViaService" = join(".", ["secretsmanager", "eu-west-1", data.aws_partition.current.dns_suffix])
          }
        }
      },
    ]
  })
}

resource "aws_security_group" "proxy" {
  name        = "${local.name}-proxy"
  description = "RDS Proxy of ${local.name}"
  vpc_id      = aws_vpc.this.id

  tags = {
    Name = "${local.name}-proxy"
  }
}

# Whoever may connect to the database may connect to the proxy, on the port of the engine: a proxy has no other.
resource "aws_vpc_security_group_ingress_rule" "to_proxy" {
  for_each = local.allow

  security_group_id = aws_security_group.proxy.id
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432

  cidr_ipv4 = try(each.value.cidr_ipv4, null)
}

# From the proxy to the database, and nowhere else.
resource "aws_vpc_security_group_egress_rule" "proxy" {
  security_group_id            = aws_security_group.proxy.id
  description                  = "the database"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.this.id
}

resource "aws_vpc_security_group_ingress_rule" "proxy" {
  security_group_id            = aws_security_group.this.id
  description                  = "RDS Proxy"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.proxy.id
}

resource "aws_db_proxy" "this" {
  name                   = local.name
  engine_family          = "POSTGRESQL"
  role_arn               = aws_iam_role.proxy.arn
  vpc_subnet_ids         = aws_db_subnet_group.this.subnet_ids
  vpc_security_group_ids = [aws_security_group.proxy.id]
  require_tls            = true
  idle_client_timeout    = 900
  debug_logging          = false

  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "REQUIRED"
    secret_arn  = aws_rds_cluster.this.master_user_secret[0].secret_arn
  }

  # The role is of use once it may do something.
  depends_on = [aws_iam_role_policy.proxy]
}

resource "aws_db_proxy_default_target_group" "this" {
  db_proxy_name = aws_db_proxy.this.name

  connection_pool_config {
    connection_borrow_timeout    = 30
    max_connections_percent      = 90
    max_idle_connections_percent = 30
  }
}

resource "aws_db_proxy_target" "this" {
  db_proxy_name         = aws_db_proxy.this.name
  target_group_name     = aws_db_proxy_default_target_group.this.name
  db_cluster_identifier = aws_rds_cluster.this.cluster_identifier

  # A cluster without an instance is no target.
  depends_on = [aws_rds_cluster_instance.this]
}

resource "aws_db_proxy_endpoint" "readers" {
  db_proxy_endpoint_name = "storefront-read-only"
  db_proxy_name          = aws_db_proxy.this.name
  target_role            = "READ_ONLY"
  vpc_subnet_ids         = aws_db_subnet_group.this.subnet_ids
  vpc_security_group_ids = [aws_security_group.proxy.id]
}
