# No rule inline: each one can come and go alone. The database connects to what `network.egress` names, and nowhere else.
resource "aws_security_group" "this" {
  name        = "${local.name}-database"
  description = "Aurora cluster ${local.name}"
  vpc_id      = aws_vpc.this.id

  tags = {
    Name = "${local.name}-database"
  }

  lifecycle {
    # It goes after the cluster has left it: AWS deletes no group that is in use.
    create_before_destroy = true
  }
}

locals {
  # Who may connect; the key is the source itself, so that a new one leaves the others alone.
  allow = {
    sg-0d1e2f3a4b5c60718 = {
      referenced_security_group_id = "sg-0d1e2f3a4b5c60718"
      description                  = "application servers"
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "allow" {
  for_each = local.allow

  security_group_id = aws_security_group.this.id
  ip_protocol       = "tcp"
  from_port         = local.port
  to_port           = local.port

  description                  = try(each.value.description, null)
  referenced_security_group_id = try(each.value.referenced_security_group_id, null)
}

resource "aws_vpc_security_group_ingress_rule" "self" {
  security_group_id            = aws_security_group.this.id
  description                  = "whatever carries this security group"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.this.id
}

locals {
  # Where the database may connect to; the key is the destination, so that a new one leaves the others alone.
  egress = {
    "10.0.0.0/16:5432" = {
      cidr_ipv4   = "10.0.0.0/16"
      protocol    = "tcp"
      port        = 5432
      description = "foreign tables in other databases"
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "allow" {
  for_each = local.egress

  security_group_id = aws_security_group.this.id
  ip_protocol       = each.value.protocol
  from_port         = try(each.value.port, null)
  to_port           = try(each.value.port, null)

  description = try(each.value.description, null)
  cidr_ipv4   = try(each.value.cidr_ipv4, null)
}
