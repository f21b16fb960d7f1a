locals {
  name = "orders-from-snapshot"
  port = 5432
}
