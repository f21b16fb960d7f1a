# By the module rds-aurora, in ./rds-aurora, and a network of its own.
variable "name" { type = string }

data "aws_availability_zones" "available" { state = "available" }

resource "aws_vpc" "this" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "this" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = data.aws_availability_zones.available.names[count.index]
}

resource "aws_route_table" "this" { vpc_id = aws_vpc.this.id }

resource "aws_route_table_association" "this" {
  count          = 2
  subnet_id      = aws_subnet.this[count.index].id
  route_table_id = aws_route_table.this.id
}

module "aurora" {
  source = "./rds-aurora"

  name                                = var.name
  engine                              = "aurora-postgresql"
  engine_version                      = "17.7"
  master_username                     = "postgres"
  iam_database_authentication_enabled = true
  deletion_protection                 = true
  cluster_instance_class              = "db.t4g.medium"
  instances                           = { for tier in range(3) : tier => { promotion_tier = tier } }
  vpc_id                              = aws_vpc.this.id
  subnets                             = aws_subnet.this[*].id
  create_db_subnet_group              = true
  create_monitoring_role              = false
  enabled_cloudwatch_logs_exports     = ["postgresql"]
  create_cloudwatch_log_group         = true
  db_parameter_group                  = { family = "aurora-postgresql17" }
  cluster_parameter_group = {
    family     = "aurora-postgresql17"
    parameters = [{ name = "rds.force_ssl", value = "1", apply_method = "pending-reboot" }]
  }
}
