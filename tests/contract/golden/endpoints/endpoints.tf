locals {
  endpoints = {
    reports = {
      type    = "ANY"
      members = [aws_rds_cluster_instance.this["4"].identifier]
    }
    web = {
      type     = "READER"
      excluded = [aws_rds_cluster_instance.this["4"].identifier]
    }
  }
}

# Members are instances, not roles: a reader endpoint leaves out whichever of them is the writer.
resource "aws_rds_cluster_endpoint" "custom" {
  for_each = local.endpoints

  cluster_identifier          = aws_rds_cluster.this.id
  cluster_endpoint_identifier = "${local.name}-${each.key}"
  custom_endpoint_type        = each.value.type
  static_members              = try(each.value.members, null)
  excluded_members            = try(each.value.excluded, null)

  # A new endpoint that leads to every instance needs them to be there.
  depends_on = [aws_rds_cluster_instance.this]
}
