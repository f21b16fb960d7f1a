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
  for_each = toset(["monitoring", "rds"])

  vpc_id             = aws_vpc.this.id
  service_name       = join(".", ["com.amazonaws", "us-gov-west-1", each.key])
  vpc_endpoint_type  = "Interface"
  security_group_ids = [aws_security_group.vpc_endpoints.id]

  subnet_ids = [for subnet in aws_subnet.database : subnet.id]

  # The services' usual names then lead to the endpoint, without a change in the clients.
  private_dns_enabled = true

  tags = {
    Name = "${local.name}-${each.key}"
  }
}
