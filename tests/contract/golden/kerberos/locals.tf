locals {
  name = "intranet"
  port = 5432
}
