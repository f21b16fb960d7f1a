# No egress rule and no rule inline: the database starts no connection, and each rule can come and go alone.
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
    "10.0.0.0/16" = {
      cidr_ipv4 = "10.0.0.0/16"
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "allow" {
  for_each = local.allow

  security_group_id = aws_security_group.this.id
  ip_protocol       = "tcp"
  from_port         = local.port
  to_port           = local.port

  cidr_ipv4 = try(each.value.cidr_ipv4, null)
}
