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

# No ingress rule: nobody may connect until `network.allow` names someone.
