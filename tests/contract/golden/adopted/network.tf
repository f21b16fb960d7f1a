data "aws_db_subnet_group" "this" {
  name = "ledger"

  lifecycle {
    postcondition {
      condition     = self.vpc_id == "vpc-0a1b2c3d4e5f60718"
      error_message = "The subnet group ${self.name} is in ${self.vpc_id}, not in the VPC that the spec names."
    }
  }
}

# Looked up for their zones, over which the instances are spread.
data "aws_subnet" "database" {
  for_each = data.aws_db_subnet_group.this.subnet_ids

  id = each.key
}

locals {
  vpc_id = data.aws_db_subnet_group.this.vpc_id
  zones  = sort(distinct([for subnet in data.aws_subnet.database : subnet.availability_zone]))
}
