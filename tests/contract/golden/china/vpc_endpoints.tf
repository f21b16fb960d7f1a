# Whatever is in the VPC may call the services behind the endpoints.
resource "aws_security_group" "vpc_endpoints" {
  name        = "${local.name}-vpc-endpoints"
  description = "VPC endpoints of ${local.name}"
  vpc_id      = aws_vpc.this.id

  tags = {
    Name = "${local.name}-vpc-endpoints"
  }
}

resource "aws_vpc_security_group_ingress_rule" "vpc_endpoints" {
  security_group_id = aws_security_group.vpc_endpoints.id
  description       = "the VPC"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = aws_vpc.this.cidr_block
}

resource "aws_vpc_endpoint" "interface" {
  for_each = toset(["lambda", "monitoring", "rds", "secretsmanager"])

  vpc_id = aws_vpc.this.id
  # In this partition some services' endpoints are called after its DNS suffix.
  service_name       = join(".", [contains(["lambda", "monitoring", "rds"], each.key) ? "cn.com.amazonaws" : "com.amazonaws", "cn-north-1", each.key])
  vpc_endpoint_type  = "Interface"
  security_group_ids = [aws_security_group.vpc_endpoints.id]

  subnet_ids = [for subnet in aws_subnet.database : subnet.id]

  # The services' usual names then lead to the endpoint, without a change in the clients.
  private_dns_enabled = true

  tags = {
    Name = "${local.name}-${each.key}"
  }
}

# S3 through the route table: it costs nothing.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = join(".", ["com.amazonaws", "cn-north-1", "s3"])
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.database.id]

  tags = {
    Name = "${local.name}-s3"
  }
}

# The database calls services behind the endpoints.
resource "aws_vpc_security_group_egress_rule" "vpc_endpoints" {
  security_group_id            = aws_security_group.this.id
  description                  = "VPC endpoints"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.vpc_endpoints.id
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.this.id
  description       = "S3"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
}
