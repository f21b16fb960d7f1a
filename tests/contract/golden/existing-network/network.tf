# Looked up for their zones, over which the instances are spread.
data "aws_subnet" "database" {
  for_each = toset([
    "subnet-0a1b2c3d4e5f60718",
    "subnet-0b1c2d3e4f5a60718",
    "subnet-0c1d2e3f4a5b60718",
  ])

  id = each.key

  lifecycle {
    postcondition {
      condition     = self.vpc_id == "vpc-0a1b2c3d4e5f60718"
      error_message = "The subnet ${self.id} is in ${self.vpc_id}, not in the VPC that the spec names."
    }
  }
}

locals {
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  zones  = sort(distinct([for subnet in data.aws_subnet.database : subnet.availability_zone]))
}

resource "aws_db_subnet_group" "this" {
  name        = local.name
  description = "Subnets of the Aurora cluster ${local.name}"
  subnet_ids  = [for subnet in data.aws_subnet.database : subnet.id]

  tags = {
    Name = local.name
  }

  lifecycle {
    precondition {
      condition     = length(local.zones) >= 2
      error_message = "Aurora needs subnets in two zones or more; these are all in ${join(", ", local.zones)}."
    }
  }
}
