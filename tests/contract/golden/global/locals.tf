locals {
  name = "shop"
  port = 5432
}
