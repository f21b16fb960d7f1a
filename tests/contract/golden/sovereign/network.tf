resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"

  # Endpoint names must resolve inside the VPC; public access needs both.
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = local.name
  }
}

data "aws_availability_zones" "available" {
  state = "available"

  # Leaves out Local Zones and Wavelength Zones, where Aurora is not.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.names) >= 3
      error_message = "This account sees only ${length(self.names)} usable zones (${join(", ", self.names)}); ask for fewer in network.zones."
    }
  }
}

locals {
  # One subnet in each zone, under a key that stays when others come and go.
  subnets = {
    "1" = {
      cidr_block = "10.0.0.0/24"
      zone       = data.aws_availability_zones.available.names[0]
    }
    "2" = {
      cidr_block = "10.0.1.0/24"
      zone       = data.aws_availability_zones.available.names[1]
    }
    "3" = {
      cidr_block = "10.0.2.0/24"
      zone       = data.aws_availability_zones.available.names[2]
    }
  }

  zones = [for subnet in aws_subnet.database : subnet.availability_zone]
}

resource "aws_subnet" "database" {
  for_each = local.subnets

  vpc_id            = aws_vpc.this.id
  cidr_block        = each.value.cidr_block
  availability_zone = each.value.zone

  tags = {
    Name = "${local.name}-database-${each.key}"
  }

  lifecycle {
    # AWS may list its zones in another order one day; a subnet must not move for that.
    ignore_changes = [availability_zone]
  }
}

# No route leaves the VPC: the database answers, it does not call.
resource "aws_route_table" "database" {
  vpc_id = aws_vpc.this.id

  tags = {
    Name = "${local.name}-database"
  }
}

resource "aws_route_table_association" "database" {
  for_each = aws_subnet.database

  subnet_id      = each.value.id
  route_table_id = aws_route_table.database.id
}

# Going private keeps the table and its associations: a subnet can have only one at a time.
moved {
  from = aws_route_table.public
  to   = aws_route_table.database
}

moved {
  from = aws_route_table_association.public
  to   = aws_route_table_association.database
}

resource "aws_db_subnet_group" "this" {
  name        = local.name
  description = "Subnets of the Aurora cluster ${local.name}"
  subnet_ids  = [for subnet in aws_subnet.database : subnet.id]

  tags = {
    Name = local.name
  }
}
