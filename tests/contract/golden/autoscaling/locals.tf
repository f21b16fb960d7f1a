locals {
  name = "catalog"
  port = 5432
}
