locals {
  name = "orders"
  port = 5432
}
