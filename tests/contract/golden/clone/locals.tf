locals {
  name = "orders-staging"
  port = 5432
}
