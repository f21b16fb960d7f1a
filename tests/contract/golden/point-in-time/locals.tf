locals {
  name = "orders-yesterday"
  port = 5432
}
